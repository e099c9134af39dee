#!/bin/sh
set -eu
/opt/process/window 'cd /opt/board; ./board 9099'
cd /opt/board
setsid -f systemd-run --scope -u {{name}} ./board {{port}} >/dev/null 2>&1
timeout 5 sh -c "until ss -Hltn 'sport = :{{port}}' | grep -q .; do sleep 0.1; done"
