#!/bin/sh
set -eu
useradd --system --shell /usr/sbin/nologin sre-app
mkdir -p /etc/systemd/system/multi-user.target.wants
ln -s ../sre-app.service /etc/systemd/system/multi-user.target.wants/sre-app.service
systemctl daemon-reload
systemctl start sre-app.service
