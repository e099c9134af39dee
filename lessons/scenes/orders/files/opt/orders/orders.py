"""Waits for orders, for ever."""
import signal

from manager import tell

print("ready for orders", flush=True)
tell("READY=1")
while True:
    signal.pause()
