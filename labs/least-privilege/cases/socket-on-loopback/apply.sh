#!/bin/sh
set -eu
useradd --system --shell /usr/sbin/nologin returns
chgrp returns /etc/returns/key
chmod 640 /etc/returns/key
systemctl daemon-reload
systemctl stop returns.service
systemctl enable --now returns.socket
systemctl start returns.service
