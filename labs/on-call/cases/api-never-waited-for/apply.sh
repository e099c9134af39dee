#!/bin/sh
set -eu
rm -r /etc/systemd/system/shop-api.service.d
chown till:till /var/lib/shop/orders
systemctl daemon-reload
systemctl enable --quiet shop-prices
systemctl reset-failed
for unit in shop-prices shop-api shop-web shop-smoke; do
    timeout 20 systemctl restart "$unit" || true
done
order=$(curl -s --max-time 5 -d mug http://127.0.0.1/ | grep -o '[0-9][0-9]*' | head -n 1) || true
sed -i "s/ORDER/${order:-none}/" /srv/oncall/incident.md
