"""The supervisors' board: the page, what it shows, and giving back what somebody has."""

from __future__ import annotations

from flask import Blueprint
from flask.typing import ResponseReturnValue

from roms.services import board, giving_back
from roms.web import i18n, identity
from roms.web.bodies import word
from roms.web.pages import boot
from roms.web.rights import SUPERVISOR, may

bp = Blueprint("board", __name__)
bp.before_request(identity.require_actor)


@bp.get("/board", strict_slashes=False)
@may(SUPERVISOR)
def show() -> ResponseReturnValue:
    return i18n.page("board.html", part="board", boot=boot())


@bp.get("/api/board")
@may(SUPERVISOR)
def look() -> ResponseReturnValue:
    return board.look(word("team", 80))


@bp.post("/api/conversations/<cid:cid>/give-back")
@may(SUPERVISOR)
def give_back(cid: str) -> ResponseReturnValue:
    return giving_back.to_backlog(identity.actor(), cid)
