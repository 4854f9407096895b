"""What could not be processed: a list for admins, and trying again for them and for whoever has the thread open."""

from __future__ import annotations

from flask import Blueprint
from flask.typing import ResponseReturnValue

from roms.services import access, aside
from roms.web import identity
from roms.web.bodies import LARGEST, number
from roms.web.rights import ADMIN, SIGNED_IN, may

bp = Blueprint("aside", __name__, url_prefix="/api")
bp.before_request(identity.require_actor)

ONE = f"<int(max={LARGEST}):id_>"


@bp.get("/aside")
@may(ADMIN)
def listing() -> ResponseReturnValue:
    channel = number("channel", 0) or None
    return {"aside": aside.listed(channel, number("limit", 100, most=500) or 1), "counts": aside.tally()}


@bp.post(f"/aside/{ONE}/retry")
@may(ADMIN)
def retry(id_: int) -> ResponseReturnValue:
    return aside.retry(id_, identity.actor().id)


@bp.post(f"/conversations/<cid:cid>/aside/{ONE}/retry")
@may(SIGNED_IN)
def retry_in_thread(cid: str, id_: int) -> ResponseReturnValue:
    """Agents learn whether it came through; what failed in our code is for admins."""
    actor = identity.actor()
    access.check(actor, cid)
    told = aside.retry(id_, actor.id, cid)
    return {name: told[name] for name in ("id", "state", "outcome")}
