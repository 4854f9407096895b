"""`worker.py`: send what waits (an RQ worker); `worker.py calls`: ask other systems for flows (another one);
`worker.py files`: fetch the files of messages, and other small errands at providers (a third).

`worker.py tick`: fire timers, wake the workers.
"""

from __future__ import annotations

import sys

from roms import background, queue

QUEUES = {(): queue.OUTBOX, ("calls",): queue.CALLS, ("files",): queue.FILES}

if __name__ == "__main__":
    wanted = tuple(sys.argv[1:])
    if wanted == ("tick",):
        sys.exit(background.tick())
    if wanted not in QUEUES:
        sys.exit("worker.py takes nothing, `calls`, `files` or `tick`")
    sys.exit(background.work(QUEUES[wanted]))
