#!/bin/sh
# systemd refuses to start it.
set -eu
chmod 755 /opt/sre-app/serve.sh
useradd --system --shell /usr/sbin/nologin sre-app
systemctl daemon-reload
! systemctl start sre-app.service
