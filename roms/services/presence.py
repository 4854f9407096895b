"""Who is writing just now: told to those who look at the conversation, written down nowhere."""

from __future__ import annotations

from sqlalchemy import select

from roms import queue
from roms.db import db
from roms.models import Channel, Conversation
from roms.services import frames, signals
from roms.services.actors import Actor


def typing(actor: Actor, public_id: str, on: bool) -> bool:
    """An agent writes (or stops): colleagues see who, the visitor of a web chat sees that somebody does."""
    query = select(Conversation.id, Conversation.address, Channel.kind).join(
        Channel, Channel.id == Conversation.channel_id
    )
    found = db.session.execute(query.where(Conversation.public_id == public_id)).first()
    if found is None:
        return False
    visitor = found.address if found.kind == "webchat" else ""
    header = {"c": public_id, "v": visitor, "s": 0}
    told = {"t": "typing", "on": on}
    if not visitor:
        signals.typing(found.id, on)
    queue.wake(changes=[frames.pack(header, told | {"c": public_id, "who": actor.id}, told if visitor else None)])
    return True
