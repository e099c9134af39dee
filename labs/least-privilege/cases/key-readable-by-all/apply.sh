#!/bin/sh
set -eu
useradd --system --shell /usr/sbin/nologin returns
chmod 644 /etc/returns/key
systemctl daemon-reload
systemctl restart returns.service
