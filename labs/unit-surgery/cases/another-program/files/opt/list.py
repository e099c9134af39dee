#!/usr/bin/python3
import http.server

PAGE = b"Packing list\nCarrier: Nordpost\nPaper: A6\n\n4712;Okafor;1 tube\n"


class Screen(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(PAGE)


http.server.HTTPServer(("", 8600), Screen).serve_forever()
