"""The same done to many conversations: each in its own transaction, through the same door, and undone together."""

from __future__ import annotations

from collections.abc import Sequence

from roms import clock
from roms.db import transaction
from roms.engine.types import JSON
from roms.errors import Invalid, NotAllowed, Problem
from roms.services import access, deeds, undoing
from roms.services.actors import Actor
from roms.services.deeds import Deed
from roms.services.scene import Scene, finish

MOST = 200  # conversations at once
VERBS = undoing.UNDOABLE


def act(actor: Actor, deed: Deed, ids: Sequence[str]) -> JSON:
    """What became of each, in the order asked for, and the name under which it can be taken back."""
    if deed.verb not in VERBS:
        raise Invalid(f"verb: one of {', '.join(VERBS)} is expected", field="verb")
    if not 0 < len(ids) <= MOST:
        raise Invalid(f"conversations: 1 to {MOST} are expected", field="conversations")
    results, before = [], []
    for cid in dict.fromkeys(ids):
        try:
            before.append(_one(actor, cid, deed))
            results.append({"id": cid, "done": True})
        except Problem as problem:
            error = {"code": problem.code, "message": str(problem), "data": problem.data}
            results.append({"id": cid, "done": False, "error": error})
    return {"results": results, "undo": _kept(actor, deed.verb, before)}


@transaction()
def _one(actor: Actor, cid: str, deed: Deed) -> JSON:
    scene = access.scene_for(actor, cid)
    _refuse_others(scene, actor)
    before = undoing.as_it_is(scene)
    deeds.do(scene, actor, deed)
    finish(scene)
    return undoing.after(before, scene)


def _refuse_others(scene: Scene, actor: Actor) -> None:
    """What a colleague has is not swept away with the rest, unless one sees to the work of others."""
    if not actor.is_supervisor and scene.conversation.assignee_id not in (None, actor.id):
        raise NotAllowed("a colleague has this one")


@transaction()
def _kept(actor: Actor, verb: str, before: Sequence[JSON]) -> str | None:
    return undoing.keep(actor, verb, before, clock.now())
