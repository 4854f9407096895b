"""Who is next: each conversation in its order, replies before bulk, and nobody written to faster than he may be.

What became unknown a moment ago still stands before what follows it: a provider whose line broke may be about to take
it. That is over when the provider tells, and at the latest when it is due to be asked (evidence.py).

Bulk is what answers nobody (a reminder that a flow sends when its time has come). It is taken only where no reply is
due, and leaves RESERVED places free. The allowance for one person is one moment, as the channel's is (pacing.py).
"""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import BindParameter, Executable, Integer, bindparam, exists, func, or_, select, update
from sqlalchemy.orm import aliased

from roms import clock
from roms.db import db, found_once, insert_all, table, transaction
from roms.models import BULK, REPLY, Conversation, Message, PersonPace, Sender, Status
from roms.services import evidence
from roms.services.channels import Line

CLOCKS = timedelta(seconds=5)  # by which those of two machines may differ
RESERVED = 4  # places of a drain that bulk leaves to replies
CHANNEL: BindParameter[Any] = bindparam("the_channel")
AT: BindParameter[Any] = bindparam("the_at")


@functools.cache
def next_in_line(is_paced: bool) -> Any:
    """Ids of due messages of this rank that no earlier unsent one of their conversation stands before; `asked` has
    what it wants to know. Made once, as making it costs more than asking it. is_paced: people have a pace."""
    earlier, lost = aliased(Message), aliased(Message)
    blocked = exists().where(
        earlier.conversation_id == Message.conversation_id,
        earlier.channel_id == CHANNEL,
        earlier.status.in_([Status.QUEUED, Status.SENDING]),
        earlier.seq < Message.seq,
    )
    may_still_come = exists().where(
        lost.conversation_id == Message.conversation_id,
        lost.channel_id == CHANNEL,
        lost.status == Status.UNKNOWN,
        lost.checked == evidence.UNSEEN,
        lost.due_at > AT,
        lost.due_at <= bindparam("the_latest"),
        lost.seq < Message.seq,
    )
    of_rank = Message.channel_id == CHANNEL, Message.status == Status.QUEUED, Message.rank == bindparam("the_rank")
    return found_once(
        select(Message.id)
        .join(Conversation, Conversation.id == Message.conversation_id)
        .where(*of_rank, is_due(AT), ~blocked, ~may_still_come, *([~_IS_FULL] if is_paced else []))
        .where(or_(Message.sender != Sender.BOT, Message.epoch == Conversation.epoch))
        .order_by(Message.id)
        .limit(bindparam("the_width", type_=Integer))
        .with_for_update(of=Message, skip_locked=True)
    )


def asked(line: Line, at: datetime, width: int, rank: int) -> Mapping[str, Any]:
    """For `next_in_line`."""
    known = {"the_channel": line.id, "the_at": at, "the_width": width, "the_rank": rank}
    known["the_latest"] = at + evidence.FIRST + CLOCKS  # later: it was asked about, or by a clock set back since
    return known | ({"full_above": at + _lent(line), "full_below": _latest(line, at)} if is_paced(line) else {})


def is_due(at: Any) -> Any:
    """What was written, or tried, in the future was so by a clock that was set back since: it waits for no time that
    this clock said."""
    return or_(Message.due_at <= at, func.coalesce(Message.tried_at, Message.created_at) > at)


def ranks(width: int) -> tuple[tuple[int, int], ...]:
    """(rank, how many of it) in the order they are asked for; the first that has any due is taken."""
    return ((REPLY, width), (BULK, width - RESERVED)) if width > RESERVED else ((REPLY, width),)


@transaction()
def hurry() -> None:
    """What a reply stands behind in its own conversation is no bulk any more: it would have to wait for all of that."""
    reply = aliased(Message)
    behind = exists().where(
        reply.conversation_id == Message.conversation_id,
        reply.channel_id == Message.channel_id,
        reply.status == Status.QUEUED,
        reply.rank == REPLY,
        reply.seq > Message.seq,
    )
    found = select(Message.id).where(Message.status == Status.QUEUED, Message.rank == BULK, behind)
    mine = found.order_by(Message.id).with_for_update(skip_locked=True)
    db.session.execute(update(table(Message)).where(Message.id.in_(mine)).values(rank=REPLY))


def has_bulk() -> bool:
    """Whether anything waits that is no reply."""
    bulk = select(Message.id).where(Message.status == Status.QUEUED, Message.rank == BULK)
    return db.session.scalar(bulk.limit(1)) is not None


# --- one person --------------------------------------------------------------------------------------------------


_IS_FULL = exists().where(
    PersonPace.conversation_id == Message.conversation_id,
    PersonPace.paced_until > bindparam("full_above"),
    PersonPace.paced_until <= bindparam("full_below"),
)


def is_paced(line: Line) -> bool:
    return bool(line.abilities.per_person)


def _lent(line: Line) -> timedelta:
    """By so much the allowance may be ahead of the clock: the burst that is lent and waited off."""
    return timedelta(seconds=line.abilities.per_person * (line.abilities.person_burst - 1))


def _latest(line: Line, at: datetime) -> datetime:
    """Further ahead than by the burst and one message an allowance was put by a clock that was set back since."""
    return at + _lent(line) + timedelta(seconds=line.abilities.per_person) + CLOCKS


def written_to(line: Line, conversations: Sequence[int], at: datetime) -> None:
    """These people are sent one message each (within the transaction that claims them)."""
    if not is_paced(line):
        return
    pace, step, latest = table(PersonPace), timedelta(seconds=line.abilities.per_person), _latest(line, at)
    held = db.session.execute(_paces(), {"ids": list(conversations)})
    moved = {row.conversation_id: row.paced_until if at <= row.paced_until <= latest else at for row in held}
    if moved:
        rows = [{"the_conversation": each, "until": begins + step} for each, begins in moved.items()]
        db.session.execute(_move(), rows)
    new = [each for each in conversations if each not in moved]
    insert_all(pace, [{"conversation_id": each, "paced_until": at + step} for each in new])


@functools.cache
def _paces() -> Executable:
    pace = table(PersonPace)
    return select(pace).where(pace.c.conversation_id.in_(bindparam("ids", expanding=True))).with_for_update()


@functools.cache
def _move() -> Executable:
    pace = table(PersonPace)
    this = pace.c.conversation_id == bindparam("the_conversation")
    return update(pace).where(this).values(paced_until=bindparam("until"))


def forget_paces() -> None:
    """Of people who may be written to freely again (within the caller's transaction)."""
    db.session.execute(table(PersonPace).delete().where(table(PersonPace).c.paced_until < clock.now()))
