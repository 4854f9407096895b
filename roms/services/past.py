"""What was known of a conversation at a moment: its mode, the contact's name, labels, the release of the day."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from roms.db import db
from roms.engine.replay import relabelled
from roms.engine.types import Mode
from roms.models import Conversation, History, Release
from roms.services import hours, known, recalling


def mode_at(conversation: int, seq: int) -> Mode:
    """The mode in which number `seq` found the conversation."""
    moves = select(History.data).where(History.conversation_id == conversation, History.event == "mode")
    before = db.session.scalar(moves.where(History.seq < seq).order_by(History.seq.desc()).limit(1))
    if before is not None:
        return Mode(before["to"])
    after = db.session.scalar(moves.where(History.seq > seq).order_by(History.seq).limit(1))
    if after is not None:
        return Mode(after["from"])
    return db.session.scalars(select(Conversation.mode).where(Conversation.id == conversation)).one()


def facts_at(conversation: int, seq: int, at: datetime) -> dict[str, Any]:
    """What a flow could read of the world when entry `seq` was the newest, in the form that the engine wants it."""
    (head,) = recalling.heads_of([conversation])
    changes = known.changes([head.contact_id])[head.contact_id]
    return {
        "contact": known.Known(head, changes).facts(at, seq),
        "channel": {"kind": head.kind, "name": head.channel},
        "conversation": _conversation(conversation, seq),
        "teams": hours.known(head.channel_id, at),
    }


def _conversation(conversation: int, seq: int) -> dict[str, Any]:
    found = select(History.event, History.data).where(History.conversation_id == conversation, History.seq <= seq)
    labels: tuple[str, ...] = ()
    priority, team = "normal", ""
    for row in db.session.execute(found.where(History.event.in_(("label", "handoff"))).order_by(History.seq)):
        if row.event == "label":
            was, label = row.data.get("was", ""), row.data["label"]
            labels = relabelled(labels, [(label, "") if row.data.get("removed") else (was, label)])
        else:
            priority, team = row.data["priority"] or "normal", row.data["team"]
    return {"priority": priority, "labels": labels, "team": team}


def newest_release(at: datetime) -> int:
    """The number of the newest release of that moment, else of the first one; 0 where there was none."""
    then = db.session.scalar(select(func.max(Release.number)).where(Release.published_at <= at))
    return then or db.session.scalar(select(func.min(Release.number))) or 0
