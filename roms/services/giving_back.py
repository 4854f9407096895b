"""A supervisor gives back what somebody has: to whoever else has room, or to the backlog of its team."""

from __future__ import annotations

from roms.db import transaction
from roms.engine.events import AgentFound
from roms.engine.types import JSON, Mode
from roms.errors import Conflict
from roms.services import access, assignment, frames
from roms.services.actors import Actor
from roms.services.runner import advance
from roms.services.scene import finish


@transaction()
def to_backlog(actor: Actor, cid: str) -> JSON:
    """What nobody has stays where it is; Conflict for what is not with people."""
    scene = access.scene_for(actor, cid)
    conversation = scene.conversation
    if conversation.mode is not Mode.AGENT:
        raise Conflict("this conversation is not with people", mode=conversation.mode)
    if conversation.assignee_id is not None and assignment.give_back(scene):
        advance(scene, AgentFound())
    finish(scene)
    return {"conversation": frames.summary(conversation, scene.line, scene.talk)}
