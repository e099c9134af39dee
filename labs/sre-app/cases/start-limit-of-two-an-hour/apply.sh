#!/bin/sh
set -eu
useradd --system --shell /usr/sbin/nologin sre-app
systemctl daemon-reload
systemctl enable --now sre-app.service
