#!/bin/sh
set -eu
useradd --system --shell /bin/bash sre-app
systemctl daemon-reload
systemctl enable --now sre-app.service
