"""Who sends a message holds it for a while: longer while a large file goes out, given up when the sender vanished."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import Executable, bindparam, or_, select, update

from roms import clock
from roms.channels.failures import SendFailed
from roms.db import db, table, transaction
from roms.models import Conversation, Message, Status
from roms.services import channels, evidence, outbox
from roms.services.outbox import Claimed
from roms.services.scene import finish, scene_of

LONGEST_SEND = timedelta(minutes=10)  # then nobody waits for it any more: 100 MB at 1.3 Mbit/s
BY_ANOTHER_CLOCK = timedelta(seconds=60)  # a lease that ends later than that was given by a clock set back since
STILL_ALIVE = timedelta(seconds=25)  # so long its sender, if it lives, is given from now on


@transaction()
def renew(under_way: Sequence[Claimed]) -> None:
    """Their senders are still at it: a large file takes its time."""
    at = clock.now()
    mine = [{"the_id": each.parcel.id, "the_lease": each.lease} for each in under_way if at < each.until + LONGEST_SEND]
    if mine:
        db.session.execute(_renewed(), [which | {"the_end": at + outbox.LEASE} for which in mine])


@functools.cache
def _renewed() -> Executable:
    columns = table(Message).c
    held = columns.id == bindparam("the_id"), columns.lease == bindparam("the_lease")
    renew = update(table(Message)).where(columns.status == Status.SENDING, *held)
    return renew.values(lease_until=bindparam("the_end"))


def overdue(limit: int = 100) -> list[tuple[int, int]]:
    """(channel, message) of sends whose sender vanished, or whose lease says nothing: the clock was set back since."""
    at, until = clock.now(), Message.lease_until
    is_over = or_(until < at, until > at + BY_ANOTHER_CLOCK)
    gone = select(Message.channel_id, Message.id).where(Message.status == Status.SENDING, is_over)
    return [(row.channel_id, row.id) for row in db.session.execute(gone.limit(limit))]


@transaction()
def give_up(channel_id: int, message_id: int) -> None:
    """Say honestly that it may have been sent; a receipt or a person settles it. Where the clock was set back the
    sender, which may live, is given a little longer first."""
    conversation_id = db.session.scalar(select(Message.conversation_id).filter_by(id=message_id))
    conversation = Conversation.locked(Conversation.id == conversation_id)
    assert conversation is not None
    scene = scene_of(conversation, channels.line(channel_id), clock.now())
    columns = table(Message).c
    this = columns.id == message_id, columns.status == Status.SENDING
    ahead = columns.lease_until > scene.at + BY_ANOTHER_CLOCK
    db.session.execute(update(table(Message)).where(*this, ahead).values(lease_until=scene.at + STILL_ALIVE))
    vanished = select(*columns).where(*this, columns.lease_until < scene.at)
    row = db.session.execute(vanished).mappings().one_or_none()
    if row is not None:
        why = "the process that sent it ended before it knew the outcome"
        lost = {"status": Status.UNKNOWN, "error_code": "sender_vanished", "error_text": why}
        lost |= {"error_class": SendFailed.error_class, **evidence.begins(scene.at)}
        scene.shown.append({**row, **lost, "revision": scene.next_seq()})
        outbox.write(scene.shown, [row["lease"]])
        finish(scene)
