"""How fast and how late the official providers let a business write: the numbers of WhatsApp's own pages."""

from __future__ import annotations

import threading
import time

WINDOW = 24 * 3600.0  # seconds of free text after a person's message
A_SECOND = 80  # messages of one number
BURST, EVERY = 45, 6.0  # to one person: so many at once, then one every so many seconds


class Bucket:
    """So many at once, filled again at a rate; what is refused costs nothing."""

    def __init__(self, most: int, rate: float, now: float) -> None:
        self.most, self.rate, self.left, self.at = most, rate, float(most), now

    def take(self, now: float) -> bool:
        """Whether one more is allowed."""
        self.left = min(self.most, self.left + (now - self.at) * self.rate)
        self.at = now
        if self.left < 1:
            return False
        self.left -= 1
        return True


class Limits:
    """What was sent lately, and when each person wrote last. `enforced` False lets everything pass."""

    def __init__(self) -> None:
        self.enforced = True
        self.refusal_seconds = 1.0  # a failed status comes so long after the answer; minutes in the world
        self._lock = threading.Lock()
        self.forget()

    def forget(self) -> None:
        """Begin anew."""
        with self._lock:
            self._buckets: dict[tuple[str, str], Bucket] = {}
            self._wrote: dict[tuple[str, str], float] = {}

    def wrote(self, account: str, person: str, at: float) -> None:
        """This person wrote to this account: the window is open."""
        with self._lock:
            self._wrote[account, person] = max(at, self._wrote.get((account, person), 0.0))

    def close(self, account: str, person: str) -> None:
        """As if the last message of this person were a day old."""
        with self._lock:
            self._wrote[account, person] = time.time() - WINDOW - 1

    def is_open(self, account: str, person: str) -> bool:
        """Whether free text may be sent."""
        with self._lock:
            return not self.enforced or time.time() - self._wrote.get((account, person), 0.0) < WINDOW

    def too_fast(self, account: str) -> bool:
        """Whether the number has sent as many as it may within a second; counts one more if not."""
        return self._full((account, ""), A_SECOND, A_SECOND)

    def too_often(self, account: str, person: str) -> bool:
        """Whether this person has had as many as they may; counts one more if not."""
        return self._full((account, person), BURST, 1 / EVERY)

    def _full(self, key: tuple[str, str], most: int, rate: float) -> bool:
        now = time.monotonic()
        with self._lock:
            bucket = self._buckets.setdefault(key, Bucket(most, rate, now))
            return self.enforced and not bucket.take(now)
