"""What waits is sent: side by side, each conversation in its order, each channel on threads of its own.

So a provider that hangs, or a channel on which thousands wait, holds up no other. Whoever asks for a drain is not kept
waiting; one that is asked for while the same channel is drained is done after it, once.
"""

from __future__ import annotations

import functools
import logging
import threading
import time
from collections.abc import Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from typing import Any, cast

import httpx
from flask import Flask, current_app

from roms import clock, crash, process, queue
from roms.channels.base import Parcel
from roms.channels.failures import Ambiguous, SendFailed, Transient
from roms.services import account_states, channels, enclosures, leases, outbox, pacing, signals
from roms.services.channels import Line
from roms.services.outbox import Claimed, Outcome

log = logging.getLogger(__name__)

SENDS_IN_FLIGHT = 16  # of a channel
CHANNELS_AT_ONCE = 32  # of a process; further ones wait for their turn
GATHER = 0.003  # seconds: what ends this soon after another is written down with it, in one transaction
LONGEST_GATHER = 0.015  # seconds: though more keeps coming
LOOK_AGAIN = 0.25  # seconds: what is queued while others are under way waits for none of them
LONGEST_ROUND = 20.0  # seconds; then the account is looked at anew, and a channel that waits for a thread gets this one
RENEW = 15.0  # seconds between two renewals of the leases


@dataclass(slots=True)
class Flying:
    """What of a channel is under way, and when its leases were last renewed."""

    claims: dict[Future[Outcome], Claimed] = field(default_factory=dict)
    renewed: float = field(default_factory=time.monotonic)


_lock = threading.Lock()
_under_way: dict[int, Future[None]] = {}  # by channel
_again: set[int] = set()  # channels for which another drain was asked meanwhile
_rounds: dict[int, float] = {}  # by channel, the `monotonic` moment of its last round


def begin(app: Flask, channel_id: int) -> None:
    """Drain this channel on a thread of its own."""
    with _lock:
        if channel_id in _under_way:
            _again.add(channel_id)
        else:
            _start(app, channel_id)


def _start(app: Flask, channel_id: int) -> None:
    _rounds[channel_id] = time.monotonic()
    _under_way[channel_id] = _drainers().submit(_run, app, channel_id)


def finish() -> None:
    """Wait until every drain that was begun has ended."""
    while running := _running():
        wait(running)


def oldest_round() -> float:
    """The `monotonic` moment until which all that is under way has got through its rounds: now, if nothing hangs."""
    with _lock:
        return min((_rounds[channel_id] for channel_id in _under_way), default=time.monotonic())


def _running() -> list[Future[None]]:
    with _lock:
        return list(_under_way.values())


def _run(app: Flask, channel_id: int) -> None:
    """Whatever ends it, even the letting go of a connection that died, the channel is free for the next."""
    try:
        with app.app_context():
            drain(channel_id)
    except Exception:
        log.exception("channel %s could not be drained; the ticker asks for it again", channel_id)
    finally:
        with _lock:
            del _under_way[channel_id]
            if channel_id in _again:
                _again.discard(channel_id)
                _start(app, channel_id)


def drain(channel_id: int) -> None:
    """Send what waits on this channel, side by side, each conversation in its order; on this thread, to its end."""
    flying = Flying()
    try:
        while _round(channel_id, flying):
            pass
    finally:  # whatever ended it, what the provider says of these is told only once
        limit = time.monotonic() + leases.LONGEST_SEND.total_seconds()
        while flying.claims and time.monotonic() < limit:
            _land(channel_id, flying)


def _round(channel_id: int, flying: Flying) -> bool:
    """A while of it, with the account as it is now; whether there is to be another. So one send that hangs keeps the
    channel waiting only where more channels wait for a thread than there are."""
    line, client, app = channels.afresh(channel_id), process.client(), cast(Any, current_app)._get_current_object()
    until = time.monotonic() + LONGEST_ROUND
    answered: set[int] = set()  # conversations that the bot spoke in: their messages have been read
    while time.monotonic() < until and not process.STOPPING.is_set():
        free = SENDS_IN_FLIGHT - len(flying.claims)
        for claimed in outbox.claim(channel_id, free) if free else []:
            crash.point("claimed")
            flying.claims[_senders(channel_id).submit(_send, app, line, client, claimed)] = claimed
            answered |= {claimed.conversation_id} if claimed.is_bots else set()
        if not flying.claims:
            break
        _land(channel_id, flying)
    signals.read_by_bot(channels.line(channel_id), answered)
    is_over = time.monotonic() >= until
    if process.STOPPING.is_set() or (is_over and _others_wait()):
        queue.wake([channel_id])
        return False
    return is_over


def _others_wait() -> bool:
    with _lock:
        return len(_under_way) > CHANNELS_AT_ONCE


def _land(channel_id: int, flying: Flying) -> None:
    """Write down what has come back, after a moment's wait for it and, while more keeps coming, a little longer; the
    leases of what takes long go on."""
    _rounds[channel_id] = time.monotonic()
    more, rest = wait(flying.claims, LOOK_AGAIN, return_when=FIRST_COMPLETED)
    done, limit = set(more), time.monotonic() + LONGEST_GATHER
    while more and rest and time.monotonic() < limit:
        more, rest = wait(rest, GATHER)
        done |= more
    if done:
        _record(channel_id, [(flying.claims.pop(future), future.result()) for future in done])
    if time.monotonic() - flying.renewed >= RENEW:
        flying.renewed = time.monotonic()
        process.until_written(lambda: leases.renew(list(flying.claims.values())))


def _record(channel_id: int, outcomes: Sequence[tuple[Claimed, Outcome]]) -> None:
    crash.point("taken")
    process.until_written(lambda: outbox.record(channel_id, outcomes))
    crash.point("recorded")
    told = [outcome for claimed, outcome in outcomes if claimed.refused is None]
    process.until_written(lambda: pacing.learn(channel_id, told))
    process.until_written(lambda: account_states.after_sends(channel_id, [outcome for _, outcome in outcomes]))


def _send(app: Flask, line: Line, client: httpx.Client, claimed: Claimed) -> Outcome:
    """One call to the provider, unless it is refused already; whatever happens comes back as a value.

    Who slept past the end of the lease does not call: by then somebody may have sent it again, or what comes after it.
    """
    if claimed.refused is not None:
        return claimed.refused
    account = line.account
    try:
        parcel = _loaded(app, line, claimed.parcel)
    except SendFailed as failed:
        return failed
    except Exception as error:
        log.exception("the file of message %s could not be read; it is tried again", claimed.parcel.id)
        return Transient(f"its file could not be read: {type(error).__name__}", pacing.OURS)
    try:
        if clock.now() >= claimed.until:
            return Transient("its lease ended before it was sent", pacing.OURS)
        return line.adapter.send(account, client, parcel)
    except SendFailed as failed:
        return failed
    except Exception as error:
        log.exception("the %s adapter failed on message %s in a way it does not know", account.kind, claimed.parcel.id)
        return Ambiguous(f"the adapter failed: {type(error).__name__}", "adapter_failed")


def _loaded(app: Flask, line: Line, parcel: Parcel) -> Parcel:
    """With its file, if it has one."""
    if not enclosures.carries(parcel):
        return parcel
    with app.app_context():
        return enclosures.loaded(line, parcel)


@functools.cache
def _senders(_channel_id: int) -> ThreadPoolExecutor:
    return ThreadPoolExecutor(SENDS_IN_FLIGHT, thread_name_prefix="send")


@functools.cache
def _drainers() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(CHANNELS_AT_ONCE, thread_name_prefix="drain")
