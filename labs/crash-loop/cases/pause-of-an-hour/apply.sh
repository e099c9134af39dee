#!/bin/sh
set -eu
mkdir -p /etc/systemd/system/{{who.held}}.service.d
cat > /etc/systemd/system/{{who.held}}.service.d/override.conf <<END
[Service]
RestartSec=1h
END
systemctl daemon-reload
# If it dies before systemd has seen it start, the start waits for RestartSec=.
timeout 10 systemctl restart {{who.held}} || true
cp /srv/builds/{{who.missing}}-21/{{file}} /opt/{{who.missing}}/releases/21/
systemctl restart {{who.missing}}
sed -i 's/^timeout =.*/timeout = 30/' /etc/shop/{{who.config}}.conf
systemctl reset-failed {{who.config}}
systemctl restart {{who.config}}
