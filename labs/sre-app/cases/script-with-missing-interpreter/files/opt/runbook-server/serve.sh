#!/usr/local/bin/python3.12
import http.server
http.server.test(http.server.SimpleHTTPRequestHandler, port=8000)
