"""What a worker's process has one of: the wish that it end, its HTTP client, its way to write down what it was told."""

from __future__ import annotations

import functools
import logging
import threading
import time
from collections.abc import Callable

import httpx
from sqlalchemy.exc import OperationalError

from roms.outside import dates

log = logging.getLogger(__name__)

PAUSES = (0.1, 0.4, 1.5, 4.0, 8.0)  # seconds between tries to write down what the provider said

STOPPING = threading.Event()  # this process was asked to end: what is under way is finished, nothing new begins


def until_written(write: Callable[[], object]) -> None:
    """A database that is away for a moment is asked again: nobody else knows what we were told."""
    for pause in PAUSES:
        try:
            write()
            return
        except OperationalError as error:
            log.warning("what we were told could not be written down yet: %s", error.orig)
            time.sleep(pause)
    write()


@functools.cache
def client() -> httpx.Client:
    """One client per process: making one costs 50 ms, and it keeps connections open."""
    limits = httpx.Limits(max_connections=None, max_keepalive_connections=64)
    hooks = {"response": [dates.heard]}
    timeout = httpx.Timeout(15, connect=5)
    return httpx.Client(timeout=timeout, limits=limits, follow_redirects=False, event_hooks=hooks)
