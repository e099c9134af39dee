#!/bin/sh
set -eu
/opt/process/window 'cd /opt/board; ./board 9099'
systemd-run -u {{name}} --working-directory=/opt/board timeout 1 /opt/board/board {{port}}
timeout 5 sh -c "while systemctl is-active -q {{name}}; do sleep 0.1; done"
