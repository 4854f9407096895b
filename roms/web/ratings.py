"""What contacts thought of it: figures and a list, for supervisors and admins."""

from __future__ import annotations

from flask import Blueprint, Response
from flask.typing import ResponseReturnValue

from roms.services import rating_figures
from roms.web import identity
from roms.web.bodies import number
from roms.web.rights import SUPERVISOR, may

bp = Blueprint("ratings", __name__, url_prefix="/api")
bp.before_request(identity.require_actor)


def _days() -> int:
    return number("days", rating_figures.DAYS, most=rating_figures.MOST_DAYS) or 1


@bp.get("/ratings")
@may(SUPERVISOR)
def figures() -> ResponseReturnValue:
    return rating_figures.figures(identity.actor(), _days())


@bp.get("/ratings.csv")
@may(SUPERVISOR)
def listing() -> ResponseReturnValue:
    lines = rating_figures.written(identity.actor(), _days())
    named = {"Content-Disposition": 'attachment; filename="ratings.csv"'}
    return Response("".join(lines), content_type="text/csv; charset=utf-8", headers=named)
