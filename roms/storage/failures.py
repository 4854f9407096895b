"""What can go wrong with a storage."""

from __future__ import annotations


class Unreachable(Exception):
    """The storage does not answer, or refuses us: it may work again later."""


class NoSpace(Unreachable):
    """It is full."""


class Gone(Exception):
    """There is nothing under this key."""
