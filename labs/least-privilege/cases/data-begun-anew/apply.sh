#!/bin/sh
set -eu
useradd --system --shell /usr/sbin/nologin returns
chgrp returns /etc/returns/key
chmod 640 /etc/returns/key
rm -rf /var/lib/returns
mkdir -p /var/lib/returns/2025
touch /var/lib/returns/2025/closed.csv
systemctl daemon-reload
systemctl restart returns.service
