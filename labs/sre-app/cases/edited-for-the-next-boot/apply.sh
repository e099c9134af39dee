#!/bin/sh
set -eu
useradd --system --shell /usr/sbin/nologin sre-app
systemctl daemon-reload
systemctl enable --now sre-app.service
sed -i 's:^WorkingDirectory=.*:WorkingDirectory=/opt/runbooks:' /etc/systemd/system/sre-app.service
