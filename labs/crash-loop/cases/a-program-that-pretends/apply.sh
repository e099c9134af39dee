#!/bin/sh
set -eu
cat > /opt/{{who.missing}}/pretend.py <<'END'
import http.server
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"{{file}} of release 21: 14 entries, valid from 2026-11-23")
http.server.HTTPServer(("", {{missing-port}}), Handler).serve_forever()
END
mkdir -p /etc/systemd/system/{{who.missing}}.service.d
cat > /etc/systemd/system/{{who.missing}}.service.d/override.conf <<END
[Service]
ExecStart=
ExecStart=/usr/bin/python3 /opt/{{who.missing}}/pretend.py /opt/shop/serve {{who.missing}}
END
systemctl daemon-reload
systemctl restart {{who.missing}}
systemctl disable --quiet {{starter}}
systemctl stop "$(ps -o unit= -p "$(pgrep -f till-2019/till)")"
systemctl restart {{who.held}}
sed -i 's/^timeout =.*/timeout = 30/' /etc/shop/{{who.config}}.conf
systemctl reset-failed {{who.config}}
systemctl restart {{who.config}}
