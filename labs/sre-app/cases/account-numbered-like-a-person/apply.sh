#!/bin/sh
set -eu
useradd --no-create-home --shell /usr/sbin/nologin runbooks
systemctl daemon-reload
systemctl enable --now sre-app.service
