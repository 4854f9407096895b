"""The processes behind the web server: workers send, call out and fetch, the ticker keeps time. All are plain loops."""

from __future__ import annotations

import logging
import signal
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

import redis
from flask import Flask

from roms import jobs, queue
from roms.app import app_from_environ
from roms.db import db
from roms.services import (
    account_states,
    arrivals,
    changes,
    cleaning,
    discarding,
    evidence,
    faces,
    files,
    http_calls,
    known_accounts,
    outbox,
    templates,
    timers,
)

if TYPE_CHECKING:
    from rq import SimpleWorker

log = logging.getLogger(__name__)

BEAT = 0.5  # seconds between two looks of the ticker
CLEAN_EVERY = 120  # beats
FACES_EVERY = 10  # beats
KEEP_EVERY = 4  # beats
WATCH_EVERY = round(account_states.LOOK_EVERY / BEAT)  # beats
REST = 1.0  # seconds until a worker that lost Redis begins again


def work(of: str = queue.OUTBOX) -> int:
    """Run the jobs of this queue until told to stop, and finish what is under way. Losing Redis only makes a pause."""
    app = app_from_environ()
    with app.app_context():
        while not jobs.STOPPING.is_set():
            for name in (signal.SIGTERM, signal.SIGINT):  # RQ has its own while it works
                signal.signal(name, lambda *_: jobs.STOPPING.set())
            try:
                _worker(app.extensions["roms.config"].redis_url, of).work(logging_level="WARNING")
            except (redis.RedisError, OSError) as error:
                log.warning("the worker lost Redis (%s); it tries again", error)
            jobs.STOPPING.wait(REST)
    return 0


def _worker(redis_url: str, of: str) -> SimpleWorker:
    from rq import SimpleWorker
    from rq.serializers import JSONSerializer

    class Worker(SimpleWorker):
        """Looks for a lost Redis every other second instead of once a minute, and lets a drain know of the end."""

        max_connection_wait_time = 2.0

        def handle_warm_shutdown_request(self) -> None:
            jobs.STOPPING.set()

        def _install_signal_handlers(self) -> None:
            super()._install_signal_handlers()  # type: ignore[no-untyped-call]
            self._stop_requested = jobs.STOPPING.is_set()  # asked while it was still connecting

    connection = redis.Redis.from_url(redis_url)  # RQ changes the pool it is given
    return Worker([of], connection=connection, serializer=JSONSerializer, worker_ttl=60, maintenance_interval=30)


def tick() -> int:
    """Look every half second for what is due; one failure is logged and does not stop the next look."""
    app = app_from_environ()
    stopping = threading.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: stopping.set())
    beat = 0
    while not stopping.wait(BEAT):
        chores = [flush_spool, fire_timers, sweep_outbox, sweep_unknown, sweep_calls, sweep_changes, sweep_files]
        chores += [cleaning.clean, sync_templates, sweep_discarded] if beat % CLEAN_EVERY == 0 else []
        chores += [known_accounts.keep] if beat % KEEP_EVERY == 0 else []
        chores += [look_for_faces] if beat % FACES_EVERY == 0 else []
        chores += [watch_accounts] if beat % WATCH_EVERY == 0 else []
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


def flush_spool() -> None:
    """Store what webhooks left while the database was away."""
    arrivals.flush()


def fire_timers() -> None:
    """Fire what is due; a timer that fails is logged and leaves the others alone."""
    for timer in timers.due():
        try:
            timers.fire(timer)
        except Exception:
            log.exception("timer %s failed", timer)
            timers.put_off(timer)


def sweep_calls() -> None:
    """See that calls to other systems are made that no hint reached a worker for."""
    if http_calls.waiting():
        queue.wake(calls=True)


def sync_templates() -> None:
    """Have the lists of templates fetched that are an hour old."""
    for channel_id in templates.due():
        queue.ask(queue.SYNC_TEMPLATES, channel_id)


def sweep_changes() -> None:
    """Let signs, edits and withdrawals that came too early happen to their messages."""
    for change in changes.due():
        try:
            changes.settle(change)
        except Exception:
            log.exception("the early change %s could not be settled", change)


def sweep_files() -> None:
    """See that files are fetched that no hint reached a worker for, that are due again, or whose fetcher vanished."""
    if files.waiting():
        queue.wake(files=True)


def sweep_discarded() -> None:
    """The storage may be slow, and timers do not wait for it: the worker for files does it."""
    if discarding.waiting():
        queue.wake(files=True)


def look_for_faces() -> None:
    """See that contacts' pictures are asked for by the worker for files: a few at a time, none of them often."""
    faces.plan()
    if faces.waiting():
        queue.wake(files=True)


def watch_accounts() -> None:
    """Have every account that can be asked how it is asked by a worker: the ticker waits for nobody."""
    for channel in account_states.watched():
        queue.ask(queue.LOOK, channel)


def sweep_outbox() -> None:
    """See that whatever is due has a drain, and that a send whose sender vanished is not waited for for ever."""
    queue.wake(outbox.due_channels())
    for channel, message in outbox.overdue_leases():
        try:
            outbox.give_up_lease(channel, message)
        except Exception:
            log.exception("the lost send %s could not be marked", message)


def sweep_unknown() -> None:
    """See that messages nobody knows the fate of are looked for, and that the agents are told of those not found."""
    for channel in evidence.due_channels():
        queue.ask(queue.EVIDENCE, channel)
    for conversation, message in evidence.overdue():
        try:
            evidence.tell(conversation, message)
        except Exception:
            log.exception("the doubt about message %s could not be told", message)
