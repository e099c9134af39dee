"""Says how big a folder is: GET /size?of=FOLDER. It has a hole, on purpose: FOLDER reaches a shell."""
import http.server
import subprocess
import urllib.parse


class Desk(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        query = urllib.parse.parse_qs(urllib.parse.urlsplit(self.path).query)
        folder = query.get("of", ["/opt/desk"])[0]
        answer = subprocess.run("du -sh " + folder, shell=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        self.send_response(200)
        self.end_headers()
        self.wfile.write(answer.stdout)

    def log_message(self, *args):
        pass


http.server.HTTPServer(("127.0.0.1", 8080), Desk).serve_forever()
