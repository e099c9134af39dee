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
printf '[Service]\nTimeoutStartSec=10min\n' > /tmp/x; mkdir -p /etc/systemd/system/{{who.never-ready}}.service.d; cp /tmp/x /etc/systemd/system/{{who.never-ready}}.service.d/10.conf
systemctl daemon-reload
systemctl restart --no-block {{who.never-ready}}
