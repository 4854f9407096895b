"""Who is looking and who is writing just now: told to those who may see the conversation, written down nowhere."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from roms import queue
from roms.db import db
from roms.engine.types import JSON
from roms.models import Channel, Conversation
from roms.services import access, frames, signals
from roms.services.actors import Actor


def typing(actor: Actor, public_id: str, on: bool) -> bool:
    """An agent writes (or stops): colleagues see who, the visitor of a web chat sees that somebody does."""
    found = _found(actor, public_id)
    if found is None:
        return False
    header = _header(public_id, found)
    told = {"t": "typing", "on": on}
    if not header["v"]:
        signals.typing(found.id, on)
    agents, visitor = told | {"c": public_id, "who": actor.id}, told if header["v"] else None
    queue.wake(changes=[frames.pack(header, agents, visitor)])
    return True


def header_for(actor: Actor, public_id: str) -> JSON | None:
    """Whom a live frame about this conversation is for; None where it is not this person's to see."""
    found = _found(actor, public_id)
    return None if found is None else _header(public_id, found)


def _found(actor: Actor, public_id: str) -> Any:
    columns = (Conversation.id, Conversation.address, Conversation.assignee_id, Conversation.team, Channel.kind)
    query = select(*columns).join(Channel, Channel.id == Conversation.channel_id)
    mine = query.where(Conversation.public_id == public_id, access.visible_to(actor))
    return db.session.execute(mine).first()


def _header(public_id: str, found: Any) -> JSON:
    visitor = found.address if found.kind == "webchat" else ""
    return frames.header(public_id, visitor, 0, (found.assignee_id, found.team))
