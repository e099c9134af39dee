#!/bin/sh
set -eu
useradd --system --shell /usr/sbin/nologin returns
chgrp returns /etc/returns/key
chmod 640 /etc/returns/key
chown -R returns: /var/lib/returns
chmod 700 /var/lib/returns
systemctl daemon-reload
systemctl restart returns.service || true
