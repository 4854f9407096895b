"""What people do with one conversation, or with many at once, and take back."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from flask import Blueprint
from flask.typing import ResponseReturnValue

from roms.engine.types import JSON
from roms.services import bulk, choices, handoff, undoing
from roms.services.actors import Actor
from roms.services.deeds import Deed
from roms.web import identity
from roms.web.bodies import Assignment, Bulk, Claim, Closing, Releasing, Transferring, Until, body
from roms.web.rights import SIGNED_IN, may

bp = Blueprint("verbs", __name__, url_prefix="/api")
bp.before_request(identity.require_actor)

PLAIN: Mapping[str, Callable[[Actor, str], JSON]] = {
    "resume": handoff.resume,
    "wake": handoff.wake,
}
TAKES: Mapping[str, Callable[[Actor, str, int | None], JSON]] = {"claim": handoff.claim, "reopen": handoff.reopen}


@bp.post("/conversations/<cid:cid>/<any(claim, resume, reopen, wake):verb>")
@may(SIGNED_IN)
def act(cid: str, verb: str) -> ResponseReturnValue:
    if verb in TAKES:
        return TAKES[verb](identity.actor(), cid, body(Claim).over)
    return PLAIN[verb](identity.actor(), cid)


@bp.post("/conversations/<cid:cid>/release")
@may(SIGNED_IN)
def release(cid: str) -> ResponseReturnValue:
    return handoff.release(identity.actor(), cid, body(Releasing).step)


@bp.post("/conversations/<cid:cid>/pause")
@may(SIGNED_IN)
def pause(cid: str) -> ResponseReturnValue:
    return handoff.pause(identity.actor(), cid, body(Until).seconds)


@bp.post("/conversations/<cid:cid>/snooze")
@may(SIGNED_IN)
def snooze(cid: str) -> ResponseReturnValue:
    return handoff.snooze(identity.actor(), cid, body(Until).seconds)


@bp.post("/conversations/<cid:cid>/close")
@may(SIGNED_IN)
def close(cid: str) -> ResponseReturnValue:
    return handoff.close(identity.actor(), cid, body(Closing).reason)


@bp.post("/conversations/<cid:cid>/assign")
@may(SIGNED_IN)
def assign(cid: str) -> ResponseReturnValue:
    return handoff.assign(identity.actor(), cid, body(Assignment).agent)


@bp.post("/conversations/<cid:cid>/transfer")
@may(SIGNED_IN)
def transfer(cid: str) -> ResponseReturnValue:
    said = body(Transferring)
    return handoff.transfer(identity.actor(), cid, said.agent, said.team, said.note)


@bp.get("/conversations/<cid:cid>/steps")
@may(SIGNED_IN)
def steps(cid: str) -> ResponseReturnValue:
    return choices.steps(identity.actor(), cid)


@bp.get("/choices")
@may(SIGNED_IN)
def of_all() -> ResponseReturnValue:
    return choices.of_all()


@bp.post("/bulk")
@may(SIGNED_IN)
def many() -> ResponseReturnValue:
    said = body(Bulk)
    deed = Deed(said.verb, said.agent, said.team, said.note, said.seconds, said.step, said.reason, said.label)
    return bulk.act(identity.actor(), deed, said.conversations)


@bp.post("/bulk/<cid:name>/undo")
@may(SIGNED_IN)
def undo(name: str) -> ResponseReturnValue:
    return undoing.undo(identity.actor(), name)
