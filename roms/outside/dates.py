"""What time it is at those we ask: HTTP's Date header (RFC 9110, section 6.6.1), in whole seconds.

Our own clock may be minutes wrong after a restart; how long ago somebody wrote is told by the clock that dated it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

import httpx

SECOND = timedelta(seconds=1)


@dataclass(slots=True)
class Told:
    """The moment at which the last answer left; None: nobody said."""

    at: datetime | None = None


_asking: ContextVar[Told | None] = ContextVar("asking", default=None)


@contextmanager
def asking() -> Iterator[Told]:
    """Whoever answers in this block, through a client that has `heard` among its hooks, tells the time."""
    told = Told()
    token = _asking.set(told)
    try:
        yield told
    finally:
        _asking.reset(token)


def heard(response: httpx.Response) -> None:
    """A client's hook: the second in which an answer left is over by now. What is no date says nothing."""
    told = _asking.get()
    if told is None or "date" not in response.headers:
        return
    try:
        told.at = parsedate_to_datetime(response.headers["date"]).astimezone(UTC) + SECOND
    except ValueError:
        told.at = None
