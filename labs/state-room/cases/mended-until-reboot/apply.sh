#!/bin/sh
set -eu
mkdir -p /var/lib/room/outbox
systemctl start {{who.failed}}
systemctl unmask --quiet {{who.masked}}
systemctl start {{who.masked}}
chmod a+r /var/lib/room/catalogue
systemctl restart {{who.auto-restart}}
touch /etc/heating-season
systemctl start {{who.condition}}
sed -i 's,^ExecStart=./serve,ExecStart=/opt/room/serve,' /etc/systemd/system/{{who.bad-setting}}.service
systemctl daemon-reload
systemctl start {{who.bad-setting}}
mkdir -p /run/systemd/system/{{who.never-ready}}.service.d
printf '[Service]\nType=exec\n' > /run/systemd/system/{{who.never-ready}}.service.d/override.conf
systemctl daemon-reload
systemctl restart {{who.never-ready}}
