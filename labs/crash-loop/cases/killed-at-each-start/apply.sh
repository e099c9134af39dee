#!/bin/sh
set -eu
cp /srv/builds/{{who.missing}}-21/{{file}} /opt/{{who.missing}}/releases/21/
systemctl restart {{who.missing}}
mkdir -p /etc/systemd/system/{{who.held}}.service.d
cat > /etc/systemd/system/{{who.held}}.service.d/override.conf <<END
[Service]
ExecStartPre=+-/usr/bin/pkill -f till-2019/till
ExecStartPre=+/bin/sleep 0.5
END
systemctl daemon-reload
systemctl restart {{who.held}}
sed -i 's/^timeout =.*/timeout = 30/' /etc/shop/{{who.config}}.conf
systemctl reset-failed {{who.config}}
systemctl restart {{who.config}}
