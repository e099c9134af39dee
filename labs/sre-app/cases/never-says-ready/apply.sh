#!/bin/sh
set -eu
useradd --system --shell /usr/sbin/nologin sre-app
systemctl daemon-reload
systemctl enable sre-app.service
systemctl start --no-block sre-app.service
