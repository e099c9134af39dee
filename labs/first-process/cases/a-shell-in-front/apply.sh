#!/bin/sh
set -eu
/opt/process/window 'cd /opt/board; ./board 9099'
systemd-run -u {{name}} sh -c 'cd /opt/board; ./board {{port}}; exit 1'
timeout 5 sh -c "until ss -Hltn 'sport = :{{port}}' | grep -q .; do sleep 0.1; done"
