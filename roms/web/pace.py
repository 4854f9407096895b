"""How often somebody may do something: counted in this process's memory, so it holds without Redis."""

from __future__ import annotations

import threading
import time
from collections import deque

from roms.errors import TooMany

MOST_KEYS = 10_000


class Pace:
    """At most `most` steps per key within `seconds`."""

    def __init__(self, most: int, seconds: float) -> None:
        self._most, self._seconds = most, seconds
        self._steps: dict[str, deque[float]] = {}
        self._lock = threading.Lock()

    def step(self, key: str) -> None:
        """Count one; TooMany when it is one too many."""
        now = time.monotonic()
        with self._lock:
            if len(self._steps) > MOST_KEYS:
                self._forget(now)
            steps = self._steps.setdefault(key, deque())
            while steps and steps[0] <= now - self._seconds:
                steps.popleft()
            if len(steps) >= self._most:
                raise TooMany(retry_after=max(1, round(steps[0] + self._seconds - now)))
            steps.append(now)

    def _forget(self, now: float) -> None:
        old = [key for key, steps in self._steps.items() if not steps or steps[-1] <= now - self._seconds]
        for key in old:
            del self._steps[key]
