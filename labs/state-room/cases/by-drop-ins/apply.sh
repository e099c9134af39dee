#!/bin/sh
# Whatever a drop-in can say, a drop-in says; a line that systemd refuses stays refused, whatever follows it.
set -eu
drop() { mkdir -p "/etc/systemd/system/$1.service.d"; cat > "/etc/systemd/system/$1.service.d/override.conf"; }
drop {{who.failed}} <<END
[Service]
ExecStartPre=mkdir -p /var/lib/room/outbox
END
drop {{who.auto-restart}} <<END
[Service]
User=
RestartSec=1
END
drop {{who.condition}} <<END
[Unit]
ConditionPathExists=
END
drop {{who.never-ready}} <<END
[Service]
Type=simple
END
sed -i 's,^ExecStart=./serve,ExecStart=/opt/room/serve,' /etc/systemd/system/{{who.bad-setting}}.service
rm /etc/systemd/system/{{who.masked}}.service
systemctl daemon-reload
systemctl stop {{who.never-ready}}
systemctl restart {{who.failed}} {{who.auto-restart}} {{who.condition}} {{who.never-ready}} {{who.bad-setting}} {{who.masked}}
