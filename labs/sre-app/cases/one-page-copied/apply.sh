#!/bin/sh
set -eu
useradd --system --shell /usr/sbin/nologin sre-app
mkdir -p /srv/runbooks
cp /opt/sre-app/index.html /srv/runbooks/
systemctl daemon-reload
systemctl enable --now sre-app.service
