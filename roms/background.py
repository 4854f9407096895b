"""The processes behind the web server: workers send, call out and fetch, the ticker keeps time. All are plain loops."""

from __future__ import annotations

import logging
import os
import signal
import threading
import time
from collections.abc import Callable

import redis
from flask import Flask

from roms import jobs, queue
from roms.app import app_from_environ
from roms.db import db
from roms.services import (
    account_states,
    arrivals,
    aside,
    changes,
    cleaning,
    discarding,
    faces,
    files,
    http_calls,
    known_accounts,
    missed,
    outbox,
    templates,
    timers,
)

log = logging.getLogger(__name__)

BEAT = 0.5  # seconds between two looks of the ticker
CLEAN_EVERY = 120  # beats
FACES_EVERY = 10  # beats
KEEP_EVERY = 4  # beats
WATCH_EVERY = round(account_states.LOOK_EVERY / BEAT)  # beats
REST = 1.0  # seconds until a worker that lost Redis begins again
LONGEST_END = 28.0  # seconds a process may take to end; what is still under way then is as if it had been killed


def work(of: str = queue.OUTBOX) -> int:
    """Run the jobs of this queue until told to stop, and finish what is under way. Losing Redis only makes a pause."""
    from roms.listener import Worker  # the ticker has no use for RQ

    app = app_from_environ()
    _end_in_time()
    with app.app_context():
        while not jobs.STOPPING.is_set():
            _hear_signals()  # RQ has its own while it works
            try:
                Worker(app.extensions["roms.config"].redis_url, of, jobs.STOPPING).work(logging_level="WARNING")
            except (redis.RedisError, OSError) as error:
                log.warning("the worker lost Redis (%s); it tries again", error)
            jobs.STOPPING.wait(REST)
    return 0


def _hear_signals() -> None:
    """A second signal says nothing new."""
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: jobs.STOPPING.set())


def _end_in_time() -> None:
    """Who asked us to end kills after a while; be gone before, whatever hangs, so that it is known what was done."""

    def watch() -> None:
        jobs.STOPPING.wait()
        time.sleep(LONGEST_END)
        log.error("something did not end within %s s; it is left as it is", LONGEST_END)
        os._exit(1)

    threading.Thread(target=watch, name="end in time", daemon=True).start()


def tick() -> int:
    """Look every half second for what is due; one failure is logged and does not stop the next look."""
    app = app_from_environ()
    _end_in_time()
    _hear_signals()
    every, beat = round(app.extensions["roms.config"].fetch_every * 60 / BEAT), 0
    if every:
        _do(app, fetch_missed_at_start)
    while not jobs.STOPPING.wait(BEAT):
        chores = [flush_spool, retry_aside, fire_timers, sweep_outbox, sweep_calls, sweep_changes, sweep_files]
        chores += [cleaning.clean, sync_templates, sweep_discarded] if beat % CLEAN_EVERY == 0 else []
        chores += [known_accounts.keep] if beat % KEEP_EVERY == 0 else []
        chores += [look_for_faces] if beat % FACES_EVERY == 0 else []
        chores += [fetch_missed] if every and beat and beat % every == 0 else []
        chores += [watch_accounts] if beat % WATCH_EVERY == 0 else []
        for chore in chores:
            if not jobs.STOPPING.is_set():
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


def retry_aside() -> None:
    """Try what could not be processed again; what cannot even be tried leaves the others alone."""
    until = time.monotonic() + arrivals.FLUSH_FOR
    for each in aside.due():
        if time.monotonic() > until:
            return
        try:
            aside.try_again(each)
        except Exception:
            log.exception("set aside %s could not be tried again", each)


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


def fetch_missed_at_start() -> None:
    """After what waits in the spool, have what came while nobody listened fetched by a worker."""
    arrivals.flush()
    _ask_for_missed(at_start=1)


def fetch_missed() -> None:
    """The same now and then, for a webhook may get lost on its way."""
    _ask_for_missed(at_start=0)


def _ask_for_missed(at_start: int) -> None:
    for channel in missed.listed():
        queue.ask(queue.MISSED, channel, at_start)


def sweep_outbox() -> None:
    """See that whatever is due has a drain, and that a send whose sender vanished is not waited for for ever."""
    queue.wake(outbox.due_channels())
    for channel, message in outbox.overdue_leases():
        try:
            outbox.give_up_lease(channel, message)
        except Exception:
            log.exception("the lost send %s could not be marked", message)
