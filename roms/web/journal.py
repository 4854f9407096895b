"""The journal: for admins, what came and went by day, what waits now, and the buttons that do something about it."""

from __future__ import annotations

from flask import Blueprint
from flask.typing import ResponseReturnValue
from pydantic import BaseModel, Field

from roms.errors import NotFound
from roms.services import journal, mending, standing
from roms.web import i18n, identity
from roms.web.bodies import LARGEST, body, number
from roms.web.rights import ADMIN, may
from roms.web.starting import boot

bp = Blueprint("journal", __name__)
bp.before_request(identity.require_actor)

ID = f"<int(max={LARGEST}):id_>"
LISTS = {"waiting": standing.waiting, "unknown": standing.unknown}


class Day(BaseModel):
    day: str = Field(pattern=r"^\d{4}-\d{2}-\d{2}$")


@bp.get("/inbox/journal", strict_slashes=False)
@may(ADMIN)
def show() -> ResponseReturnValue:
    return i18n.page("journal.html", part="journal", boot=boot())


@bp.get("/api/journal")
@may(ADMIN)
def days() -> ResponseReturnValue:
    count = number("days", journal.DAYS, most=journal.MOST_DAYS) or 1
    return {"zone": str(journal.zone()), "days": journal.days(count, number("channel", 0) or None)}


@bp.get("/api/journal/now")
@may(ADMIN)
def now() -> ResponseReturnValue:
    return standing.now()


@bp.get("/api/journal/list/<name>")
@may(ADMIN)
def listing(name: str) -> ResponseReturnValue:
    if name not in LISTS:
        raise NotFound("there is no such list")
    return LISTS[name](number("from", 0) or None)


@bp.post("/api/journal/replay")
@may(ADMIN)
def replay() -> ResponseReturnValue:
    return mending.replay()


@bp.post("/api/journal/timers")
@may(ADMIN)
def fire() -> ResponseReturnValue:
    return mending.fire()


@bp.post(f"/api/journal/channels/{ID}/hurry")
@may(ADMIN)
def hurry(id_: int) -> ResponseReturnValue:
    return mending.hurry(id_)


@bp.post(f"/api/journal/channels/{ID}/known")
@may(ADMIN)
def known(id_: int) -> ResponseReturnValue:
    return journal.write_off(id_, body(Day).day)


@bp.post(f"/api/journal/messages/{ID}/resend")
@may(ADMIN)
def resend(id_: int) -> ResponseReturnValue:
    return mending.resend(identity.actor(), id_)


@bp.post(f"/api/journal/messages/{ID}/check")
@may(ADMIN)
def check(id_: int) -> ResponseReturnValue:
    return mending.check(identity.actor(), id_)
