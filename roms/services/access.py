"""Who may see what: one rule for lists, threads and live frames, so that they can never differ."""

from __future__ import annotations

from roms import clock
from roms.errors import NotFound
from roms.models import Conversation
from roms.services import channels
from roms.services.actors import Actor
from roms.services.scene import Scene, scene_of


def may_see(actor: Actor, cid: str) -> bool:
    """Every signed-in person sees every conversation."""
    return bool(actor.id and cid)


def scene_for(actor: Actor, cid: str) -> Scene:
    """Lock this conversation for something `actor` does; NotFound also when it is not his to see."""
    conversation = Conversation.locked(Conversation.public_id == cid) if may_see(actor, cid) else None
    if conversation is None:
        raise NotFound("there is no such conversation")
    return scene_of(conversation, channels.line(conversation.channel_id), clock.now(), actor.id)
