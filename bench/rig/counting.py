"""Exact counts of what one request does: statements, commits, Redis round trips, enqueued jobs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import redis
from redis.connection import AbstractConnection
from sqlalchemy import event
from sqlalchemy.engine import Engine


@contextmanager
def counted(engine: Engine, client: redis.Redis, jobs: str) -> Iterator[Counter[str]]:
    """Fill a counter with `statements`, `commits`, `rollbacks`, `redis` and `enqueues` (of the RQ queue `jobs`)."""
    seen: Counter[str] = Counter()
    waiting = _length(client, jobs)
    with _database(engine, seen), _round_trips(seen):
        yield seen
    seen["enqueues"] = _length(client, jobs) - waiting


@contextmanager
def _database(engine: Engine, seen: Counter[str]) -> Iterator[None]:
    def statement(_connection: Any, _cursor: Any, text: str, *_rest: Any) -> None:
        seen["begins" if text.startswith("BEGIN") else "statements"] += 1

    def commit(_connection: Any) -> None:
        seen["commits"] += 1

    def rollback(_connection: Any) -> None:
        seen["rollbacks"] += 1

    listeners = (("before_cursor_execute", statement), ("commit", commit), ("rollback", rollback))
    for name, listener in listeners:
        event.listen(engine, name, listener)
    try:
        yield
    finally:
        for name, listener in listeners:
            event.remove(engine, name, listener)


@contextmanager
def _round_trips(seen: Counter[str]) -> Iterator[None]:
    """Whatever is written to Redis at once is answered at once, a pipeline too: one write, one round trip."""
    write = AbstractConnection.send_packed_command

    def counting(self: AbstractConnection, *args: Any, **kwargs: Any) -> Any:
        seen["redis"] += 1
        return write(self, *args, **kwargs)

    AbstractConnection.send_packed_command = counting  # type: ignore[method-assign]
    try:
        yield
    finally:
        AbstractConnection.send_packed_command = write  # type: ignore[method-assign]


def _length(client: redis.Redis, jobs: str) -> int:
    length: Any = client.llen(f"rq:queue:{jobs}")
    return int(length)
