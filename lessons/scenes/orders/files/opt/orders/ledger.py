"""A tidy program: on SIGTERM it writes the last line of its book, and ends with 143, as a JVM does."""
import signal
import sys

from manager import tell


def finish(*_):
    print("book closed, good night", flush=True)
    sys.exit(143)


signal.signal(signal.SIGTERM, finish)
tell("READY=1")
while True:
    signal.pause()
