#!/bin/sh
set -eu
cp -r /srv/builds/{{who.missing}}-21 /opt/{{who.missing}}/releases/21-again
ln -sfn releases/21-again /opt/{{who.missing}}/current
systemctl restart {{who.missing}}
systemctl disable --quiet {{starter}}
rm -r /etc/systemd/system/{{starter}}.service /opt/till-2019
systemctl daemon-reload
pkill -KILL -f till-2019/till
while pgrep -f till-2019/till; do sleep 0.1; done
systemctl restart {{who.held}}
sed -i 's/^timeout =.*/timeout = 30/' /etc/shop/{{who.config}}.conf
systemctl reset-failed {{who.config}}
systemctl restart {{who.config}}
