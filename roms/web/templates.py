"""Approved messages: what an agent picks from when free text may not be sent."""

from __future__ import annotations

from flask import Blueprint
from flask.typing import ResponseReturnValue

from roms.services import templates
from roms.web import identity

bp = Blueprint("templates", __name__, url_prefix="/api")
bp.before_request(identity.require_actor)


@bp.get("/conversations/<cid:cid>/templates")
def listing(cid: str) -> ResponseReturnValue:
    return templates.listing(identity.actor(), cid)


@bp.post("/conversations/<cid:cid>/templates/refresh")
def refresh(cid: str) -> ResponseReturnValue:
    templates.refresh(identity.actor(), cid)
    return "", 202
