"""What was to happen later: rows, fired once, outlived when the conversation has moved on."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select, update

from roms import clock, crash
from roms.db import db, table, transaction
from roms.engine.events import TimerFired
from roms.models import Conversation, Timer
from roms.services import channels, unmatched
from roms.services.runner import advance
from roms.services.scene import finish, scene_of


def due(limit: int = 200) -> list[int]:
    """Ids of timers whose time has come, earliest first."""
    waiting = select(Timer.id).where(Timer.fired_at.is_(None), Timer.due_at <= clock.now())
    return list(db.session.scalars(waiting.order_by(Timer.due_at, Timer.id).limit(limit)))


@transaction()
def fire(timer_id: int) -> bool:
    """Let it happen; False when somebody else did."""
    timer = db.session.execute(select(Timer.conversation_id, Timer.kind, Timer.turn).filter_by(id=timer_id)).one()
    conversation = Conversation.locked(Conversation.id == timer.conversation_id)
    assert conversation is not None
    at = clock.now()
    mine = update(table(Timer)).where(Timer.id == timer_id, Timer.fired_at.is_(None)).values(fired_at=at)
    mine = mine.values(seq=conversation.seq)
    if db.session.execute(mine.returning(Timer.id)).one_or_none() is None:
        return False
    scene = scene_of(conversation, channels.line(conversation.channel_id), at)
    decision = advance(scene, TimerFired(timer.kind, timer.turn))
    if decision.unmatched:  # the end of a burst
        unmatched.mark(conversation.id, decision.gathered)
    finish(scene)
    crash.point("timer_fired")
    return True


@transaction()
def put_off(timer_id: int) -> None:
    """One that failed is tried again in a minute, so that it cannot stand in the way of the others."""
    later = clock.now() + timedelta(minutes=1)
    db.session.execute(update(table(Timer)).where(Timer.id == timer_id).values(due_at=later))
