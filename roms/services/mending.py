"""What a person can do about what waits: each does it now and says what came of it."""

from __future__ import annotations

import logging

from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from roms import clock
from roms.db import db, transaction
from roms.engine.types import JSON
from roms.errors import Conflict, NotFound
from roms.models import Channel, ChannelPace, Conversation, Direction, Message, Role, User
from roms.services import account_states, accounts, arrivals, evidence, frames, outages, pacing, replies, timers
from roms.services.actors import Actor

log = logging.getLogger(__name__)


def replay() -> JSON:
    """Give what waits in the spool to its door, for a moment. Nothing happens while the database is away, or while the
    ticker just does it."""
    there = arrivals.spool()
    before, broken = there.depth(), there.broken()
    arrivals.flush()
    left = there.depth()
    return {"before": before, "replayed": before - left, "left": left, "broken": there.broken() - broken}


def fire() -> JSON:
    """Let the timers happen whose time has come."""
    due, failed = timers.due(), 0
    for timer in due:
        try:
            timers.fire(timer)
        except SQLAlchemyError as error:
            if outages.is_one(error):
                raise
            log.exception("timer %s failed", timer)
            timers.put_off(timer)
            failed += 1
    return {"fired": len(due) - failed, "failed": failed}


def hurry(channel_id: int) -> JSON:
    """Have everything that waits on this channel tried now, also where its provider is left alone after failures; a
    provider that asked to be left alone itself is."""
    _hurry(channel_id)
    pace = db.session.scalar(select(ChannelPace).filter_by(channel_id=channel_id))
    asked = pacing.rests_until(pace, clock.now()) if pace else None
    count = select(Message.id).where(Message.channel_id == channel_id, Message.status == "queued").limit(1000)
    return {"tried": 0 if asked else len(db.session.scalars(count).all()), "rests_until": frames.moment(asked)}


@transaction()
def _hurry(channel_id: int) -> None:
    row = account_states.locked(channel_id)
    if row is None:
        raise NotFound("there is no such channel")
    if not row.is_enabled:
        raise Conflict("this channel is switched off: nothing is sent there")
    account_states.revive(channel_id)


def resend(actor: Actor, message_id: int) -> JSON:
    """Send a message again that failed or of which nobody knows; Conflict where that is not possible any more."""
    replies.retry(actor, *_place(message_id))
    return {"queued": 1}


def check(actor: Actor, message_id: int) -> JSON:
    """Have the provider asked what became of it, now; `checked`: asking, or unasked where it cannot be asked."""
    told = evidence.ask(actor, *_place(message_id))
    return {"checked": told["entry"]["doubt"]["checked"]}


def _place(message_id: int) -> tuple[str, int]:
    found = select(Conversation.public_id, Message.seq).join(Conversation, Conversation.id == Message.conversation_id)
    row = db.session.execute(found.where(Message.id == message_id, Message.direction == Direction.OUT)).one_or_none()
    if row is None:
        raise NotFound("there is no such message")
    return row.public_id, row.seq


def someone() -> Actor:
    """In whose name a command acts: the admin who was here first."""
    first = select(User).where(User.role == Role.ADMIN, User.is_active).order_by(User.id).limit(1)
    user = db.session.scalars(first).one_or_none()
    if user is None:
        raise NotFound("there is no admin in whose name this could be done: flask users add")
    return accounts.actor_for(user)


def channel_ids() -> list[int]:
    """All that can be hurried."""
    return list(db.session.scalars(select(Channel.id).where(Channel.is_enabled).order_by(Channel.id)))
