"""What agents see: lists, threads, and what changed since they last looked."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, literal, or_, select
from sqlalchemy.orm import contains_eager

from roms.db import db, table, transaction
from roms.engine.types import JSON, Mode
from roms.errors import Invalid, NotFound
from roms.models import Channel, Contact, Conversation, Direction, History, Message, User
from roms.services import access, channels, frames, publishing
from roms.services.actors import Actor
from roms.services.scene import finish

PAGE = 50  # entries of a thread
MOST_TO_CATCH_UP = 500  # entries; who missed more is given the thread anew
OVERLAP = timedelta(seconds=10)  # longer than any transaction: a change may be committed after its own time
LARGEST_ID = 2**63 - 1
VIEWS = ("mine", "unassigned", "all", "bot", "closed")
WITH_PEOPLE = (Mode.AGENT, Mode.PAUSED)


def listing(actor: Actor, view: str, q: str = "", before: str | None = None, limit: int = 30) -> JSON:
    """One page of conversations, newest activity first, and how many each view has: in one statement, because a
    browser takes both for the same moment, and PostgreSQL shows each statement a world of its own."""
    tallies = _tallies(actor).subquery()
    query: Select[Any] = _conversations().add_columns(*tallies.c).join(tallies, literal(True))
    query = query.where(_view(actor, view)).order_by(Conversation.last_at.desc(), Conversation.id.desc())
    if q.strip():
        query = query.where(_matches(q.strip()))
    if before:
        at, last_id = _cursor(before)
        older = and_(Conversation.last_at == at, Conversation.id < last_id)
        query = query.where(or_(Conversation.last_at < at, older))
    found = db.session.execute(query.limit(limit + 1)).all()
    page = [row[0] for row in found[:limit]]
    return {
        "items": [_summary(conversation) for conversation in page],
        "next": f"{frames.moment(page[-1].last_at)}_{page[-1].id}" if len(found) > limit else None,
        "counts": dict(zip(VIEWS, found[0][1:], strict=True)) if found else counts(actor),
    }


def counts(actor: Actor) -> JSON:
    """Conversations per view."""
    tallied: JSON = dict(zip(VIEWS, db.session.execute(_tallies(actor)).one(), strict=True))
    return tallied


def _tallies(actor: Actor) -> Any:
    tallies = [func.count().filter(_view(actor, view)).label(view) for view in VIEWS]
    return select(*tallies).select_from(Conversation)


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
        messages = _messages(conversation.id).where(Message.revision > after).limit(most)
        entries = _entries(messages, _events(conversation.id).where(History.seq > after).limit(most))
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


def moved_since(moment: datetime) -> list[tuple[str, str, int]]:
    """(conversation, visitor's address or "", newest number) of all that changed since, with an overlap."""
    moved = (
        select(Conversation.public_id, Conversation.address, Conversation.seq, Channel.kind)
        .join(Channel, Channel.id == Conversation.channel_id)
        .where(Conversation.changed_at >= moment - OVERLAP)
    )
    rows = db.session.execute(moved)
    return [(row.public_id, row.address if row.kind == "webchat" else "", row.seq) for row in rows]


def may_see(actor: Actor, header: JSON) -> bool:
    """Whether a live frame with this header is for this person."""
    return access.may_see(actor, header["c"])


def _conversations() -> Select[Conversation]:
    return select(Conversation).join(Conversation.contact).options(contains_eager(Conversation.contact))


def _one(actor: Actor, cid: str) -> Conversation:
    found = db.session.scalars(_conversations().where(Conversation.public_id == cid)).one_or_none()
    if found is None or not access.may_see(actor, cid):
        raise NotFound("there is no such conversation")
    return found


def _summary(conversation: Conversation) -> JSON:
    release = publishing.of_state(conversation.state)
    return frames.summary(conversation, channels.line(conversation.channel_id), release)


def _view(actor: Actor, view: str) -> ColumnElement[bool]:
    views: dict[str, ColumnElement[bool]] = {
        "mine": and_(Conversation.assignee_id == actor.id, Conversation.mode.in_(WITH_PEOPLE)),
        "unassigned": and_(Conversation.assignee_id.is_(None), Conversation.mode.in_(WITH_PEOPLE)),
        "all": Conversation.mode != Mode.CLOSED,
        "bot": Conversation.mode == Mode.BOT,
        "closed": Conversation.mode == Mode.CLOSED,
    }
    if view not in views:
        raise Invalid(f"there is no view {view!r}; there are: {', '.join(views)}", field="view")
    return views[view]


def _matches(q: str) -> ColumnElement[bool]:
    """By name, or by number however it is typed: 0812, 62812, +62 812-3456."""
    escaped = q.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    by_name = Contact.name.ilike(f"%{escaped}%", escape="\\")
    digits = "".join(letter for letter in q if letter.isdigit())
    if len(digits) < 3:
        return by_name
    national = digits[1:] if digits.startswith("0") else digits
    return or_(by_name, Contact.phone.like(f"%{national}%"))


def _cursor(before: str) -> tuple[datetime, int]:
    at, _, last_id = before.rpartition("_")
    try:
        return datetime.fromisoformat(at), min(int(last_id), LARGEST_ID)
    except ValueError as error:
        raise Invalid("`before` is not a cursor that a list gave", field="before") from error


def _messages(conversation_id: int) -> Select[Any]:
    """All that an entry shows; what a turn began with is read when somebody asks why."""
    return select(*(column for column in table(Message).c if column.name != "before")).where(
        Message.conversation_id == conversation_id
    )


def _events(conversation_id: int) -> Select[Any]:
    return select(*table(History).c).where(History.conversation_id == conversation_id)


def _entries(messages: Select[Any], events: Select[Any]) -> list[JSON]:
    found = [frames.message_entry(row) for row in db.session.execute(messages).mappings()]
    found += [frames.event_entry(row) for row in db.session.execute(events).mappings()]
    return sorted(found, key=lambda entry: entry["seq"])


def _page(conversation_id: int, before: int | None, limit: int) -> tuple[list[JSON], bool]:
    messages, events = _messages(conversation_id), _events(conversation_id)
    if before is not None:
        messages, events = messages.where(Message.seq < before), events.where(History.seq < before)
    messages = messages.order_by(Message.seq.desc()).limit(limit + 1)
    events = events.order_by(History.seq.desc()).limit(limit + 1)
    entries = _entries(messages, events)
    return entries[-limit:], len(entries) > limit
