#!/bin/sh
set -eu
mkdir -p /etc/systemd/system/{{who.missing}}.service.d
cat > /etc/systemd/system/{{who.missing}}.service.d/override.conf <<END
[Service]
SuccessExitStatus=66
RemainAfterExit=yes
Restart=on-failure
END
systemctl daemon-reload
systemctl restart {{who.missing}}
until [ "$(systemctl show -P SubState {{who.missing}})" = exited ]; do sleep 0.1; done
systemctl disable --quiet {{starter}}
systemctl stop "$(ps -o unit= -p "$(pgrep -f till-2019/till)")"
systemctl restart {{who.held}}
sed -i 's/^timeout =.*/timeout = 30/' /etc/shop/{{who.config}}.conf
systemctl reset-failed {{who.config}}
systemctl restart {{who.config}}
