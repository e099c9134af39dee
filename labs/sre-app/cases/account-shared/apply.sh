#!/bin/sh
set -eu
useradd --system --shell /usr/sbin/nologin payments
systemctl daemon-reload
systemctl enable --now ledger.service sre-app.service
