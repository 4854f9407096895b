"""Taking back what was done: how each conversation was is kept with the deed, and put back by new events where nobody
has touched it since. Nothing is rewritten."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import exists, select, update

from roms import clock
from roms.db import db, table, transaction
from roms.engine import events
from roms.engine.session import Unreadable
from roms.engine.types import JSON
from roms.errors import Conflict, NotFound, Problem
from roms.models import BulkAction, Conversation, History, Message
from roms.services import assignment, channels, frames, labelling
from roms.services.actors import Actor
from roms.services.runner import advance
from roms.services.scene import Scene, add_history, finish, scene_of

WITHIN = timedelta(minutes=10)
UNDOABLE = ("close", "assign", "transfer", "label", "unlabel", "snooze", "release", "read")
LABELS = ("label", "unlabel")
PLAIN = ("team", "skill", "priority", "rank", "reason")
MOMENTS = ("queued_at", "waiting_since", "opened_at")


def as_it_is(scene: Scene) -> JSON:
    """All that a deed may change, before it does."""
    conversation = scene.conversation
    snoozed = conversation.snoozed_until
    return {
        "id": conversation.public_id,
        "state": conversation.state,
        "assignee": conversation.assignee_id,
        "labels": conversation.labels,
        "unread": conversation.unread,
        "snoozed_until": int(snoozed.timestamp()) if snoozed else 0,
        **{name: getattr(conversation, name) for name in PLAIN},
        **{name: frames.moment(getattr(conversation, name)) for name in MOMENTS},
    }


def after(before: JSON, scene: Scene) -> JSON:
    """With the number that the deed ended with: what has a higher one came since."""
    return before | {"seq": scene.conversation.seq, "changed": scene.conversation.seq != scene.start}


def keep(actor: Actor, verb: str, before: Sequence[JSON], at: datetime) -> str | None:
    """Remember it, and tell under what name (within a transaction); None where nothing changed, or nothing can be taken
    back."""
    kept = [each for each in before if each["changed"]]
    if verb not in UNDOABLE or not kept:
        return None
    name = secrets.token_urlsafe(12)
    db.session.add(BulkAction(public_id=name, user_id=actor.id, verb=verb, before=kept, at=at))
    db.session.flush()
    return name


def undo(actor: Actor, name: str) -> JSON:
    """Put back each conversation that nobody touched since; tells which could not, and why.

    NotFound for what somebody else did, Conflict when it is too late or done already.
    """
    verb, before = _begun(actor, name)
    done, refused = [], []
    for each in before:
        try:
            done.append(_put_back(actor, name, verb, each))
        except Problem as problem:
            refused.append({"id": each["id"], "code": problem.code, "message": str(problem)})
    return {"done": done, "refused": refused}


@transaction()
def _begun(actor: Actor, name: str) -> tuple[str, list[JSON]]:
    """Once: of two who ask, one does it."""
    found = select(BulkAction.verb, BulkAction.before, BulkAction.at).filter_by(public_id=name, user_id=actor.id)
    row = db.session.execute(found).one_or_none()
    if row is None:
        raise NotFound("there is nothing of yours to take back here")
    at = clock.now()
    if at - row.at > WITHIN:
        raise Conflict("this can be taken back for ten minutes only", reason="too_late")
    mine = update(table(BulkAction)).where(BulkAction.public_id == name, BulkAction.undone_at.is_(None))
    if db.session.execute(mine.values(undone_at=at).returning(BulkAction.id)).one_or_none() is None:
        raise Conflict("this was taken back already", reason="undone")
    return row.verb, row.before


@transaction()
def _put_back(actor: Actor, name: str, verb: str, before: JSON) -> str:
    """By whoever did it, although they may see it no more now that somebody else has it."""
    conversation = Conversation.locked(Conversation.public_id == before["id"])
    if conversation is None:
        raise NotFound("there is no such conversation")
    scene = scene_of(conversation, channels.line(conversation.channel_id), clock.now(), actor.id)
    if _is_touched(conversation.id, before["seq"]):
        raise Conflict("something happened in it since", reason="touched")
    add_history(scene, "undone", {"verb": verb, "action": name}, actor.id)
    if verb in LABELS:
        _labels(scene, before["labels"], actor)
    elif verb == "read":
        conversation.unread = before["unread"]
    else:
        _stand(scene, before, actor)
    finish(scene)
    return conversation.public_id


def _is_touched(conversation: int, seq: int) -> bool:
    """Whether something was said or done; ticks, and that somebody read it, are nothing."""
    said = exists().where(Message.conversation_id == conversation, Message.seq > seq)
    done = exists().where(History.conversation_id == conversation, History.seq > seq)
    return bool(db.session.scalar(select(said | done)))


def _labels(scene: Scene, wanted: Sequence[str], actor: Actor) -> None:
    for label in scene.conversation.labels:
        if label not in wanted:
            labelling.take(scene, label, actor.id)
    for label in wanted:
        labelling.put(scene, label, actor.id)


def _stand(scene: Scene, before: JSON, actor: Actor) -> None:
    """Mode and talk, then whose it is. The team first: the clock to answer by is that of whoever has it."""
    scene.conversation.team = before["team"]
    try:
        advance(scene, events.Undone(actor.id, before["state"], before["snoozed_until"]))
    except Unreadable as problem:
        raise Conflict("how it was cannot be read any more", reason="unreadable") from problem
    conversation, agent = scene.conversation, before["assignee"]
    if agent != conversation.assignee_id:
        if agent is None:
            assignment.to_nobody(scene)
        else:
            assignment.to(scene, agent, actor.id)
    for column in PLAIN:
        setattr(conversation, column, before[column])
    for column in MOMENTS:
        setattr(conversation, column, datetime.fromisoformat(before[column]) if before[column] else None)
