"""RQ's worker for tests: like ours it takes no orders through Redis."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import redis as redis_library
from rq import SimpleWorker
from rq.serializers import JSONSerializer

from roms import draining


class Deaf(SimpleWorker):
    """Nobody orders it about: the thread for orders is busy all the time, and hanging up its line takes 0.2 s."""

    def __init__(self, queues: Iterable[str], connection: redis_library.Redis) -> None:
        super().__init__(list(queues), connection=connection, serializer=JSONSerializer)

    def subscribe(self) -> None:
        self.pubsub_thread: Any = None


def work(redis_url: str, *queues: str, log: str = "ERROR") -> None:
    """Do what waits in these queues and what that begins, then stop."""
    with redis_library.Redis.from_url(redis_url) as connection:
        while True:
            Deaf(queues, connection).work(burst=True, logging_level=log)
            draining.finish()
            if not any(connection.llen(f"rq:queue:{name}") for name in queues):
                return
