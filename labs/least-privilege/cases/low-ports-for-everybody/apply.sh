#!/bin/sh
set -eu
useradd --system --shell /usr/sbin/nologin returns
chgrp returns /etc/returns/key
chmod 640 /etc/returns/key
sysctl -q -p /etc/sysctl.d/ports.conf
systemctl daemon-reload
systemctl restart returns.service
