#!/bin/sh
# Right from the bare scene and from half-done work. A start that fails is left to the checks.
set -eu
rm -rf /etc/systemd/system/shop-api.service.d
# The folder and all that is in it: whatever ran as root has left files in it.
chown -R till:till /var/lib/shop
chmod 700 /var/lib/shop
chmod 600 /var/lib/shop/orders
systemctl daemon-reload
systemctl reenable --quiet shop-prices shop-api shop-web
systemctl reset-failed
# A unit that never says that it is up is not waited for.
for unit in shop-prices shop-api shop-web shop-smoke; do
    timeout 20 systemctl restart "$unit" || true
done
# The proof: an order that goes in by the front door, and its number in the note.
order=$(python3 -c 'import urllib.request as u; print(u.urlopen("http://127.0.0.1/", b"mug", 5).read().decode())' |
    grep -o '[0-9][0-9]*') || true
sed -i "s/ORDER/${order:-none}/" /srv/oncall/incident.md
