#!/bin/sh
set -eu
useradd --system --shell /usr/sbin/nologin desk
chown -R desk:desk /var/lib/returns
chmod 700 /var/lib/returns
chown root:desk /etc/returns/key
chmod 640 /etc/returns/key
systemctl daemon-reload
systemctl restart returns.service
