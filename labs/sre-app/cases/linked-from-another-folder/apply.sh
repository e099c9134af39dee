#!/bin/sh
set -eu
useradd --system --shell /usr/sbin/nologin sre-app
systemctl enable --now /opt/units/sre-app.service
