"""Ends what ./dev started when ./dev itself is killed and can end nothing any more.

Started by tools/processes.py as its own program. It reads process groups from its standard input, "+123" or "-123" a
line; when the other end of that pipe dies with ./dev, every group still listed is asked to end, and made to after a few
seconds. It also holds the data folder's lock until then, so that the next start cannot meet the leftovers.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from contextlib import suppress

SECONDS_TO_END = 3.0


def alive(group: int) -> bool:
    """Whether any process of the group is left (an unreaped one counts, which only costs us the wait)."""
    try:
        os.killpg(group, 0)
    except (ProcessLookupError, PermissionError):
        return False
    return True


def end(groups: set[int]) -> None:
    """Ask all, wait a little, then insist."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        for group in groups:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(group, number)
        limit = time.monotonic() + SECONDS_TO_END
        while any(map(alive, groups)) and time.monotonic() < limit:
            time.sleep(0.05)


def main() -> None:
    """Listen until ./dev is gone."""
    groups: set[int] = set()
    for line in sys.stdin:
        group = int(line[1:])
        groups.add(group) if line[0] == "+" else groups.discard(group)
    end(groups)


if __name__ == "__main__":
    main()
