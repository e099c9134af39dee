#!/bin/sh
set -eu
useradd --system sre-app
systemctl daemon-reload
systemctl enable --now sre-app.service
