#!/bin/sh
set -eu
/opt/process/window 'cd /opt/board; ./board 9099'
mkdir -p /run/systemd/system
printf '[Service]\nWorkingDirectory=/opt/board\nExecStart=/opt/board/board {{port}}\n' > /run/systemd/system/{{name}}.service
systemctl daemon-reload
systemctl start {{name}}
timeout 5 sh -c "until ss -Hltn 'sport = :{{port}}' | grep -q .; do sleep 0.1; done"
