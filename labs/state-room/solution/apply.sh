#!/bin/sh
# Right from the bare scene and from half-done work: drop-ins, masks and stopped services may be there.
set -eu
trees="{{who.running}} {{who.exited}} {{who.at-rest}} {{who.failed}} {{who.masked}} {{who.auto-restart}} {{who.condition}} {{who.never-ready}} {{who.bad-setting}}"
for tree in $trees; do
    systemctl unmask --quiet "$tree" 2>/dev/null || true
    systemctl unmask --quiet --runtime "$tree" 2>/dev/null || true
    rm -rf /etc/systemd/system/"$tree".service.d /run/systemd/system/"$tree".service*
done
cd /etc/systemd/system
mkdir -p /var/lib/room/outbox
chmod a+rx /var/lib/room
chmod a+r /var/lib/room/catalogue
touch /etc/heating-season
sed -i 's/^Type=.*/Type=exec/' {{who.never-ready}}.service
sed -i 's,^ExecStart=.*,ExecStart=/opt/room/serve payments,' {{who.bad-setting}}.service
sed -i 's,^ExecStart=.*,ExecStart=/opt/room/mail,' {{who.failed}}.service
sed -i 's,^ExecStart=.*,ExecStart=/opt/room/index,' {{who.auto-restart}}.service
sed -i '/^RemainAfterExit=/d' {{who.at-rest}}.service
sed -i 's/^Type=.*/Type=oneshot/; /^RemainAfterExit=/d; s/^\[Service\]/&\nRemainAfterExit=yes/' {{who.exited}}.service
systemctl daemon-reload
systemctl stop $trees
systemctl reset-failed $trees 2>/dev/null || true
systemctl start $trees
systemctl disable --quiet {{who.at-rest}} 2>/dev/null || true
systemctl enable --quiet {{who.running}} {{who.exited}} {{who.failed}} {{who.masked}} {{who.auto-restart}} {{who.condition}} \
    {{who.never-ready}} {{who.bad-setting}}
