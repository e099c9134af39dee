#!/bin/sh
set -eu
rm /opt/{{who.missing}}/current
cp -r /srv/builds/{{who.missing}}-21 /opt/{{who.missing}}/current
systemctl restart {{who.missing}}
sed -i '/^exec/d' /opt/till-2019/prepare
systemctl stop "$(ps -o unit= -p "$(pgrep -f till-2019/till)")"
systemctl restart {{who.held}}
sed -i 's/^timeout =.*/timeout = 30/' /etc/shop/{{who.config}}.conf
systemctl reset-failed {{who.config}}
systemctl restart {{who.config}}
