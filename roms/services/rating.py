"""How contacts found it: whom the bot may ask, and what they answered.

Functions here run inside the transaction of whoever calls them; the conversation is locked already.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

from sqlalchemy import select

from roms.db import db
from roms.engine.effects import AskRating, KeepRating
from roms.engine.events import Closed, Event
from roms.engine.types import JSON, Mode
from roms.models import Conversation, Direction, History, Message, Rating, Sender
from roms.services import window
from roms.services.scene import Scene, add_history

ONCE_IN = timedelta(hours=24)  # for each contact, in whichever conversation
LONGEST_COMMENT = 4000


def judged(scene: Scene, event: Closed) -> Closed:
    """The event with why they are not to be asked; it goes into the history, so that replay stays exact."""
    return replace(event, unasked=_why_not(scene)) if scene.conversation.mode is Mode.AGENT else event


def why_unasked(event: Event) -> JSON:
    """The same for the history."""
    unasked = event.unasked if isinstance(event, Closed) else ""
    return {"unasked": unasked} if unasked else {}


def _why_not(scene: Scene) -> str:
    conversation = scene.conversation
    if conversation.contact.opted_out_at is not None:
        return "unwanted"
    if not window.is_open(scene.line, conversation.window_until, scene.at):
        return "window"
    if not _was_served(scene):
        return "unserved"
    return "recently" if _was_asked(scene) else ""


def _was_served(scene: Scene) -> bool:
    """Whether one of us has written to them since it was opened; without that there is nothing to rate."""
    conversation = scene.conversation
    if any(row["sender"] == Sender.AGENT and row["direction"] == Direction.OUT for row in scene.messages):
        return True
    ours = Message.sender == Sender.AGENT, Message.direction == Direction.OUT
    newest = select(Message.created_at).where(Message.conversation_id == conversation.id, *ours)
    wrote = db.session.scalar(newest.order_by(Message.seq.desc()).limit(1))
    return wrote is not None and wrote >= conversation.opened_at


def _was_asked(scene: Scene) -> bool:
    lately = (
        select(Rating.id)
        .join(Conversation, Conversation.id == Rating.conversation_id)
        .where(Conversation.contact_id == scene.conversation.contact_id, Rating.asked_at > scene.at - ONCE_IN)
    )
    return db.session.scalar(lately.limit(1)) is not None


def ask_noted(scene: Scene, _: AskRating, __: Mapping[str, Any]) -> None:
    """Write down that they were asked, of whom, and by which flows; not where the question cannot leave."""
    put = next((row for row in reversed(scene.messages) if row["sender"] == Sender.BOT), None)
    if put is None or put["error_code"] or _unanswered(scene):
        return
    assert scene.release is not None
    row = Rating(conversation_id=scene.conversation.id, agent_id=_served_by(scene), team=scene.conversation.team)
    row.release, row.asked_at = scene.release.number, scene.at
    db.session.add(row)


def rating_kept(scene: Scene, effect: KeepRating, _: Mapping[str, Any]) -> None:
    """Their answer, once; and what they said of it, behind it."""
    row = _newest(scene)
    if row is None or (effect.score is not None) == (row.score is not None):
        return
    if effect.score is not None:
        row.score, row.answered_at = effect.score, scene.at
        add_history(scene, "rated", {"score": effect.score})
    else:
        row.comment = effect.comment[:LONGEST_COMMENT]
        add_history(scene, "rated", {"score": row.score, "comment": row.comment})


def _newest(scene: Scene) -> Rating | None:
    mine = select(Rating).where(Rating.conversation_id == scene.conversation.id)
    return db.session.scalars(mine.order_by(Rating.asked_at.desc(), Rating.id.desc()).limit(1)).one_or_none()


def _unanswered(scene: Scene) -> bool:
    """The same question again, because a new release put it anew."""
    row = _newest(scene)
    return row is not None and row.score is None and row.asked_at > scene.at - ONCE_IN


def _served_by(scene: Scene) -> int | None:
    """Whoever had the conversation last: by now nobody has it."""
    found = (row for row in reversed(scene.history) if row["event"] == "assigned")
    if row := next(found, None):
        return int(row["data"]["agent"])
    given = History.conversation_id == scene.conversation.id, History.event == "assigned"
    newest = select(History.data).where(*given, History.at >= scene.conversation.opened_at)
    data = db.session.scalar(newest.order_by(History.seq.desc()).limit(1))
    return int(data["agent"]) if data else scene.actor
