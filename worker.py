"""`worker.py`: send what waits (an RQ worker); `worker.py calls`: ask other systems for flows (another one).

`worker.py tick`: fire timers, wake the workers.
"""

from __future__ import annotations

import sys

from roms import background, queue

if __name__ == "__main__":
    if sys.argv[1:] == ["tick"]:
        sys.exit(background.tick())
    sys.exit(background.work(queue.CALLS if sys.argv[1:] == ["calls"] else queue.OUTBOX))
