#!/bin/sh
set -eu
mkdir -p /var/lib/room/outbox
systemctl start {{who.failed}}
systemctl unmask --quiet {{who.masked}}
systemctl start {{who.masked}}
chmod a+r /var/lib/room/catalogue
systemctl restart {{who.auto-restart}}
sed -i 's/^Type=notify/Type=exec/' /etc/systemd/system/{{who.never-ready}}.service
systemctl daemon-reload
systemctl restart {{who.never-ready}}
sed -i 's,^ExecStart=./serve,ExecStart=/opt/room/serve,' /etc/systemd/system/{{who.bad-setting}}.service
systemctl daemon-reload
systemctl start {{who.bad-setting}}
systemctl start {{who.condition}}
