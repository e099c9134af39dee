#!/bin/sh
set -eu
useradd --system --shell /usr/sbin/nologin sre-app
systemctl daemon-reload
systemctl start sre-app.service
