"""Cannot do without its settings."""
import signal
import sys

from manager import tell

try:
    open("/etc/mailer.conf").close()
except OSError as error:
    sys.exit(f"mailer: {error}")
print("mailing", flush=True)
tell("READY=1")
while True:
    signal.pause()
