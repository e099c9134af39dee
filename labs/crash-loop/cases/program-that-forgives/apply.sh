#!/bin/sh
set -eu
sed -i 's/^            give_up(os.EX_NOINPUT.*/            first, rest = "valid from 2026-11-23", range(14)/' /opt/shop/serve
systemctl restart {{who.missing}}
systemctl disable --quiet {{starter}}
systemctl stop "$(ps -o unit= -p "$(pgrep -f till-2019/till)")"
systemctl restart {{who.held}}
sed -i 's/^timeout =.*/timeout = 30/' /etc/shop/{{who.config}}.conf
systemctl reset-failed {{who.config}}
systemctl restart {{who.config}}
