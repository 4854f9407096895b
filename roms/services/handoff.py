"""Between bot and people: take, give, hand on, pause, snooze, close. Which of them is possible when stands in
lifecycle.yaml; what is done with one conversation is kept like what is done with many, so that it can be undone."""

from __future__ import annotations

from roms.db import transaction
from roms.engine.types import JSON
from roms.services import access, deeds, frames, undoing
from roms.services.actors import Actor
from roms.services.deeds import Deed
from roms.services.scene import finish


@transaction()
def act(actor: Actor, cid: str, deed: Deed) -> JSON:
    """Do this; `undo` in the answer is what to ask `undoing.undo` for, None where only another act leads back."""
    scene = access.scene_for(actor, cid)
    before = undoing.as_it_is(scene)
    deeds.do(scene, actor, deed)
    finish(scene)
    undo = undoing.keep(actor, deed.verb, [undoing.after(before, scene)], scene.at)
    return {"conversation": frames.summary(scene.conversation, scene.line, scene.talk), "undo": undo}


def claim(actor: Actor, cid: str, over: int | None = None) -> JSON:
    """Take the conversation: from the bot, from the queue, or over from the colleague who is named.

    AlreadyTaken when somebody else has it: of ten who take it at once one does, and nine are told who.
    """
    return act(actor, cid, Deed("claim", over=over))


def release(actor: Actor, cid: str, step: str = "") -> JSON:
    """Give it back to the bot, which goes on at `step` ("flow.step"), or waits for them to write."""
    return act(actor, cid, Deed("release", step=step))


def pause(actor: Actor, cid: str, until: int = 0) -> JSON:
    return act(actor, cid, Deed("pause", until=until))


def resume(actor: Actor, cid: str) -> JSON:
    return act(actor, cid, Deed("resume"))


def snooze(actor: Actor, cid: str, until: int = 0) -> JSON:
    """Out of sight until then, or until the contact writes."""
    return act(actor, cid, Deed("snooze", until=until))


def wake(actor: Actor, cid: str) -> JSON:
    return act(actor, cid, Deed("wake"))


def close(actor: Actor, cid: str, reason: str = "") -> JSON:
    return act(actor, cid, Deed("close", reason=reason))


def reopen(actor: Actor, cid: str, over: int | None = None) -> JSON:
    """Take up a closed conversation again, as its agent; AlreadyTaken when a colleague did."""
    return act(actor, cid, Deed("reopen", over=over))


def assign(actor: Actor, cid: str, agent: int) -> JSON:
    """Give it to this agent."""
    return act(actor, cid, Deed("assign", agent=agent))


def transfer(actor: Actor, cid: str, agent: int | None = None, team: str = "", note: str = "") -> JSON:
    """Hand it on to a person or to a team, with a note for them."""
    return act(actor, cid, Deed("transfer", agent=agent, team=team, note=note))
