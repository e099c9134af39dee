#!/usr/bin/python3
"""The packing list of today, for every screen in the shop: parcels.py PORT"""
import http.server
import os
import sys

LIST = "today.csv"


def page():
    with open(LIST, encoding="utf-8") as rows:
        parcels = rows.read()
    return f"Packing list\nCarrier: {CARRIER}\nPaper: {PAPER}\n\n{parcels}"


class Screen(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        body = page().encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/plain; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        """One line for each look at the list would fill the journal."""


if len(sys.argv) != 2:
    sys.exit("parcels: I need the port to listen on, and nothing else")
if "CARRIER" not in os.environ:
    sys.exit("parcels: nobody told me the carrier: CARRIER is not in my environment")
CARRIER = os.environ["CARRIER"]
PAPER = os.environ.get("PAPER", "A4")
if not os.path.exists(LIST):
    sys.exit(f"parcels: there is no {LIST} in {os.getcwd()}, the folder that I was started in")
try:
    server = http.server.ThreadingHTTPServer(("", int(sys.argv[1])), Screen)
except OSError as error:
    sys.exit(f"parcels: port {sys.argv[1]}: {error.strerror}")
print(f"parcels: {CARRIER}, {PAPER}, port {sys.argv[1]}", flush=True)
server.serve_forever()
