"""For those who write flows: why the bot said it, what was not understood, and a conversation as a test."""

from __future__ import annotations

from flask import Blueprint
from flask.typing import ResponseReturnValue

from roms.services import explaining, recording, unmatched
from roms.web import identity
from roms.web.bodies import LARGEST, word
from roms.web.rights import ADMIN, SIGNED_IN, may

bp = Blueprint("authors", __name__, url_prefix="/api")
bp.before_request(identity.require_actor)


@bp.get(f"/conversations/<cid:cid>/why/<int(max={LARGEST}):seq>")
@may(SIGNED_IN)
def why(cid: str, seq: int) -> ResponseReturnValue:
    return explaining.of(identity.actor(), cid, seq)


@bp.get("/conversations/<cid:cid>/test")
@may(ADMIN)
def test(cid: str) -> ResponseReturnValue:
    return recording.for_admin(identity.actor(), cid)


@bp.get("/unmatched")
@may(ADMIN)
def not_understood() -> ResponseReturnValue:
    return unmatched.page(identity.actor(), word("since", 10) or "7d")
