"""The supervisors' board: the page, and what it shows; and how one is there oneself, for the head of every page."""

from __future__ import annotations

from flask import Blueprint
from flask.typing import ResponseReturnValue

from roms.errors import NotAllowed
from roms.models import Role
from roms.services import attendance, board
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


@bp.get("/api/me/presence")
def own() -> ResponseReturnValue:
    return attendance.of(identity.actor().id)
