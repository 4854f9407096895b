"""`worker.py`: send what waits (an RQ worker). `worker.py tick`: fire timers, wake the outbox."""

from __future__ import annotations

import sys

from roms import background

if __name__ == "__main__":
    sys.exit(background.tick() if sys.argv[1:] == ["tick"] else background.work())
