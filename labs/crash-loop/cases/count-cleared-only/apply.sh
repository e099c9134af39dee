#!/bin/sh
set -eu
cp /srv/builds/{{who.missing}}-21/{{file}} /opt/{{who.missing}}/releases/21/
systemctl restart {{who.missing}}
systemctl disable --quiet {{starter}}
systemctl stop "$(ps -o unit= -p "$(pgrep -f till-2019/till)")"
systemctl restart {{who.held}}
systemctl reset-failed {{who.config}}
systemctl restart {{who.config}} || true
until [ "$(systemctl show -P NRestarts {{who.config}})" -ge 4 ] && systemctl is-failed --quiet {{who.config}}; do sleep 0.1; done
