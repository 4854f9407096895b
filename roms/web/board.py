"""The supervisors' board: the page, what it shows, and giving back what somebody has."""

from __future__ import annotations

from flask import Blueprint
from flask.typing import ResponseReturnValue

from roms.errors import NotAllowed
from roms.models import Role
from roms.services import board, giving_back
from roms.web import i18n, identity
from roms.web.bodies import word
from roms.web.pages import boot

bp = Blueprint("board", __name__)
bp.before_request(identity.require_actor)


def supervisor() -> None:
    if identity.actor().role not in (Role.ADMIN, Role.SUPERVISOR):
        raise NotAllowed("the board is for supervisors")


@bp.get("/board", strict_slashes=False)
def show() -> ResponseReturnValue:
    supervisor()
    return i18n.page("board.html", part="board", boot=boot())


@bp.get("/api/board")
def look() -> ResponseReturnValue:
    supervisor()
    return board.look(word("team", 80))


@bp.post("/api/conversations/<cid:cid>/give-back")
def give_back(cid: str) -> ResponseReturnValue:
    supervisor()
    return giving_back.to_backlog(identity.actor(), cid)
