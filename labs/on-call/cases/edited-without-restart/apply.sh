#!/bin/sh
set -eu
chown till:till /var/lib/shop/orders
systemctl daemon-reload
systemctl enable --quiet shop-prices
systemctl reset-failed
for unit in shop-prices shop-api shop-web shop-smoke; do
    timeout 20 systemctl restart "$unit" || true
done
rm -r /etc/systemd/system/shop-api.service.d
systemctl daemon-reload
order=$(python3 -c 'import urllib.request as u; print(u.urlopen("http://127.0.0.1/", b"mug", 5).read().decode())' |
    grep -o '[0-9][0-9]*') || true
sed -i "s/ORDER/${order:-none}/" /srv/oncall/incident.md
chown till: /var/lib/shop/orders
