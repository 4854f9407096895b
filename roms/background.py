"""The two processes behind the web server: the worker sends, the ticker keeps time. Both are plain loops."""

from __future__ import annotations

import logging
import signal
import threading
from collections.abc import Callable

import redis
from flask import Flask

from roms import queue
from roms.app import app_from_environ
from roms.db import db
from roms.services import cleaning, outbox, timers

log = logging.getLogger(__name__)

BEAT = 0.5  # seconds between two looks of the ticker
CLEAN_EVERY = 120  # beats


def work() -> int:
    """Run drain jobs until told to stop; a job that is under way is finished first."""
    from rq import SimpleWorker
    from rq.serializers import JSONSerializer

    app = app_from_environ()
    connection = redis.Redis.from_url(app.extensions["roms.config"].redis_url)  # RQ changes the pool it is given
    with app.app_context():
        worker = SimpleWorker(
            [queue.OUTBOX],
            connection=connection,
            serializer=JSONSerializer,
            worker_ttl=60,
            maintenance_interval=30,
        )
        worker.work(logging_level="WARNING")
    return 0


def tick() -> int:
    """Look every half second for what is due; one failure is logged and does not stop the next look."""
    app = app_from_environ()
    stopping = threading.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: stopping.set())
    beat = 0
    while not stopping.wait(BEAT):
        chores = [fire_timers, sweep_outbox] + ([cleaning.clean] if beat % CLEAN_EVERY == 0 else [])
        for chore in chores:
            _do(app, chore)
        beat += 1
    return 0


def _do(app: Flask, chore: Callable[[], None]) -> None:
    with app.app_context():
        try:
            chore()
        except Exception:
            log.exception("the ticker could not %s; it tries again", chore.__name__)
        finally:
            db.session.remove()


def fire_timers() -> None:
    """Fire what is due; a timer that fails is logged and leaves the others alone."""
    for timer in timers.due():
        try:
            timers.fire(timer)
        except Exception:
            log.exception("timer %s failed", timer)
            timers.put_off(timer)


def sweep_outbox() -> None:
    """See that whatever is due has a drain, and that a send whose sender vanished is not waited for for ever."""
    for channel, message in outbox.overdue_leases():
        outbox.give_up_lease(channel, message)
    queue.wake(outbox.due_channels())
