"""The web chat's visitors: what they say, see and have seen. Their address is a hash of the token they hold."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from roms import clock, queue
from roms.channels.items import Incoming
from roms.db import db, table, transaction
from roms.engine.hours import closes_at, is_open, opens_at
from roms.engine.teams import OWN
from roms.engine.types import JSON
from roms.errors import Conflict, TooMany
from roms.models import Conversation, Direction, Message, Role, Sender, Status, User
from roms.services import channels, frames, hours, intake, publishing, tallies
from roms.services.receipts import forward
from roms.services.scene import finish, names_of, scene_of

MOST_MESSAGES, WITHIN = 10, timedelta(seconds=10)
PAGE = 200


def say(address: str, client_id: str, text: str, payload: str | None, language: str) -> tuple[JSON, bool]:
    """A visitor wrote; the same client_id again gives the same entry."""
    line = channels.find("webchat")
    _not_too_fast(line.channel_id, address, client_id)
    incoming = Incoming(
        address, text, provider_id=f"{address}:{client_id}", payload=payload, extra={"client_id": client_id}
    )
    try:
        is_new = intake.receive(line.channel_id, incoming, language)
    except IntegrityError as error:
        raise Conflict("that client_id belongs to another message of this thread") from error
    tallies.came(line.channel_id, {"stored" if is_new else "repeated": 1})
    rows = _rows(address, Message.client_id == client_id)
    entry = frames.visitor_entry(rows[0], {})
    return {"entry": entry, "seq": rows[0]["conversation_seq"]}, is_new


def history(address: str, after: int = 0) -> JSON:
    """The thread as its visitor may see it: everything that changed after number `after`.

    Or, marked `whole`, the newest page in place of all that is held: when that is too much, or when the asker knows
    more than we do, because the database was brought back from a copy.
    """
    conversation = db.session.execute(
        select(Conversation.id, Conversation.seq, Conversation.mode).filter_by(
            channel_id=channels.find("webchat").channel_id, address=address
        )
    ).one_or_none()
    if conversation is None:
        return {"seq": 0, "mode": None, "entries": [], "staffed": _staffed(), "hours": _hours(), "whole": after > 0}
    rows = _rows(address, Message.revision > after) if after <= conversation.seq else []
    whole = after > conversation.seq or (after > 0 and len(rows) == PAGE)
    if whole:
        rows = _rows(address)
    names = names_of(row["agent_id"] for row in rows)
    entries = [entry for row in rows if (entry := frames.visitor_entry(row, names))]
    seq, mode = conversation.seq, conversation.mode
    there = {"staffed": _staffed(), "hours": _hours()}
    return {"seq": seq, "mode": mode, "entries": entries, **there, "whole": whole}


@transaction()
def seen(address: str, delivered: int, read: int) -> None:
    """The visitor's page has shown our messages up to these numbers."""
    line = channels.line(channels.find("webchat").channel_id)
    conversation = Conversation.at(line.id, address)
    if conversation is None:
        return
    scene = scene_of(conversation, line, clock.now())
    for status, up_to in ((Status.DELIVERED, delivered), (Status.READ, read)):
        waiting = select(Message.id).where(
            Message.conversation_id == conversation.id,
            Message.direction == Direction.OUT,
            Message.seq <= up_to,
            Message.status.in_([Status.SENT, Status.DELIVERED] if status is Status.READ else [Status.SENT]),
        )
        forward(scene, list(db.session.scalars(waiting)), status)
    finish(scene)


def typing(address: str, on: bool) -> None:
    """Tell the agents that the visitor is typing; nothing is kept."""
    line = channels.find("webchat")
    columns = (Conversation.public_id, Conversation.assignee_id, Conversation.team)
    found = db.session.execute(select(*columns).filter_by(channel_id=line.channel_id, address=address)).first()
    if found is not None:
        frame = {"t": "typing", "c": found.public_id, "who": "contact", "on": on}
        header = frames.header(found.public_id, "", 0, (found.assignee_id, found.team))
        queue.wake(changes=[frames.pack(header, frame, None)])


def _not_too_fast(channel_id: int, address: str, client_id: str) -> None:
    recent = (
        select(func.count())
        .select_from(Message)
        .join(Conversation)
        .where(Conversation.channel_id == channel_id, Conversation.address == address)
        .where(Message.sender == Sender.CONTACT, Message.created_at > clock.now() - WITHIN)
        .where(Message.client_id != client_id)
    )
    if (db.session.scalar(recent) or 0) >= MOST_MESSAGES:
        raise TooMany("that was a lot of messages; please wait a few seconds")


def _rows(address: str, *which: Any) -> Sequence[Any]:
    found = (
        select(*table(Message).c, Conversation.seq.label("conversation_seq"))
        .join(Conversation, Conversation.id == Message.conversation_id)
        .where(Conversation.channel_id == channels.find("webchat").channel_id, Conversation.address == address, *which)
        .order_by(Message.seq.desc())
        .limit(PAGE)
    )
    return list(reversed(db.session.execute(found).mappings().all()))


def _hours() -> JSON:
    """Whether the team that the web chat belongs to is there now, and until or from when."""
    at = clock.now()
    kept = hours.of_team(channels.find("webchat").channel_id, OWN, at) or publishing.newest().hours
    moments = {"opens_at": opens_at(kept, at), "closes_at": closes_at(kept, at)}
    return {"open": is_open(kept, at), **{name: frames.moment(each) for name, each in moments.items()}}


def _staffed() -> bool:
    """Whether there is anybody who could answer."""
    some_agent = select(User.id).where(User.role == Role.AGENT, User.is_active).limit(1)
    return db.session.scalar(some_agent) is not None
