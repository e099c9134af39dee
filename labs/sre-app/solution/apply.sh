#!/bin/sh
# Right from the bare scene and from half-done work: an account, drop-ins or a spent start limit may be there already.
set -eu
# Stopped first: the account of a running service with DynamicUser=yes looks like one that will stay.
systemctl stop sre-app.service 2>/dev/null || true
id sre-app >/dev/null 2>&1 || useradd --system --shell /usr/sbin/nologin sre-app
systemctl revert sre-app.service
systemctl daemon-reload
systemctl enable sre-app.service
systemctl reset-failed sre-app.service
systemctl restart sre-app.service
