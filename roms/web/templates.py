"""Approved messages: what an agent picks from when free text may not be sent."""

from __future__ import annotations

from flask import Blueprint
from flask.typing import ResponseReturnValue

from roms.services import templates
from roms.web import identity
from roms.web.rights import SIGNED_IN, may

bp = Blueprint("templates", __name__, url_prefix="/api")
bp.before_request(identity.require_actor)


@bp.get("/conversations/<cid:cid>/templates")
@may(SIGNED_IN)
def listing(cid: str) -> ResponseReturnValue:
    return templates.listing(identity.actor(), cid)


@bp.post("/conversations/<cid:cid>/templates/refresh")
@may(SIGNED_IN)
def refresh(cid: str) -> ResponseReturnValue:
    templates.refresh(identity.actor(), cid)
    return "", 202
