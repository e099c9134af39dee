#!/bin/sh
set -eu
cp /srv/builds/{{who.missing}}-21/{{file}} /opt/{{who.missing}}/releases/21/
systemctl restart {{who.missing}}
systemctl disable --quiet {{starter}}
systemctl stop "$(ps -o unit= -p "$(pgrep -f till-2019/till)")"
systemctl restart {{who.held}}
rm /etc/systemd/system/{{who.config}}.service
systemctl mask --quiet {{who.config}}
systemctl stop {{who.config}}
systemctl reset-failed
