"""What a service tells its manager: a datagram to the socket named in NOTIFY_SOCKET, as in sd_notify(3)."""
import os
import socket


def tell(text):
    path = os.environ.get("NOTIFY_SOCKET")
    if path:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as out:
            out.sendto(text.encode(), "\0" + path[1:] if path.startswith("@") else path)
