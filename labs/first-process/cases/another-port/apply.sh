#!/bin/sh
set -eu
/opt/process/window 'cd /opt/board; ./board 9099'
systemd-run -u {{name}} --working-directory=/opt/board /opt/board/board 9099
timeout 5 sh -c "until ss -Hltn 'sport = :9099' | grep -q .; do sleep 0.1; done"
