"""Between bot and people: take, give, pause, close. Which of them is possible when stands in lifecycle.yaml."""

from __future__ import annotations

from roms.db import transaction
from roms.engine import events
from roms.engine.types import JSON, Mode
from roms.errors import Conflict
from roms.services import access, frames
from roms.services.actors import Actor
from roms.services.runner import advance
from roms.services.scene import Scene, finish


@transaction()
def claim(actor: Actor, cid: str) -> JSON:
    """Take the conversation: from the bot, from the queue, or from a colleague."""
    return _happen(access.scene_for(actor, cid), events.AgentClaimed(actor.id))


@transaction()
def release(actor: Actor, cid: str) -> JSON:
    """Give it back to the bot."""
    return _happen(access.scene_for(actor, cid), events.Released(actor.id))


@transaction()
def pause(actor: Actor, cid: str) -> JSON:
    return _happen(access.scene_for(actor, cid), events.Paused(actor.id))


@transaction()
def resume(actor: Actor, cid: str) -> JSON:
    return _happen(access.scene_for(actor, cid), events.Resumed(actor.id))


@transaction()
def close(actor: Actor, cid: str) -> JSON:
    return _happen(access.scene_for(actor, cid), events.Closed(actor.id))


@transaction()
def reopen(actor: Actor, cid: str) -> JSON:
    """Take up a closed conversation again, as its agent."""
    scene = access.scene_for(actor, cid)
    if scene.conversation.mode is not Mode.CLOSED:
        raise Conflict("only a closed conversation can be reopened", mode=scene.conversation.mode)
    return _happen(scene, events.AgentClaimed(actor.id))


@transaction()
def assign(actor: Actor, cid: str, agent: int) -> JSON:
    """Give it to this agent."""
    return _happen(access.scene_for(actor, cid), events.Assigned(agent, actor.id))


def _happen(scene: Scene, event: events.Event) -> JSON:
    advance(scene, event)
    finish(scene)
    return {"conversation": frames.summary(scene.conversation, scene.line, scene.talk)}
