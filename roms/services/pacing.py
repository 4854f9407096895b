"""How fast a channel may be written to, and when it is left in peace: its provider's limit, what it asks for, failures.

The limit is kept as one moment: until when what was sent takes up the allowance (the generic cell rate algorithm of
ITU-T I.371). After FAILURES in a row the provider is left alone for a while, and then asked with one message (a circuit
breaker: Nygard, "Release It!"). All workers share this through the row, which whoever claims holds until the commit.
"""

from __future__ import annotations

import functools
import random
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Executable, bindparam, or_, select, update

from roms import clock
from roms.channels.failures import Ambiguous, SendFailed, Spaced, Throttled, Tomorrow, Transient
from roms.db import db, insert_once, table, transaction
from roms.models import ChannelPace, Message, Status
from roms.services import account_states, parked
from roms.services.channels import Line

FAILURES = 5  # in a row, without one that was taken, until the provider is left alone
FIRST_REST = 5.0  # seconds; doubled with every message that asked in vain, up to
LONGEST_REST = 60.0  # where it surely was not taken: asking costs nothing, and people wait
LONGEST_IN_DOUBT = 300.0  # where it may have been: every message that asks is one that may have arrived, or not
OURS = "adapter_failed"  # our own mistake: it says nothing about the provider
SECOND = timedelta(seconds=1)
ASKS = timedelta(minutes=1)  # longer than any message without a large file is under way


def room(line: Line, pace: Any, width: int, at: datetime) -> int:
    """How many of `width` messages may leave this channel now (within the transaction that claims them and has held
    its pace)."""
    if rests_until(pace, at):
        return 0
    if pace.failures >= FAILURES:
        return 0 if db.session.scalar(_asking(), {"channel": line.id, "since": at - ASKS}) else 1
    rate = line.per_second
    if not rate:
        return width
    taken = (_paced_until(pace, at) - at) * rate
    return min(width, max(0, int((SECOND * rate - taken) / SECOND)))


def leaves(line: Line, pace: Any, count: int, at: datetime) -> None:
    """So many leave now (within the same transaction)."""
    if line.per_second:
        _put(line.id, paced_until=_paced_until(pace, at) + SECOND * count / line.per_second)


def _paced_until(pace: Any, at: datetime) -> datetime:
    """Never much more than the one second of the allowance ahead: what is was written by a clock since set back."""
    until: datetime = max(pace.paced_until or at, at)
    return until if until - at <= 2 * SECOND else at


def rests_until(pace: Any, at: datetime) -> datetime | None:
    """Until when it is left alone; None: it is not. What was decided later than now was decided by a clock that was set
    back since, and is over."""
    if pace.rests_until is None or pace.rests_until <= at or (pace.rests_from and pace.rests_from > at):
        return None
    until: datetime = pace.rests_until
    return until


def resting(at: datetime) -> Any:
    """Ids of channels that are left alone now."""
    columns = table(ChannelPace).c
    is_of_now = or_(columns.rests_from.is_(None), columns.rests_from <= at)
    return select(columns.channel_id).where(columns.rests_until > at, is_of_now)


def learn(channel_id: int, outcomes: Sequence[str | SendFailed]) -> None:
    """What became of messages says how the provider is; where all went well there is nothing to learn."""
    failures = sum(map(_is_trouble, outcomes))
    asked = max((_asked(each) for each in outcomes), default=0.0)
    was_taken = any(isinstance(outcome, str) for outcome in outcomes)
    if asked or (failures and not was_taken):
        _worse(channel_id, failures, asked, any(isinstance(each, Ambiguous) for each in outcomes))
    elif was_taken and db.session.scalar(_ailing(), {"channel": channel_id}):
        _well(channel_id)


@transaction()
def _worse(channel_id: int, failures: int, asked: float, in_doubt: bool) -> None:
    """`asked`: seconds that the provider wants to be left alone for, 0 where it did not say.

    What fails at the same moment, be it a dozen, is one trouble: the rest is doubled only by messages that asked.
    """
    row, pace, at = account_states.locked(channel_id), held(channel_id), clock.now()
    is_open = pace.failures >= FAILURES
    count = pace.failures + 1 if is_open and failures else min(FAILURES, pace.failures + failures)
    rest = asked if count < FAILURES else max(asked, _rest(count, in_doubt))
    if count >= FAILURES > pace.failures and row is not None:
        account_states.remember(row, "resting", seconds=round(rest))
    _put(channel_id, failures=count)
    if rest:
        until = max(rests_until(pace, at) or at, at + timedelta(seconds=rest))
        _put(channel_id, rests_from=at, rests_until=until)


@transaction()
def _well(channel_id: int) -> None:
    row, pace = account_states.locked(channel_id), held(channel_id)
    if pace.failures < FAILURES:
        _put(channel_id, failures=0)
        return
    if row is not None:
        account_states.remember(row, "answering")
    parked.hasten(channel_id, at=clock.now(), within=timedelta(seconds=LONGEST_REST))
    _put(channel_id, failures=0, rests_until=None)


def _rest(failures: int, in_doubt: bool) -> float:
    """Seconds, with jitter, so that several channels of one provider do not all ask at once."""
    longest = min(LONGEST_IN_DOUBT if in_doubt else LONGEST_REST, FIRST_REST * 2 ** min(failures - FAILURES, 20))
    return random.uniform(longest / 2, longest)


def _is_trouble(outcome: str | SendFailed) -> bool:
    """Whether it did not answer, or answered that it cannot now: nothing that is wrong with the one message."""
    return isinstance(outcome, Transient | Ambiguous) and not isinstance(outcome, Throttled) and outcome.code != OURS


def _asked(outcome: str | SendFailed) -> float:
    """Seconds for which the provider wants no message at all of this account."""
    if isinstance(outcome, Throttled) and not isinstance(outcome, Spaced | Tomorrow):
        return outcome.retry_after
    return 0.0


@functools.cache
def _asking() -> Executable:
    """While one asks whether the provider is well, no other does; a large file that is still going out asks nothing."""
    columns = table(Message).c
    sending = columns.channel_id == bindparam("channel"), columns.status == Status.SENDING
    return select(columns.id).where(*sending, columns.tried_at > bindparam("since")).limit(1)


@functools.cache
def _ailing() -> Executable:
    columns = table(ChannelPace).c
    return select(columns.failures).where(columns.channel_id == bindparam("channel"))


def held(channel_id: int) -> Any:
    """How this channel stands, ours alone until the commit."""
    row = db.session.execute(_hold(), {"channel": channel_id}).one_or_none()
    if row is None:
        insert_once(table(ChannelPace), {"channel_id": channel_id, "failures": 0}, "channel_id", asking="channel_id")
        row = db.session.execute(_hold(), {"channel": channel_id}).one()
    return row


@functools.cache
def _hold() -> Executable:
    columns = table(ChannelPace).c
    return select(*columns).where(columns.channel_id == bindparam("channel")).with_for_update()


def _put(channel_id: int, **values: Any) -> None:
    db.session.execute(_change(*values), values | {"the_channel": channel_id})


@functools.cache
def _change(*names: str) -> Executable:
    pace = table(ChannelPace)
    return update(pace).where(pace.c.channel_id == bindparam("the_channel")).values({n: bindparam(n) for n in names})
