#!/bin/sh
set -eu
cp -r /srv/builds/{{who.missing}}-21/. /opt/{{who.missing}}/current/
systemctl restart {{who.missing}}
systemctl mask --quiet {{starter}} 2>/dev/null || { rm /etc/systemd/system/{{starter}}.service; systemctl mask --quiet {{starter}}; }
systemctl stop "$(ps -o unit= -p "$(pgrep -f till-2019/till)")"
systemctl restart {{who.held}}
printf 'port={{config-port}}\nbacklog=5\ntimeout=30\n' > /etc/shop/{{who.config}}.conf
systemctl reset-failed
systemctl restart {{who.config}}
