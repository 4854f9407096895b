"""Where the machine of test_machine.py plays: a real database and Redis, emptied in no time between two plays."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import redis as redis_library
from flask import Flask
from rq import Queue
from rq.serializers import JSONSerializer
from sqlalchemy import text

from roms import queue
from roms.db import Model, db
from roms.services import arrivals, channels, publishing
from tests import dead
from tests.cast import Cast
from tests.conftest import Clock
from tests.engine.chat import LIFECYCLE
from tests.kit import ledger

KINDS = ("whapi", "meta", "twilio", "waha", "webchat")
STAYS = {"user_account", "channel", "release", "media_file"}
CHANNELS = "UPDATE channel SET state = 'unknown', state_data = NULL, state_at = NULL, restarted_at = NULL"
FLOWS = {
    "main": """triggers: [{otherwise: true}]
steps:
  say: {say: ["A@ {{message.text}}", "B@ {{message.text}}"], end: true}""",
    "tanya": """triggers: [{keywords: [tanya]}]
steps:
  ask: {ask: {prompt: "Nama@ {{message.text}}?", save: who, invalid: {then: orang.hand}}}
  got: {say: "Halo@ {{message.text}}", end: true}""",
    "nanti": """triggers: [{keywords: [nanti]}]
steps:
  wait: {say: "Tunggu@ {{message.text}}", wait: 5m}
  done: {say: "Ingat@", end: true}""",
    "orang": """triggers: [{keywords: [orang]}]
steps:
  hand: {handoff: {say: "Sebentar@"}}""",
}


class Stage:
    """One application, for many plays."""

    def __init__(self, app: Flask, cast: Cast, clock: Clock) -> None:
        self.app, self.cast, self.clock = app, cast, clock
        self.began = clock.now
        self.own = app.extensions["roms.redis"]
        # Where many tests share a processor, 0.3 s are soon over; a Redis that is away is played on purpose.
        self.redis = redis_library.Redis.from_url(app.extensions["roms.config"].redis_url)
        self.nowhere = queue.connect("unix:///nonexistent/redis.sock")
        self.accounts = {kind: channels.find(kind) for kind in KINDS}
        gone = [table.name for table in reversed(Model.metadata.sorted_tables) if table.name not in STAYS]
        self.emptying = [f"DELETE FROM {name}" for name in gone] + [f"DELETE FROM {ledger.TABLE}", CHANNELS]

    def empty(self) -> None:
        """As at the beginning; releases stay, as they do in life."""
        db.session.remove()
        with db.engine.begin() as connection:
            for statement in self.emptying:
                connection.execute(text(statement))
        self.app.extensions.pop("roms.channels", None)
        for path in arrivals.spool().folder.glob("*/*"):
            path.unlink()
        self.redis_back()
        self.redis.flushall()
        self.clock.now = self.began

    def publish(self, words: int) -> int:
        """Flows that say this number behind every word of theirs."""
        files = {f"{name}.yaml": f"flow: {name}\n{flow}".replace("@", str(words)) for name, flow in FLOWS.items()}
        publishing.publish({"lifecycle.yaml": LIFECYCLE, **files})
        return words

    def redis_away(self) -> None:
        self.app.extensions["roms.redis"] = self.nowhere

    def redis_back(self) -> None:
        self.app.extensions["roms.redis"] = self.redis
        self.app.extensions["roms.redis_rests_until"] = 0.0

    @property
    def is_redis_here(self) -> bool:
        return self.app.extensions["roms.redis"] is self.redis

    def job(self) -> int | None:
        """The channel that the next waiting job is to drain, as a worker takes it; None when there is none."""
        if not self.is_redis_here:
            return None
        waiting = Queue(queue.OUTBOX, connection=self.redis, serializer=JSONSerializer)
        found = Queue.dequeue_any([waiting], None, connection=self.redis, serializer=JSONSerializer)
        if found is None:
            return None
        job, _ = found
        (channel,) = job.args
        job.delete()
        self.redis.delete(queue._flag(channel))  # as queue.drain_begins does
        return int(channel)

    def forget_flags(self) -> None:
        """So much time has passed that a lost drain is waited for no longer, and Redis is tried again."""
        self.app.extensions["roms.redis_rests_until"] = 0.0
        for key in self.redis.keys("roms:drain:*"):
            self.redis.delete(key)

    @contextmanager
    def without_database(self) -> Iterator[None]:
        with dead.dead(self.app):
            yield
        db.session.remove()
        db.engine.dispose()

    def close(self) -> None:
        self.app.extensions["roms.redis"] = self.own
        self.nowhere.close()
        self.redis.close()
        db.session.remove()
