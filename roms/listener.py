"""The RQ worker as a mere bell: it hears hints on one queue and runs their jobs; whatever RQ forgets, our ticker finds.

So nothing of RQ's own recovery is relied on: no retries, short lives for what failed, a look at Redis every few
seconds, and a connection that gives up soon, so that a Redis that hangs, vanishes or comes back empty costs seconds.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry
from rq import SimpleWorker
from rq.exceptions import StopRequested
from rq.serializers import JSONSerializer

WAIT = 5  # seconds for a hint, then it shows that it is alive and waits again
SILENCE = 8  # seconds without an answer of Redis after which the line is cut
TIDY_EVERY = 30  # seconds between two looks for what dead workers left in Redis
MARGIN = 5  # seconds that a job's record outlives the job's longest time


class Worker(SimpleWorker):
    """Waits, works, and ends when it is asked to: at once while it waits, after the job while it works."""

    max_connection_wait_time = 2.0
    dequeue_timeout = WAIT
    connection_timeout = SILENCE

    def __init__(
        self, redis_url: str, of: str, stopping: threading.Event, beat: Callable[[], None] = lambda: None
    ) -> None:
        """`beat` is told of every round, also of one without Redis."""
        line = redis.Redis.from_url(  # its own: RQ changes the pool it is given
            redis_url, socket_timeout=SILENCE, socket_connect_timeout=2, retry=Retry(NoBackoff(), 0)
        )
        self._stopping, self._may_break_off, self._beat = stopping, False, beat
        super().__init__(
            [of], connection=line, serializer=JSONSerializer, worker_ttl=WAIT, maintenance_interval=TIDY_EVERY
        )

    def request_stop(self, signum: int, frame: Any) -> None:
        """The signal's handler. It asks nothing of Redis, which may hang, and a second signal changes nothing."""
        self._stopping.set()
        if self._may_break_off:
            self._may_break_off = False
            raise StopRequested

    def dequeue_job_and_maintain_ttl(self, timeout: int | None, max_idle_time: int | None = None) -> Any:
        """Only this wait may be broken off."""
        self._may_break_off = True
        try:
            if self._stopping.is_set():  # asked while it worked, or was still connecting
                raise StopRequested
            return super().dequeue_job_and_maintain_ttl(timeout, max_idle_time)
        finally:
            self._may_break_off = False

    def heartbeat(self, timeout: int | None = None, pipeline: Any = None) -> None:
        """A Redis that was emptied, or began anew, has forgotten us."""
        self._beat()
        if pipeline is None and not self.connection.exists(self.key):
            self.register_birth()  # type: ignore[no-untyped-call]
        super().heartbeat(timeout, pipeline)

    def get_heartbeat_ttl(self, job: Any) -> int:
        return int(job.timeout) + MARGIN

    def subscribe(self) -> None:
        """Nobody commands this worker through Redis: no thread that listens for it, none that outlives a lost line."""

    def unsubscribe(self) -> None:
        """Likewise."""
