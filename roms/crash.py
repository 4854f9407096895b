"""Places where a test or `./dev chaos` may have this very process die, as if its power were cut.

Without ROMS_CRASH_AT a point does nothing: that is decided once, when this module is loaded.
"""

from __future__ import annotations

import itertools
import os
import signal
from collections.abc import Callable

VARIABLE = "ROMS_CRASH_AT"


def _never(name: str) -> None:
    """A point that nobody asked for."""


def armed(wanted: str) -> Callable[[str], None]:
    """The points of a process that shall die: `name`, or `name:3` for the third time it comes by."""
    where, _, which = wanted.partition(":")
    passages = itertools.count(1)
    last = int(which or 1)

    def point(name: str) -> None:
        if name == where and next(passages) == last:
            os.kill(os.getpid(), signal.SIGKILL)

    return point


point: Callable[[str], None] = armed(wanted) if (wanted := os.environ.get(VARIABLE, "")) else _never
