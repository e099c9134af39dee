"""The returns desk of the shop, on port 80: what customers send back.

GET /                       the list
GET /add?order=N&item=TEXT  one more on the list
GET /label?order=N          a label for the parcel. Known hole, mended on Thursday: N reaches a shell. Jonas
"""
import http.server
import os
import pathlib
import socket
import subprocess
import sys
import tempfile
import urllib.parse

DATA = pathlib.Path("/var/lib/returns")
# The key of the parcel service; systemd may hand it over too (LoadCredential=key:...).
KEY = pathlib.Path(os.environ.get("CREDENTIALS_DIRECTORY", "/etc/returns")) / "key"


class Desk(http.server.BaseHTTPRequestHandler):
    timeout = 5

    def do_GET(self):
        url = urllib.parse.urlsplit(self.path)
        asked = {name: values[0] for name, values in urllib.parse.parse_qs(url.query).items()}
        order = asked.get("order", "0")
        try:
            if url.path == "/add":
                with open(DATA / "open.csv", "a") as returns:
                    returns.write(f"{order};{asked.get('item', '')}\n")
                self.answer(200, f"Order {order} is on the list.\n".encode())
            elif url.path == "/label":
                self.answer(200, label(order))
            else:
                files = [DATA / "2025" / "closed.csv", DATA / "open.csv"]
                self.answer(200, b"Returns desk\n" + b"".join(file.read_bytes() for file in files))
        except OSError as error:
            print(f"returns: {self.path.split('?')[0]}: {error}", file=sys.stderr, flush=True)
            self.answer(500, f"{error}\n".encode())

    def answer(self, status, text):
        self.send_response(status)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, *args):
        pass


def label(order):
    """The label, put together in a scratch file under /tmp."""
    with tempfile.NamedTemporaryFile("w", dir="/tmp", suffix=".label") as scratch:
        print("To: the shop, Returns desk, key ending in", KEY.read_text().strip()[-4:], file=scratch, flush=True)
        command = f"cat {scratch.name}; echo Return of order {int(order)}"
        return subprocess.run(command, shell=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT).stdout


def listener():
    """Port 80, or the socket that systemd hands over (systemd.socket(5))."""
    if os.environ.get("LISTEN_FDS"):
        return socket.socket(fileno=3)
    try:
        return socket.create_server(("", 80), backlog=16)
    except OSError as error:
        sys.exit(f"returns: cannot listen on port 80: {error}")


if len(sys.argv) > 1:
    sys.exit(f"returns: no arguments, please: {sys.argv[1]}")
try:
    # Without its files it would be a desk that takes parcels and forgets them.
    open(DATA / "open.csv", "a").close()
    open(DATA / "2025" / "closed.csv").close()
    KEY.read_text()
except OSError as error:
    sys.exit(f"returns: {error}")
server = http.server.HTTPServer(("", 80), Desk, bind_and_activate=False)
server.socket.close()
server.socket = listener()
server.serve_forever()
