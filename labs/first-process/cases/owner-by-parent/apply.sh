#!/bin/sh
set -eu
/opt/process/window 'cd /opt/board; ./board 9099'
systemd-run -u {{name}} --working-directory=/opt/board /opt/board/board {{port}}
timeout 5 sh -c "until ss -Hltn 'sport = :{{port}}' | grep -q .; do sleep 0.1; done"
