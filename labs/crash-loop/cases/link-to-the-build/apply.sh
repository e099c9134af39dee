#!/bin/sh
set -eu
ln -s /srv/builds/{{who.missing}}-21/{{file}} /opt/{{who.missing}}/current/{{file}}
systemctl restart {{who.missing}}
systemctl disable --quiet {{starter}}
systemctl stop "$(ps -o unit= -p "$(pgrep -f till-2019/till)")"
systemctl restart {{who.held}}
sed -i 's/^timeout =.*/timeout = 30/' /etc/shop/{{who.config}}.conf
systemctl reset-failed {{who.config}}
systemctl restart {{who.config}}
