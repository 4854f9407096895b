"""Who is there: for oneself, and for supervisors of anybody."""

from __future__ import annotations

from flask import Blueprint
from flask.typing import ResponseReturnValue
from pydantic import BaseModel

from roms.models import Presence
from roms.services import availability
from roms.web import identity
from roms.web.bodies import LARGEST, body
from roms.web.rights import SIGNED_IN, SUPERVISOR, may

bp = Blueprint("availability", __name__, url_prefix="/api")


class There(BaseModel):
    """`give_back`: what is under way goes to others; only for those who go away."""

    presence: Presence
    give_back: bool = False


@bp.get("/me")
@may(SIGNED_IN)
def me() -> ResponseReturnValue:
    actor = identity.actor()
    known = {"id": actor.id, "name": actor.name, "role": actor.role.value, "language": actor.language}
    return known | availability.of(actor.id)


@bp.put("/me/presence")
@may(SIGNED_IN)
def mine() -> ResponseReturnValue:
    said = body(There)
    return availability.set_presence(identity.actor(), identity.actor().id, said.presence, said.give_back)


@bp.put(f"/people/<int(max={LARGEST}):person>/presence")
@may(SUPERVISOR)
def theirs(person: int) -> ResponseReturnValue:
    said = body(There)
    return availability.set_presence(identity.actor(), person, said.presence, said.give_back)
