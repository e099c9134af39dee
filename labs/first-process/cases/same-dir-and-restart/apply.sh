#!/bin/sh
set -eu
/opt/process/window 'cd /opt/board; ./board 9099'
cd /opt/board
systemd-run -d -u {{name}}.service --collect -p DynamicUser=yes -p Restart=always ./board {{port}} ||
    systemd-run -d -u {{name}}.service --collect -p DynamicUser=yes -p Restart=always /opt/board/board {{port}}
timeout 5 sh -c "until ss -Hltn 'sport = :{{port}}' | grep -q .; do sleep 0.1; done"
