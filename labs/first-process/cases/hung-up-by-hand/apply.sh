#!/bin/sh
set -eu
script -qc "timeout -s HUP 1 sh -c 'cd /opt/board; exec ./board 9099'" /dev/null || true
systemd-run -u {{name}} --working-directory=/opt/board /opt/board/board {{port}}
timeout 5 sh -c "until ss -Hltn 'sport = :{{port}}' | grep -q .; do sleep 0.1; done"
