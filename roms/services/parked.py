"""Messages that wait because their account does not work: sent once it does, but never when they are too old."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, select, update

from roms import clock, queue
from roms.channels.failures import Transient
from roms.db import after_commit, db, table, transaction
from roms.models import ChannelPace, Conversation, Message, Status
from roms.services import channels
from roms.services.scene import Row, finish, scene_of

TOO_OLD = timedelta(hours=24)
OUT_OF_REACH = timedelta(hours=1)  # so far away is what is too old put, until it is marked so
TOMORROW = "retry_after_24h"  # waits for the provider's own reasons


def due_now(channel_id: int) -> None:
    """What waits is due at once, what is too old not (within the caller's transaction)."""
    at, columns, pace = clock.now(), table(Message).c, table(ChannelPace)
    is_left_alone = (pace.c.channel_id == channel_id, pace.c.failures > 0)  # not where the provider asked for it
    db.session.execute(update(pace).where(*is_left_alone).values(failures=0, rests_until=None))
    waits = (columns.channel_id == channel_id, columns.status == Status.QUEUED, columns.error_class != TOMORROW)
    for is_old, due_at in ((True, at + OUT_OF_REACH), (False, at)):
        age = columns.created_at < at - TOO_OLD if is_old else columns.created_at >= at - TOO_OLD
        # In one order and past those that somebody else holds: two of us, or a drain, never wait for each other.
        mine = select(columns.id).where(*waits, age).order_by(columns.id).with_for_update(skip_locked=True)
        db.session.execute(update(table(Message)).where(columns.id.in_(mine)).values(due_at=due_at))


def hasten(channel_id: int, at: datetime, within: timedelta) -> None:
    """The provider is well again: what was tried in vain so often that it waits for longer is due at once (within the
    caller's transaction)."""
    columns = table(Message).c
    of_it = columns.channel_id == channel_id, columns.status == Status.QUEUED
    waits = columns.error_class == Transient.error_class, columns.due_at > at + within
    mine = select(columns.id).where(*of_it, *waits).order_by(columns.id).with_for_update(skip_locked=True)
    db.session.execute(update(table(Message)).where(columns.id.in_(mine)).values(due_at=at))
    after_commit(lambda: queue.wake([channel_id]))


def give_up(channel_id: int) -> None:
    """Mark what is too old as failed, conversation by conversation."""
    columns = table(Message).c
    old = select(columns.conversation_id).where(*_too_old(channel_id)).distinct()
    for conversation_id in list(db.session.scalars(old)):
        _give_up(channel_id, conversation_id)


@transaction()
def _give_up(channel_id: int, conversation_id: int) -> None:
    conversation = Conversation.locked(Conversation.id == conversation_id)
    assert conversation is not None
    scene = scene_of(conversation, channels.line(channel_id), clock.now())
    columns = table(Message).c
    old = select(*columns).where(columns.conversation_id == conversation_id, *_too_old(channel_id))
    for row in db.session.execute(old.order_by(columns.seq)).mappings().all():
        why = "it waited for more than a day for an account that did not work"
        failed: Row = {"status": Status.FAILED, "error_code": "too_old", "error_text": why, "error_class": "permanent"}
        failed |= {"due_at": None, "revision": scene.next_seq()}
        db.session.execute(update(table(Message)).where(columns.id == row["id"]).values(failed))
        scene.shown.append({**row, **failed})
    finish(scene)


def _too_old(channel_id: int) -> tuple[ColumnElement[bool], ...]:
    columns = table(Message).c
    return (
        columns.channel_id == channel_id,
        columns.status == Status.QUEUED,
        columns.error_class != TOMORROW,
        columns.created_at < clock.now() - TOO_OLD,
    )
