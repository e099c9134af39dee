#!/bin/sh
set -eu
mkdir -p /var/lib/room/outbox
systemctl start {{who.failed}}
chmod a+r /var/lib/room/catalogue
systemctl restart {{who.auto-restart}}
touch /etc/heating-season
systemctl start {{who.condition}}
sed -i 's/^Type=notify/Type=exec/' /etc/systemd/system/{{who.never-ready}}.service
systemctl daemon-reload
systemctl restart {{who.never-ready}}
sed -i 's,^ExecStart=./serve,ExecStart=/opt/room/serve,' /etc/systemd/system/{{who.bad-setting}}.service
systemctl daemon-reload
systemctl start {{who.bad-setting}}
systemctl unmask --quiet {{who.masked}}
