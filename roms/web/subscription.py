"""Listening to Redis for changes, for as long as the process lives, whatever Redis does."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable

import redis
from redis.backoff import NoBackoff
from redis.client import PubSub
from redis.retry import Retry

from roms.queue import changes_topic

log = logging.getLogger(__name__)

PATIENCE = 0.5  # seconds to wait for a message before looking whether we are to stop
PING_EVERY, SILENT = 3.0, 8.0  # seconds; a line on which no ping is answered is taken for dead
LONGEST_PAUSE = 5.0  # seconds between two tries to connect


class Subscription:
    """One thread and one connection of its own; `is_up` says whether changes arrive."""

    def __init__(self, url: str, stopping: threading.Event, tell: Callable[[bytes], None]) -> None:
        self._url, self._stopping, self._tell = url, stopping, tell
        self.is_up = False

    def run(self) -> None:
        """Connect, listen, and after every failure connect again."""
        pause = 0.2
        while not self._stopping.is_set():
            began = time.monotonic()
            try:
                self._listen()
            except (redis.RedisError, OSError, ValueError, LookupError) as error:  # the last two: no change of ours
                log.warning("no live changes from Redis (%s); looking in the database meanwhile", error)
            self.is_up = False
            pause = 0.2 if time.monotonic() - began > LONGEST_PAUSE else min(pause * 2, LONGEST_PAUSE)
            self._stopping.wait(pause)

    def _listen(self) -> None:
        # No socket timeout: redis-py would take a quiet minute for a broken line.
        client = redis.Redis.from_url(
            self._url, socket_timeout=None, socket_connect_timeout=1, retry=Retry(NoBackoff(), 0)
        )
        with client, client.pubsub() as pubsub:
            pubsub.subscribe(changes_topic(client))
            self._hear(pubsub)

    def _hear(self, pubsub: PubSub) -> None:
        heard = asked = time.monotonic()
        while not self._stopping.is_set():
            message = pubsub.get_message(timeout=PATIENCE)
            now = time.monotonic()
            if message is not None:
                heard, self.is_up = now, True
                if message["type"] == "message":
                    self._tell(message["data"])
            elif now - heard > SILENT:
                raise redis.TimeoutError("it does not answer any more")
            elif now - asked > PING_EVERY:
                asked = now
                pubsub.ping()
