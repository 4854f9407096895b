"""What workers do. Jobs are given ids only, are safe to run twice, and hold no transaction while they wait."""

from __future__ import annotations

import functools
import logging
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from typing import Any, cast

import httpx
from flask import Flask, current_app
from sqlalchemy.exc import OperationalError

from roms import crash, queue
from roms.channels.base import Parcel
from roms.channels.failures import Ambiguous, SendFailed
from roms.outside import client
from roms.outside.client import Outcome as Outside
from roms.services import (
    account_looks,
    account_states,
    channels,
    discarding,
    enclosures,
    faces,
    fetching,
    files,
    heartbeats,
    http_calls,
    missed,
    outbox,
    pacing,
    searching,
    signals,
    templates,
)
from roms.services.channels import Line
from roms.services.outbox import Claimed, Outcome

log = logging.getLogger(__name__)

SENDS_IN_FLIGHT = 16
CALLS_IN_FLIGHT = 16
FETCHES_IN_FLIGHT = 8
FACES_AT_ONCE = 2  # pictures of contacts: nobody waits for one
GATHER = 0.003  # seconds: what ends this soon after another is written down with it, in one transaction
LONGEST_GATHER = 0.015  # seconds: though more keeps coming
LOOK_AGAIN = 0.25  # seconds: what is queued while others are under way waits for none of them
LONGEST_RUN = 20.0  # seconds; then another drain goes on, so that no channel keeps a worker for itself
LAST_WAIT = 21.0  # seconds a drain that must end waits for what is under way: connect 5 s, read 15 s
PAUSES = (0.1, 0.4, 1.5, 4.0, 8.0)  # seconds between tries to write down what the provider said

STOPPING = threading.Event()  # this process was asked to end: what is under way is finished, nothing new begins

Flying = dict[Future[Outcome], Claimed]

_calling: set[Future[None]] = set()  # calls of this process that are under way; only the job's own thread looks here
_fetching: set[Future[None]] = set()  # files, likewise


def drain(channel_id: int) -> None:
    """Send what waits on this channel, side by side, each conversation in its order."""
    queue.drain_begins(channel_id)
    line, client, app = channels.afresh(channel_id), _client(), _app()
    until = time.monotonic() + LONGEST_RUN
    flying: Flying = {}
    answered: set[int] = set()  # conversations that the bot spoke in: their messages have been read
    try:
        while True:
            heartbeats.beat("worker")
            free = SENDS_IN_FLIGHT - len(flying)
            may_begin = free and time.monotonic() < until and not STOPPING.is_set()
            for claimed in outbox.claim(channel_id, free) if may_begin else []:
                crash.point("claimed")
                flying[_senders().submit(_send, app, line, client, claimed)] = claimed
                answered |= {claimed.conversation_id} if claimed.is_bots else set()
            if not flying:
                break
            _land(channel_id, flying)
    finally:  # whatever ended it, what the provider says of these is told only once
        limit = time.monotonic() + LAST_WAIT
        while flying and time.monotonic() < limit:
            _land(channel_id, flying)
    signals.read_by_bot(channels.line(channel_id), answered)
    if time.monotonic() >= until or STOPPING.is_set():
        queue.wake([channel_id])


def call_out() -> None:
    """Begin every call to other systems that waits; each is made, and written down, on a thread of its own."""
    queue.calling_begins()
    app = _app()
    while not STOPPING.is_set():
        _calling.difference_update([each for each in _calling if each.done()])
        free = CALLS_IN_FLIGHT - len(_calling)
        claimed = http_calls.claim(free) if free else []
        _calling.update(_callers().submit(_call, app, each) for each in claimed)
        if free and not claimed:
            return
        if len(_calling) == CALLS_IN_FLIGHT:
            wait(_calling, LOOK_AGAIN, return_when=FIRST_COMPLETED)


def sync_templates(channel_id: int) -> None:
    """Fetch the provider's list of templates; when that fails the ticker asks again in a while."""
    queue.asked_begins(queue.SYNC_TEMPLATES, channel_id)
    line = channels.line(channel_id)
    if line.adapter.templates is None:
        return
    try:
        found = line.adapter.templates(line.account, _client())
    except SendFailed as failed:
        log.warning("the templates of channel %s could not be fetched: %s", channel_id, failed.kind)
        return
    templates.store(channel_id, found)


def signal() -> None:
    """Show what waits to be shown, once: a read mark or a typing sign that comes late means nothing."""
    for channel_id, each in signals.taken():
        line = channels.line(channel_id)
        try:
            cast(Any, line.adapter.signal)(line.account, _client(), each)
        except SendFailed as failed:
            log.info("a signal of channel %s was not shown: %s", channel_id, failed.kind)


def fetch_files() -> None:
    """Begin to fetch every file that is due; each on a thread of its own, so that a large one delays no other."""
    queue.fetching_begins()
    app = _app()
    while not STOPPING.is_set():
        _fetching.difference_update([each for each in _fetching if each.done()])
        free = FETCHES_IN_FLIGHT - len(_fetching)
        claimed = files.claim(free) if free else []
        _fetching.update(_fetchers().submit(_fetch, app, each) for each in claimed)
        if not claimed:
            break  # who waits for a place is waited for by the ticker
    free = min(FACES_AT_ONCE, FETCHES_IN_FLIGHT - len(_fetching))
    looked_for = faces.claim(free) if free > 0 and not STOPPING.is_set() else []
    _fetching.update(_fetchers().submit(_face, app, each) for each in looked_for)
    if discarding.waiting() and len(_fetching) < FETCHES_IN_FLIGHT:
        _fetching.add(_fetchers().submit(_discard, app))


