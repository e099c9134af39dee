#!/usr/bin/python3
"""till.py PORT: asks the price list once, at its start, and cannot work without it."""
import os
import signal
import socket
import sys

try:
    with socket.create_connection(("127.0.0.1", int(sys.argv[1])), timeout=3) as stock:
        price = stock.makefile().readline().strip()
except OSError as error:
    sys.exit(f"till: no prices from stock: {error.strerror}")
print(f"till: open, {price} {os.environ.get('CURRENCY', '')}", flush=True)
signal.pause()
