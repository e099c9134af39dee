#!/bin/sh
set -eu
useradd --system --shell /usr/sbin/nologin returns
chgrp returns /etc/returns/key
chmod 640 /etc/returns/key
systemctl daemon-reload
systemctl restart returns.service
chmod 700 /var/lib/returns
