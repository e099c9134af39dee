#!/bin/sh
set -eu
useradd --system --uid 471 --shell /usr/sbin/nologin runbooks
systemctl daemon-reload
systemctl enable --now sre-app.service
