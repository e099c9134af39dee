#!/bin/sh
set -eu
rm -r /etc/systemd/system/shop-api.service.d
chown till:till /var/lib/shop/orders
systemctl daemon-reload
systemctl enable --quiet shop-prices
systemctl restart shop-prices
systemctl stop shop-api
systemd-run --quiet --unit=api-tonight -p User=till -p Type=notify /opt/shop/api
systemctl reset-failed
systemctl restart shop-web shop-smoke
order=$(python3 -c 'import urllib.request as u; print(u.urlopen("http://127.0.0.1/", b"mug", 5).read().decode())' |
    grep -o '[0-9][0-9]*') || true
sed -i "s/ORDER/${order:-none}/" /srv/oncall/incident.md
