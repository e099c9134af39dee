#!/bin/sh
set -eu
sed -i 's,^ExecStart=.*,ExecStart=/opt/room/serve mail,' /etc/systemd/system/{{who.failed}}.service
systemctl daemon-reload
systemctl start {{who.failed}}
systemctl unmask --quiet {{who.masked}}
systemctl start {{who.masked}}
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
