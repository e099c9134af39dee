#!/usr/bin/python3
"""stock.py PORT: the price list. It reads prices for two seconds, opens its port, and says so to systemd if asked to."""
import os
import socket
import sys
import time

print("stock: reading prices", flush=True)
time.sleep(2)
server = socket.create_server(("127.0.0.1", int(sys.argv[1])))
print("stock: port open", flush=True)

address = os.environ.get("NOTIFY_SOCKET")
if address:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.connect("\0" + address[1:] if address.startswith("@") else address)
        systemd.send(b"READY=1")

while True:
    client, _ = server.accept()
    with client:
        client.sendall(b"tea 2.50\n")
