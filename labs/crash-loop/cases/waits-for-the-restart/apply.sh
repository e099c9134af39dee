#!/bin/sh
set -eu
cp /srv/builds/{{who.missing}}-21/{{file}} /opt/{{who.missing}}/releases/21/
systemctl disable --quiet {{starter}}
kill "$(ss -Hltnp 'sport = :{{held-port}}' | sed 's/.*pid=\([0-9]*\).*/\1/')"
sed -i 's/^timeout =.*/timeout = 30/' /etc/shop/{{who.config}}.conf
systemctl reset-failed {{who.config}}
systemctl restart {{who.config}}
until systemctl is-active --quiet {{who.missing}} && systemctl is-active --quiet {{who.held}}; do sleep 0.1; done
