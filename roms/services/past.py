"""What was known of a conversation at a moment: its mode, the contact's name, labels, the release of the day."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from roms.db import db
from roms.engine.play import facts_of
from roms.engine.types import Mode
from roms.models import Channel, Contact, Conversation, History, Release


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
    """What a flow could read of the world then, in the form that the engine wants it."""
    head = db.session.execute(
        select(Contact.name, Contact.named_at, Contact.phone, Contact.language, Channel.kind, Channel.name.label("at"))
        .select_from(Conversation)
        .join(Contact, Contact.id == Conversation.contact_id)
        .join(Channel, Channel.id == Conversation.channel_id)
        .where(Conversation.id == conversation)
    ).one()
    nameless = head.named_at is not None and at <= head.named_at
    contact = {"name": "" if nameless else head.name, "phone": head.phone, "language": head.language}
    labels, priority = [], "normal"
    for row in _happened(conversation):
        is_earlier = row.at < at or (row.at == at and row.seq < seq)
        if row.event == "contact" and not is_earlier:
            contact[row.data["field"]] = row.data["old"]
        elif row.event == "label" and is_earlier:
            labels.append(row.data["label"])
        elif row.event == "handoff" and is_earlier:
            priority = row.data["priority"] or "normal"
    facts = facts_of(contact, {"kind": head.kind, "name": head.at})
    return facts | {"conversation": {"priority": priority, "labels": tuple(labels)}}


def _happened(conversation: int) -> Any:
    """The latest first where the contact changed, so that the earliest change after the moment has the last word."""
    found = select(History.seq, History.event, History.data, History.at)
    found = found.where(History.conversation_id == conversation, History.event.in_(("contact", "label", "handoff")))
    rows = list(db.session.execute(found.order_by(History.seq)))
    return [row for row in reversed(rows) if row.event == "contact"] + [row for row in rows if row.event != "contact"]


def newest_release(at: datetime) -> int:
    """The number of the newest release of that moment, else of the first one; 0 where there was none."""
    then = db.session.scalar(select(func.max(Release.number)).where(Release.published_at <= at))
    return then or db.session.scalar(select(func.min(Release.number))) or 0
