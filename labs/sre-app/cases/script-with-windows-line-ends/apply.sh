#!/bin/sh
set -eu
useradd --system --shell /usr/sbin/nologin sre-app
chmod 755 /opt/runbook-server/serve.sh
systemctl daemon-reload
systemctl enable --now sre-app.service
