"""What agents see: lists, threads, and what changed since they last looked."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, false, func, or_, select

from roms.db import db, table, transaction
from roms.engine.types import JSON
from roms.errors import Invalid, NotFound
from roms.models import (
    Channel,
    Contact,
    ContactLabel,
    Conversation,
    ConversationLabel,
    Direction,
    History,
    Message,
    User,
)
from roms.moments import one_moment
from roms.services import access, channels, frames, masking, publishing, views
from roms.services.actors import Actor
from roms.services.scene import finish

PAGE = 50  # entries of a thread
MOST_TO_CATCH_UP = 500  # entries; who missed more is given the thread anew
OVERLAP = timedelta(seconds=10)  # longer than any transaction: a change may be committed after its own time
LARGEST_ID = 2**63 - 1
# All that an entry shows; what a turn began with is read when somebody asks why.
MESSAGES = select(*(column for column in table(Message).c if column.name != "before"))
EVENTS = select(*table(History).c)


def listing(actor: Actor, view: str, q: str = "", before: str | None = None, limit: int = 30, label: str = "") -> JSON:
    """One page of conversations, newest activity first, and how many each view has."""
    if view not in views.VIEWS:
        raise Invalid(f"there is no view {view!r}; there are: {', '.join(views.VIEWS)}", field="view")
    query = views.page(view, access.sight(actor))
    if q.strip():
        query = query.where(_matches(actor, q.strip()))
    if label:
        query = query.where(_labelled(label))
    if before:
        at, last_id = _cursor(before)
        older = and_(Conversation.last_at == at, Conversation.id < last_id)
        query = query.where(or_(Conversation.last_at < at, older))
    found = db.session.execute(query, access.asked_by(actor) | {"most": limit + 1}).all()
    page = [row[0] for row in found[:limit]]
    with one_moment():
        items = [_summary(conversation) for conversation in page]
    return {
        "items": items,
        "next": f"{frames.moment(page[-1].last_at)}_{page[-1].id}" if len(found) > limit else None,
        "counts": dict(zip(views.VIEWS, found[0][1:], strict=True)) if found else counts(actor),
    }


def counts(actor: Actor) -> JSON:
    """Conversations per view."""
    found = db.session.execute(views.tallies(access.sight(actor)), access.asked_by(actor)).one()
    return dict(zip(views.VIEWS, found, strict=True))


def opened(actor: Actor, cid: str) -> JSON:
    """A conversation with the newest entries of its thread."""
    conversation = _one(actor, cid)
    entries, more = _page(conversation.id, None, PAGE)
    return {"conversation": _summary(conversation), "entries": entries, "more": more}


def changes(actor: Actor, cid: str, after: int) -> JSON:
    """Every entry that came or changed after number `after`.

    Or, marked `whole`, the newest page in place of all that the asker holds: when that is too much to tell, or when we
    know less than the asker, because the database was brought back from a copy.
    """
    conversation = _one(actor, cid)
    told = {"conversation": _summary(conversation)}
    if after <= conversation.seq:
        most = MOST_TO_CATCH_UP + 1
        messages = MESSAGES.where(Message.conversation_id == conversation.id, Message.revision > after)
        events = EVENTS.where(History.conversation_id == conversation.id, History.seq > after)
        entries = _entries(messages.limit(most), events.limit(most))
        if len(entries) < most:
            return told | {"entries": entries}
    entries, more = _page(conversation.id, None, PAGE)
    return told | {"entries": entries, "more": more, "whole": True}


def older(actor: Actor, cid: str, before: int, limit: int = PAGE) -> JSON:
    """The entries just before place `before`."""
    entries, more = _page(_one(actor, cid).id, before, min(limit, 200))
    return {"entries": entries, "more": more}


def agents() -> list[JSON]:
    """Everyone a conversation can be given to."""
    people = select(User.id, User.name, User.role).where(User.is_active).order_by(User.name)
    return [{"id": row.id, "name": row.name, "role": row.role.value} for row in db.session.execute(people)]


@transaction()
def mark_read(actor: Actor, cid: str, seq: int) -> None:
    """The team has seen everything up to place `seq`."""
    scene = access.scene_for(actor, cid)
    unseen = select(func.count()).select_from(Message)
    unseen = unseen.where(Message.conversation_id == scene.conversation.id, Message.seq > seq)
    left = db.session.scalar(unseen.where(Message.direction == Direction.IN)) or 0
    if left < scene.conversation.unread:
        scene.conversation.unread = left
        scene.next_seq()
        finish(scene)


def moved_since(moment: datetime) -> list[JSON]:
    """The header of a frame for each conversation that changed since, with an overlap."""
    columns = (Conversation.public_id, Conversation.address, Conversation.seq, Conversation.assignee_id)
    moved = (
        select(*columns, Conversation.team, Channel.kind)
        .join(Channel, Channel.id == Conversation.channel_id)
        .where(Conversation.changed_at >= moment - OVERLAP)
    )
    rows = db.session.execute(moved)
    return [
        frames.header(row.public_id, row.address if row.kind == "webchat" else "", row.seq, (row.assignee_id, row.team))
        for row in rows
    ]


def _one(actor: Actor, cid: str) -> Conversation:
    found = db.session.scalars(views.one(access.sight(actor)), access.asked_by(actor) | {"cid": cid}).one_or_none()
    if found is None:
        raise NotFound("there is no such conversation")
    return found


def _summary(conversation: Conversation) -> JSON:
    release = publishing.of_state(conversation.state)
    return frames.summary(conversation, channels.line(conversation.channel_id), release)


def _matches(actor: Actor, q: str) -> ColumnElement[bool]:
    """By name, or by number however it is typed: 0812, 62812, +62 812-3456. By digits only for who sees numbers."""
    if not (actor.sees_numbers or masking.has_letters(q)):
        return false()
    escaped = q.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    by_name = Contact.name.ilike(f"%{escaped}%", escape="\\")
    digits = "".join(letter for letter in q if letter.isdigit())
    if len(digits) < 3 or not actor.sees_numbers:
        return by_name
    national = digits[1:] if digits.startswith("0") else digits
    return or_(by_name, Contact.phone.like(f"%{national}%"))


def _labelled(label: str) -> ColumnElement[bool]:
    """It has this label, or the contact does."""
    here = select(ConversationLabel.conversation_id).where(ConversationLabel.label == label)
    people = select(ContactLabel.contact_id).where(ContactLabel.label == label)
    return or_(Conversation.id.in_(here), Conversation.contact_id.in_(people))


def _cursor(before: str) -> tuple[datetime, int]:
    at, _, last_id = before.rpartition("_")
    try:
        return datetime.fromisoformat(at), min(int(last_id), LARGEST_ID)
    except ValueError as error:
        raise Invalid("`before` is not a cursor that a list gave", field="before") from error


def _entries(messages: Select[Any], events: Select[Any]) -> list[JSON]:
    found = [frames.message_entry(row) for row in db.session.execute(messages).mappings()]
    found += [frames.event_entry(row) for row in db.session.execute(events).mappings()]
    return sorted(found, key=lambda entry: entry["seq"])


def _page(conversation_id: int, before: int | None, limit: int) -> tuple[list[JSON], bool]:
    messages = MESSAGES.where(Message.conversation_id == conversation_id)
    events = EVENTS.where(History.conversation_id == conversation_id)
    if before is not None:
        messages, events = messages.where(Message.seq < before), events.where(History.seq < before)
    messages = messages.order_by(Message.seq.desc()).limit(limit + 1)
    events = events.order_by(History.seq.desc()).limit(limit + 1)
    entries = _entries(messages, events)
    return entries[-limit:], len(entries) > limit
