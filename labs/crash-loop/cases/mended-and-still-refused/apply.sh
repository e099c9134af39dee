#!/bin/sh
# A reload, which disable does as well, would have cleared the count.
set -eu
until [ "$(systemctl show -P NRestarts {{who.config}})" -ge 4 ] && systemctl is-failed --quiet {{who.config}}; do sleep 0.1; done
sed -i 's/^timeout =.*/timeout = 30/' /etc/shop/{{who.config}}.conf
systemctl start {{who.config}} || true
cp /srv/builds/{{who.missing}}-21/{{file}} /opt/{{who.missing}}/releases/21/
systemctl restart {{who.missing}}
systemctl disable --quiet {{starter}}
systemctl stop "$(ps -o unit= -p "$(pgrep -f till-2019/till)")"
systemctl restart {{who.held}}
