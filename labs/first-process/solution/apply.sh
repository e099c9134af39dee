#!/bin/sh
# Right from the bare scene and from half-done work: a board by hand, another description or a failed try may be there.
set -eu
/opt/process/window 'cd /opt/board; ./board 9099'
systemctl disable --now {{name}}.service 2>/dev/null || true
systemctl stop {{name}}.service {{name}}.scope 2>/dev/null || true
rm -rf /etc/systemd/system/{{name}}.service /etc/systemd/system/{{name}}.service.d /run/systemd/system/{{name}}.service
systemctl daemon-reload
systemctl reset-failed {{name}}.service 2>/dev/null || true
# Whoever else has the port ends before the service begins.
for pid in $(ss -Hltnp 'sport = :{{port}}' | grep -o 'pid=[0-9]*' | cut -d= -f2); do
    kill "$pid" || true
    timeout 5 tail --pid="$pid" -f /dev/null || kill -KILL "$pid"
done
# The board of 2019 comes back with its service.
[ -n "$(ss -Hltn 'sport = :{{other}}')" ] || systemctl restart {{stray}}.service
systemd-run -u {{name}} --working-directory=/opt/board /opt/board/board {{port}}
for port in {{port}} {{other}}; do
    timeout 5 sh -c "until ss -Hltn 'sport = :$port' | grep -q .; do sleep 0.1; done"
done
