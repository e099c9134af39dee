"""Does not listen when it is asked to stop."""
import signal

from manager import tell

signal.signal(signal.SIGTERM, signal.SIG_IGN)
tell("READY=1")
while True:
    signal.pause()
