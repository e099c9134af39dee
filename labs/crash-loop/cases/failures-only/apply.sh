#!/bin/sh
set -eu
cp /srv/builds/{{who.missing}}-21/{{file}} /opt/{{who.missing}}/releases/21/
systemctl restart {{who.missing}}
systemctl disable --quiet {{starter}}
systemctl stop "$(ps -o unit= -p "$(pgrep -f till-2019/till)")"
systemctl restart {{who.held}}
mkdir -p /etc/systemd/system/{{who.held}}.service.d
cat > /etc/systemd/system/{{who.held}}.service.d/override.conf <<END
[Service]
Restart=on-failure
END
systemctl daemon-reload
sed -i 's/^timeout =.*/timeout = 30/' /etc/shop/{{who.config}}.conf
systemctl reset-failed {{who.config}}
systemctl restart {{who.config}}
