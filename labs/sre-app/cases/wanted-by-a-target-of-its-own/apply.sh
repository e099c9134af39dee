#!/bin/sh
set -eu
useradd --system --shell /usr/sbin/nologin sre-app
systemctl daemon-reload
systemctl enable payments.target
systemctl enable sre-app.service
systemctl start payments.target
