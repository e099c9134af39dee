#!/bin/sh
# As Jonas left it: all of it root's, and the data open to whoever is on the machine. Mira and Jonas have accounts.
set -eu
for person in mira jonas; do
    id "$person" >/dev/null 2>&1 || useradd --create-home --shell /bin/bash "$person"
done
for person in mira jonas; do
    chown -R "$person:$person" "/home/$person"
    chmod 755 "/home/$person"
    chmod 644 /home/"$person"/*.txt
done
chown -R root:root /opt/returns /opt/audit /etc/returns /var/lib/returns /srv/exchange
chmod -R u=rwX,go=rX /opt/returns /opt/audit /etc/returns /var/lib/returns
chmod 600 /etc/returns/key
chmod 666 /var/lib/returns/open.csv
chmod 1777 /srv/exchange
# The night shift's way to read logs: cat, with the set-user-ID bit of root.
install -D -m 4755 /usr/bin/cat /opt/tools/readlog
systemctl daemon-reload
systemctl enable --now returns.service
