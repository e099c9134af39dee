#!/bin/sh
set -eu
mkdir -p /etc/systemd/system/{{who.missing}}.service.d
cat > /etc/systemd/system/{{who.missing}}.service.d/override.conf <<END
[Service]
ExecStart=
ExecStart=sleep infinity
END
systemctl daemon-reload
systemctl restart {{who.missing}}
systemctl disable --quiet {{starter}}
systemctl stop "$(ps -o unit= -p "$(pgrep -f till-2019/till)")"
systemctl restart {{who.held}}
sed -i 's/^timeout =.*/timeout = 30/' /etc/shop/{{who.config}}.conf
systemctl reset-failed {{who.config}}
systemctl restart {{who.config}}