def _fetch(app: Flask, claimed: files.Claimed) -> None:
    """One file; whatever happens is written down, and what cannot be is begun anew when its lease is over."""
    with app.app_context():
        try:
            try:
                outcome = fetching.fetched(claimed, _client(), STOPPING.is_set)
            except fetching.Lost:
                _until_written(lambda: files.let_go(claimed))
                return
            except Exception as error:
                log.exception("file %s could not be fetched in a way nobody knows", claimed.id)
                outcome = files.NotStored("broke_us", type(error).__name__)
            _until_written(lambda: files.record(claimed, outcome))
        except Exception:
            log.exception("file %s came to nothing", claimed.id)


def _face(app: Flask, claimed: faces.Claimed) -> None:
    with app.app_context():
        try:
            outcome = faces.fetched(claimed, _client())
            _until_written(lambda: faces.record(claimed, outcome))
            faces.tidy()
        except Exception:
            log.exception("the picture of contact %s came to nothing", claimed.contact_id)


def _discard(app: Flask) -> None:
    with app.app_context():
        try:
            faces.tidy()
            discarding.discard()
        except Exception:
            log.exception("what nobody needs any more could not be thrown away")


def _app() -> Flask:
    return cast(Any, current_app)._get_current_object()


def look_at_account(channel_id: int) -> None:
    """Ask an account how it is, and start it again if it failed for the first time."""
    queue.asked_begins(queue.LOOK, channel_id)
    account_looks.look(channel_id, _client())


def fetch_missed(channel_id: int, at_start: int) -> None:
    """Fetch what came to an account while nobody listened, if its provider tells."""
    queue.asked_begins(queue.MISSED, channel_id, at_start)
    missed.fetch(channel_id, _client(), at_start=bool(at_start))


def look_for_lost(channel_id: int) -> None:
    """Ask the provider about some of the messages that nobody knows the fate of."""
    queue.asked_begins(queue.EVIDENCE, channel_id)
    searching.look(channel_id, _client())


def _call(app: Flask, claimed: http_calls.Claimed) -> None:
    """Ask, then let it happen; what cannot be written down is what its timer makes up for."""
    with app.app_context():
        try:
            outcome = _outcome(claimed)
            _until_written(lambda: http_calls.record(claimed.id, outcome.status, outcome.data, outcome.problem))
        except Exception:
            log.exception("call %s came to nothing", claimed.id)


def _outcome(claimed: http_calls.Claimed) -> Outside:
    try:
        headers = http_calls.filled(claimed.headers)
    except http_calls.NoSecret as error:
        log.warning("call %s needs the secret %r, which the settings do not have", claimed.id, str(error))
        return Outside(problem="secret")
    request = client.Request(claimed.method, claimed.url, headers, claimed.body, claimed.timeout)
    return client.call(request, http_calls.hosts())


def _land(channel_id: int, flying: Flying) -> None:
    """Write down what has come back, after a moment's wait for it and, while more keeps coming, a little longer."""
    more, rest = wait(flying, LOOK_AGAIN, return_when=FIRST_COMPLETED)
    done, limit = set(more), time.monotonic() + LONGEST_GATHER
    while more and rest and time.monotonic() < limit:
        more, rest = wait(rest, GATHER)
        done |= more
    if done:
        _record(channel_id, [(flying.pop(future), future.result()) for future in done])


def _record(channel_id: int, outcomes: Sequence[tuple[Claimed, Outcome]]) -> None:
    crash.point("taken")
    _until_written(lambda: outbox.record(channel_id, outcomes))
    crash.point("recorded")
    told = [outcome for claimed, outcome in outcomes if claimed.refused is None]
    _until_written(lambda: pacing.learn(channel_id, told))
    _until_written(lambda: account_states.after_sends(channel_id, [outcome for _, outcome in outcomes]))


def _until_written(write: Callable[[], object]) -> None:
    """A database that is away for a moment is asked again: nobody else knows what we were told."""
    for pause in PAUSES:
        try:
            write()
            return
        except OperationalError as error:
            log.warning("what we were told could not be written down yet: %s", error.orig)
            time.sleep(pause)
    write()


def _send(app: Flask, line: Line, client: httpx.Client, claimed: Claimed) -> Outcome:
    """One call to the provider, unless it is refused already; whatever happens comes back as a value."""
    if claimed.refused is not None:
        return claimed.refused
    account = line.account
    try:
        return line.adapter.send(account, client, _loaded(app, line, claimed.parcel))
    except SendFailed as failed:
        return failed
    except Exception as error:
        log.exception("the %s adapter failed on message %s in a way it does not know", account.kind, claimed.parcel.id)
        return Ambiguous(f"the adapter failed: {type(error).__name__}", "adapter_failed")


def _loaded(app: Flask, line: Line, parcel: Parcel) -> Parcel:
    """With its file, if it has one; the lease goes on while it is read."""
    if not enclosures.carries(parcel):
        return parcel
    with app.app_context():
        return enclosures.loaded(line, parcel)


@functools.cache
def _senders() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(SENDS_IN_FLIGHT, thread_name_prefix="send")


@functools.cache
def _callers() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(CALLS_IN_FLIGHT, thread_name_prefix="call")


@functools.cache
def _fetchers() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(FETCHES_IN_FLIGHT, thread_name_prefix="fetch")


@functools.cache
def _client() -> httpx.Client:
    """One client per process: making one costs 50 ms, and it keeps connections open."""
    limits = httpx.Limits(max_connections=64, max_keepalive_connections=32)
    return httpx.Client(timeout=httpx.Timeout(15, connect=5), limits=limits, follow_redirects=False)
