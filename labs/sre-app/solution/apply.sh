#!/bin/sh
# Right from the bare scene and from half-done work: an account, drop-ins, another server or a spent start limit may be
# there already.
set -eu
# Stopped first: the account of a running service with DynamicUser=yes looks like one that will stay.
systemctl stop sre-app.service 2>/dev/null || true
# Whoever else holds the port, such as the server that somebody started by hand, ends before the service begins.
for pid in $(ss -Hltnp 'sport = :8000' | grep -o 'pid=[0-9]*' | cut -d= -f2); do
    kill "$pid" || true
    timeout 5 tail --pid="$pid" -f /dev/null || kill -KILL "$pid"
done
id sre-app >/dev/null 2>&1 || useradd --system --shell /usr/sbin/nologin sre-app
usermod --shell /usr/sbin/nologin sre-app
chown -R root:root /opt/sre-app
chmod -R u=rwX,go=rX /opt/sre-app
systemctl revert sre-app.service
systemctl daemon-reload
# What conflicts with it, and is enabled too, would keep it down at some boot.
for unit in $(systemctl show -P ConflictedBy sre-app.service); do
    systemctl disable --now "$unit"
done
systemctl enable sre-app.service
systemctl reset-failed sre-app.service
systemctl restart sre-app.service
