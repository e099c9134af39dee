#!/bin/sh
# The machine as it is after the reboot of 03:05: what is enabled was started, and what hangs on the rest was not.
set -eu
for account in prices till front; do
    id "$account" >/dev/null 2>&1 || useradd --system --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin "$account"
done
chown -R root:root /opt/shop /opt/oncall
chmod -R u=rwX,go=rX /opt/shop /opt/oncall
chown learner: /srv/oncall /srv/oncall/incident.md
# The folder was the api's all along; the list was last replaced while the api ran as root.
chown till:till /var/lib/shop
chmod 700 /var/lib/shop
chown root:root /var/lib/shop/orders
chmod 600 /var/lib/shop/orders
systemctl daemon-reload
systemctl enable --quiet shop-api shop-web shop-smoke
systemctl start shop-api
systemctl start shop-web || true
# The page of 03:07; it waits until the front page is there, or is given up.
systemctl start shop-smoke || true
