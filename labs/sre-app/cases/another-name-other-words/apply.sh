#!/bin/sh
set -eu
useradd --system --shell /bin/false runbooks
systemctl daemon-reload
systemctl enable --now sre-app.service
