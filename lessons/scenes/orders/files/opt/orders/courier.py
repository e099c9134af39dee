"""Works for two seconds, until it meets the order that it cannot read."""
import sys
import time

from manager import tell

print("delivering", flush=True)
tell("READY=1")
time.sleep(2.2)
sys.exit("courier: order 4711 has no address")
