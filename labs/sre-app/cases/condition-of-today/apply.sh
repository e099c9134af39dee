#!/bin/sh
set -eu
useradd --system --shell /usr/sbin/nologin sre-app
touch /run/runbooks-ready
systemctl daemon-reload
systemctl enable --now sre-app.service
