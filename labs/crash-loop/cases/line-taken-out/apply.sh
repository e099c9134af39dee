#!/bin/sh
set -eu
sed -i '/^timeout/d' /etc/shop/{{who.config}}.conf
systemctl reset-failed {{who.config}}
systemctl restart {{who.config}}
cp /srv/builds/{{who.missing}}-21/{{file}} /opt/{{who.missing}}/releases/21/
systemctl restart {{who.missing}}
systemctl disable --quiet {{starter}}
systemctl stop "$(ps -o unit= -p "$(pgrep -f till-2019/till)")"
systemctl restart {{who.held}}
