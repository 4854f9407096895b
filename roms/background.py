"""The processes behind the web server: workers send, call out and fetch, the ticker keeps time. All are plain loops."""

from __future__ import annotations

import logging
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import redis
from flask import Flask, current_app

from roms import draining, process, queue
from roms.app import app_from_environ
from roms.services import (
    account_states,
    arrivals,
    aside,
    backlog,
    changes,
    cleaning,
    discarding,
    evidence,
    faces,
    files,
    heartbeats,
    hours,
    http_calls,
    known_accounts,
    leases,
    missed,
    outbox,
    queued,
    templates,
    timers,
)
from roms.services.pulse import Pulse

log = logging.getLogger(__name__)

BEAT = 0.5  # seconds between two looks of the ticker
TIMERS_A_ROUND, FIRE_FOR = 200, 2.0  # timers, seconds: at most, within one look
GIVE_FOR = 1.0  # seconds: at most, within one look
CLEAN_EVERY = 120  # beats
FACES_EVERY = 10  # beats
KEEP_EVERY = 4  # beats
WATCH_EVERY = round(account_states.LOOK_EVERY / BEAT)  # beats
REST = 1.0  # seconds until a worker that lost Redis begins again
NAMES = {queue.OUTBOX: "worker", queue.CALLS: "caller", queue.FILES: "fetcher"}  # of those that look after a queue
ASKED = "roms.missed_asked"  # when this process last had accounts asked for what we missed
LONGEST_END = 28.0  # seconds a process may take to end; what is still under way then is as if it had been killed


def work(of: str = queue.OUTBOX) -> int:
    """Run the jobs of this queue until told to stop, and finish what is under way. Losing Redis only makes a pause."""
    from roms.listener import WAIT, Worker  # the ticker has no use for RQ

    app = app_from_environ()
    redis_url = app.extensions["roms.config"].redis_url

    def beat() -> None:
        heartbeats.beat(NAMES[of], WAIT, draining.oldest_round())

    _end_in_time()
    with app.app_context(), _pulsing(app):
        while not process.STOPPING.is_set():
            beat()
            _hear_signals()  # RQ has its own while it works
            try:
                Worker(redis_url, of, process.STOPPING, beat).work(logging_level="WARNING")
            except (redis.RedisError, OSError) as error:
                log.warning("the worker lost Redis (%s); it tries again", error)
            process.STOPPING.wait(REST)
    return _ended()


def _hear_signals() -> None:
    """A second signal says nothing new."""
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: process.STOPPING.set())


def _ended() -> int:
    """All is done but for what threads have in hand; Python itself is not to be interrupted on its way out."""
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, signal.SIG_IGN)
    draining.finish()
    return 0


def _end_in_time() -> None:
    """Who asked us to end kills after a while; be gone before, whatever hangs, so that it is known what was done."""

    def watch() -> None:
        process.STOPPING.wait()
        time.sleep(LONGEST_END)
        log.error("something did not end within %s s; it is left as it is", LONGEST_END)
        os._exit(1)

    threading.Thread(target=watch, name="end in time", daemon=True).start()


def tick() -> int:
    """Look every half second for what is due; one failure is logged and does not stop the next look."""
    app = app_from_environ()
    _end_in_time()
    _hear_signals()
    with app.app_context():
        for chore, every in CHORES.items():  # one that never gets through is silent since now
            heartbeats.beat(_named(chore), every * BEAT)
    beat = 0
    with _pulsing(app):
        while not process.STOPPING.wait(BEAT):
            for chore, every in CHORES.items():
                if beat % every == 0 and not process.STOPPING.is_set():
                    _do(app, chore, every)
            beat += 1
            with app.app_context():
                heartbeats.beat(heartbeats.TICKER, BEAT)
    return _ended()


@contextmanager
def _pulsing(app: Flask) -> Iterator[None]:
    """Let it be known from a thread beside this one that this process lives, and how far it is."""
    pulse = Pulse(app)
    pulse.start()
    yield
    pulse.stop()


def _named(chore: Callable[[], None]) -> str:
    return f"{heartbeats.TICKER}.{chore.__name__}"


def _do(app: Flask, chore: Callable[[], None], every: int = 1) -> None:
    try:
        with app.app_context():
            chore()
            heartbeats.beat(_named(chore), every * BEAT)
    except Exception:
        log.exception("the ticker could not %s; it tries again", chore.__name__)


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
    """Fire what is due, the earliest first; a timer that fails is logged and leaves the others alone. After a long
    standstill thousands are: a round takes as many as a moment allows, so that messages and calls get their turn."""
    until = time.monotonic() + FIRE_FOR
    for timer in timers.due(TIMERS_A_ROUND):
        if time.monotonic() > until or process.STOPPING.is_set():
            return
        try:
            timers.fire(timer)
        except Exception:
            log.exception("timer %s failed", timer)
            timers.put_off(timer)


def drain_backlog() -> None:
    """Give what waits for an agent to whoever has room."""
    backlog.drain(GIVE_FOR)


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


def notice_hours() -> None:
    """Let it hold what was set of teams and channels, whoever set it."""
    hours.notice()


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


def fetch_missed() -> None:
    """Have what no webhook brought fetched: at the start, after what waits in the spool, and now and then."""
    known = current_app.extensions
    every, asked_at = known["roms.config"].fetch_every * 60, known.get(ASKED)
    if not every or (asked_at is not None and time.monotonic() - asked_at < every):
        return
    if asked_at is None:
        arrivals.flush()
    for channel in missed.listed():
        queue.ask(queue.MISSED, channel, int(asked_at is None))
    known[ASKED] = time.monotonic()


def sweep_outbox() -> None:
    """See that whatever is due has a drain, and that a send whose sender vanished is not waited for for ever."""
    if queued.has_bulk():
        queued.hurry()
    queue.wake(outbox.due_channels())
    for channel, message in leases.overdue():
        try:
            leases.give_up(channel, message)
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


# What the ticker does, in this order, and every how many looks.
CHORES: dict[Callable[[], None], int] = {
    flush_spool: 1,
    retry_aside: 1,
    fire_timers: 1,
    drain_backlog: 1,
    sweep_outbox: 1,
    sweep_unknown: 1,
    sweep_calls: 1,
    sweep_changes: 1,
    sweep_files: 1,
    notice_hours: KEEP_EVERY,
    cleaning.clean: CLEAN_EVERY,
    sync_templates: CLEAN_EVERY,
    sweep_discarded: CLEAN_EVERY,
    known_accounts.keep: KEEP_EVERY,
    look_for_faces: FACES_EVERY,
    fetch_missed: KEEP_EVERY,
    watch_accounts: WATCH_EVERY,
}
