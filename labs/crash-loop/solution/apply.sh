#!/bin/sh
# Right from the bare scene and from half-done work: drop-ins, masks and stopped services may be there.
set -eu
services="coupons.service invoices.service shipping.service"
for service in $services; do
    systemctl unmask --quiet "$service" 2>/dev/null || true
    rm -rf "/etc/systemd/system/$service.d" "/run/systemd/system/$service.d"
done
systemctl daemon-reload
systemctl stop $services

ln -sfn releases/21 /opt/{{who.missing}}/current
install -m 644 /srv/builds/{{who.missing}}-21/{{file}} /opt/{{who.missing}}/releases/21/

systemctl disable --quiet {{starter}}.service
sed -i 's/^port =.*/port = {{held-port}}/' /etc/shop/{{who.held}}.conf
pkill -f '^/usr/bin/python3 /opt/till-2019/till' || true
while pgrep -f '^/usr/bin/python3 /opt/till-2019/till' >/dev/null; do sleep 0.1; done

sed -i '/^timeout/d; s/^backlog/timeout = 30\n&/' /etc/shop/{{who.config}}.conf
systemctl reset-failed $services 2>/dev/null || true
systemctl enable --quiet $services
systemctl start $services
