#!/usr/bin/python3
"""board.py PORT: shows board.txt, from the folder in which it was started, on a web page."""
import http.server
import os
import sys

if len(sys.argv) != 2:
    sys.exit(f"board: expected one argument, the port, and got {sys.argv[1:]}")

with open("board.txt") as file:
    text = file.read()
page = f"{os.environ.get('BOARD_TITLE', 'untitled')}: {text}".encode()


class Board(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Type", "text/plain; charset=utf-8")
        self.end_headers()
        self.wfile.write(page)

    def log_message(self, form, *values):
        print("board:", form % values, flush=True)


port = int(sys.argv[1])
server = http.server.HTTPServer(("127.0.0.1", port), Board)
print(f"board: listening on port {port}", flush=True)
server.serve_forever()
