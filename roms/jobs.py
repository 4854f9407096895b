"""What workers do. Jobs are given ids only, are safe to run twice, and hold no transaction while they wait."""

from __future__ import annotations

import functools
import logging
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from typing import Any, cast

from flask import Flask, current_app

from roms import draining, process, queue
from roms.channels.failures import SendFailed
from roms.outside import client
from roms.outside.client import Outcome as Outside
from roms.services import (
    account_looks,
    channels,
    discarding,
    faces,
    fetching,
    files,
    http_calls,
    missed,
    searching,
    signals,
    templates,
)

log = logging.getLogger(__name__)

CALLS_IN_FLIGHT = 16
FETCHES_IN_FLIGHT = 8
FACES_AT_ONCE = 2  # pictures of contacts: nobody waits for one
LOOK_AGAIN = 0.25  # seconds that one who has no place free waits for one

_calling: set[Future[None]] = set()  # calls of this process that are under way; only the job's own thread looks here
_fetching: set[Future[None]] = set()  # files, likewise


def drain(channel_id: int) -> None:
    """Have what waits on this channel sent, beside what is sent on others."""
    queue.drain_begins(channel_id)
    draining.begin(_app(), channel_id)


def call_out() -> None:
    """Begin every call to other systems that waits; each is made, and written down, on a thread of its own."""
    queue.calling_begins()
    app = _app()
    while not process.STOPPING.is_set():
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
        found = line.adapter.templates(line.account, process.client())
    except SendFailed as failed:
        log.warning("the templates of channel %s could not be fetched: %s", channel_id, failed.kind)
        return
    templates.store(channel_id, found)


def signal() -> None:
    """Show what waits to be shown, once: a read mark or a typing sign that comes late means nothing."""
    for channel_id, each in signals.taken():
        line = channels.line(channel_id)
        try:
            cast(Any, line.adapter.signal)(line.account, process.client(), each)
        except SendFailed as failed:
            log.info("a signal of channel %s was not shown: %s", channel_id, failed.kind)


def fetch_files() -> None:
    """Begin to fetch every file that is due; each on a thread of its own, so that a large one delays no other."""
    queue.fetching_begins()
    app = _app()
    while not process.STOPPING.is_set():
        _fetching.difference_update([each for each in _fetching if each.done()])
        free = FETCHES_IN_FLIGHT - len(_fetching)
        claimed = files.claim(free) if free else []
        _fetching.update(_fetchers().submit(_fetch, app, each) for each in claimed)
        if not claimed:
            break  # who waits for a place is waited for by the ticker
    free = min(FACES_AT_ONCE, FETCHES_IN_FLIGHT - len(_fetching))
    looked_for = faces.claim(free) if free > 0 and not process.STOPPING.is_set() else []
    _fetching.update(_fetchers().submit(_face, app, each) for each in looked_for)
    if discarding.waiting() and len(_fetching) < FETCHES_IN_FLIGHT:
        _fetching.add(_fetchers().submit(_discard, app))


def _fetch(app: Flask, claimed: files.Claimed) -> None:
    """One file; whatever happens is written down, and what cannot be is begun anew when its lease is over."""
    with app.app_context():
        try:
            try:
                outcome = fetching.fetched(claimed, process.client(), process.STOPPING.is_set)
            except fetching.Lost:
                process.until_written(lambda: files.let_go(claimed))
                return
            except Exception as error:
                log.exception("file %s could not be fetched in a way nobody knows", claimed.id)
                outcome = files.NotStored("broke_us", type(error).__name__)
            process.until_written(lambda: files.record(claimed, outcome))
        except Exception:
            log.exception("file %s came to nothing", claimed.id)


def _face(app: Flask, claimed: faces.Claimed) -> None:
    with app.app_context():
        try:
            outcome = faces.fetched(claimed, process.client())
            process.until_written(lambda: faces.record(claimed, outcome))
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
    account_looks.look(channel_id, process.client())


def fetch_missed(channel_id: int, at_start: int) -> None:
    """Fetch what came to an account while nobody listened, if its provider tells."""
    queue.asked_begins(queue.MISSED, channel_id, at_start)
    missed.fetch(channel_id, process.client(), at_start=bool(at_start))


def look_for_lost(channel_id: int) -> None:
    """Ask the provider about some of the messages that nobody knows the fate of."""
    queue.asked_begins(queue.EVIDENCE, channel_id)
    searching.look(channel_id, process.client())


def _call(app: Flask, claimed: http_calls.Claimed) -> None:
    """Ask, then let it happen; what cannot be written down is what its timer makes up for."""
    with app.app_context():
        try:
            outcome = _outcome(claimed)
            process.until_written(lambda: http_calls.record(claimed.id, outcome.status, outcome.data, outcome.problem))
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


@functools.cache
def _callers() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(CALLS_IN_FLIGHT, thread_name_prefix="call")


@functools.cache
def _fetchers() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(FETCHES_IN_FLIGHT, thread_name_prefix="fetch")
