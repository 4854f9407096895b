"""Questions that have one answer in one moment: in what is being written, or in a page that is being read."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, TypeVar, cast

R = TypeVar("R")

_asked: ContextVar[dict[str, Any] | None] = ContextVar("asked", default=None)


@contextmanager
def one_moment() -> Iterator[None]:
    """All that is asked in this block is asked of one moment: a transaction is such a block."""
    token = _asked.set({})
    try:
        yield
    finally:
        _asked.reset(token)


def once(what: str, ask: Callable[[], R]) -> R:
    """The answer, asked once in a moment: whoever stores a hundred messages, or lists them, wants it a hundred times.
    Outside of any moment it is asked anew each time."""
    asked = _asked.get()
    if asked is None:
        return ask()
    if what not in asked:
        asked[what] = ask()
    return cast(R, asked[what])
