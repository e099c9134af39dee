#!/bin/sh
set -eu
systemd-sysusers sre-app.conf
systemctl daemon-reload
systemctl enable --now sre-app.service
