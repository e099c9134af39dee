#!/bin/sh
set -eu
useradd --system --shell /usr/sbin/nologin returns
chown returns: /etc/returns/key
systemctl daemon-reload
systemctl restart returns.service
