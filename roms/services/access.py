"""Who may see what: one rule for lists, threads and live frames, so that they can never differ."""

from __future__ import annotations

from sqlalchemy import select

from roms import clock
from roms.db import db
from roms.errors import NotFound
from roms.models import Conversation
from roms.services import channels
from roms.services.actors import Actor
from roms.services.scene import Scene, scene_of


def may_see(actor: Actor, cid: str) -> bool:
    """Every signed-in person sees every conversation."""
    return bool(actor.id and cid)


def check(actor: Actor, cid: str) -> None:
    """NotFound where there is no such conversation, or it is not his to see."""
    if not may_see(actor, cid) or db.session.scalar(select(Conversation.id).filter_by(public_id=cid)) is None:
        raise NotFound("there is no such conversation")


def scene_for(actor: Actor, cid: str) -> Scene:
    """Lock this conversation for something `actor` does; NotFound also when it is not his to see."""
    conversation = Conversation.locked(Conversation.public_id == cid) if may_see(actor, cid) else None
    if conversation is None:
        raise NotFound("there is no such conversation")
    return scene_of(conversation, channels.line(conversation.channel_id), clock.now(), actor.id)
