#!/bin/sh
# The server that somebody left running: it holds the port before the unit starts (it says READY=1 once it does).
set -eu
useradd --system --shell /usr/sbin/nologin sre-app
systemctl daemon-reload
systemd-run --quiet --unit=terminal --property=Type=notify --working-directory=/opt/sre-app python3 -c '
import http.server, os, socket
server = http.server.ThreadingHTTPServer(("", 8000), http.server.SimpleHTTPRequestHandler)
socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM).sendto(b"READY=1", os.environ["NOTIFY_SOCKET"])
server.serve_forever()'
systemctl enable --now sre-app.service
