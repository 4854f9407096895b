"""Who is there: set by people themselves, or for somebody who is ill; the socket only says since when nobody looked."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import ColumnElement, func, select, update

from roms import clock, crash
from roms.db import db, table, transaction
from roms.engine.events import AgentFound
from roms.engine.types import JSON, Mode
from roms.errors import NotAllowed, NotFound
from roms.models import Conversation, Presence, Role, User
from roms.services import assignment, attendance, channels, frames
from roms.services.actors import Actor
from roms.services.runner import advance
from roms.services.scene import finish, scene_of

FOR_OTHERS = (Role.ADMIN, Role.SUPERVISOR)


def of(who: int) -> JSON:
    """How somebody is, and how much they have; NotFound when there is no such person."""
    row = db.session.execute(select(User).filter_by(id=who)).scalar_one_or_none()
    if row is None:
        raise NotFound("there is no such person")
    return {
        "presence": row.presence.value,
        "since": frames.moment(row.presence_since),
        "connected_at": frames.moment(row.connected_at),
        "capacity": row.capacity,
        "open": db.session.scalar(select(func.count()).select_from(Conversation).where(*_under_way(who))) or 0,
    }


def set_presence(actor: Actor, who: int, presence: Presence, give_back: bool = False) -> JSON:
    """Say that somebody is there, or is not; NotAllowed where neither it is oneself nor one may say so of others.

    With `give_back` everything that the person has under way goes to others, or waits for them: each in a transaction
    of its own, so that what stops in the middle is gone on with by saying it again.
    """
    if who != actor.id and actor.role not in FOR_OTHERS:
        raise NotAllowed("only supervisors say this of others")
    _set(who, presence)
    given = 0
    if give_back and presence is Presence.AWAY:
        waits = select(Conversation.id).where(*_under_way(who)).order_by(Conversation.waiting_since, Conversation.id)
        given = sum(_give_back(each, who, actor.id) for each in db.session.scalars(waits).all())
    return of(who) | {"given_back": given}


@transaction()
def _set(who: int, presence: Presence) -> None:
    row = db.session.scalars(select(User).filter_by(id=who, is_active=True).with_for_update()).one_or_none()
    if row is None:
        raise NotFound("there is no such person")
    if row.presence is not presence:
        row.presence, row.presence_since = presence, clock.now()
        db.session.flush()
        attendance.tell(who)


@transaction()
def _give_back(conversation_id: int, who: int, by: int) -> bool:
    """False: it is not theirs any more."""
    conversation = Conversation.locked(Conversation.id == conversation_id, *_under_way(who))
    if conversation is None:
        return False
    scene = scene_of(conversation, channels.line(conversation.channel_id), clock.now(), by)
    if assignment.give_back(scene):
        advance(scene, AgentFound())
    finish(scene)
    crash.point("given_back")
    return True


@transaction()
def connected(people: Collection[int]) -> None:
    """These have a page open with a live line."""
    db.session.execute(update(table(User)).where(table(User).c.id.in_(people)).values(connected_at=clock.now()))


def _under_way(who: int) -> tuple[ColumnElement[bool], ...]:
    return Conversation.assignee_id == who, Conversation.mode == Mode.AGENT, Conversation.snoozed_until.is_(None)
