#!/bin/sh
set -eu
useradd --system --shell /usr/sbin/nologin returns
chgrp returns /etc/returns/key
chmod 640 /etc/returns/key
systemctl disable returns.service
systemctl daemon-reload
systemctl restart returns.service
