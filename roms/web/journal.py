"""The journal: for admins, what came and went by day, what waits now, and the buttons that do something about it."""

from __future__ import annotations

from flask import Blueprint, current_app
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import generate_csrf
from pydantic import BaseModel, Field

from roms.config import Config
from roms.errors import NotAllowed, NotFound
from roms.services import journal, mending, standing
from roms.services.actors import Actor
from roms.web import i18n, identity
from roms.web.bodies import LARGEST, body, number

bp = Blueprint("journal", __name__)
bp.before_request(identity.require_actor)

ID = f"<int(max={LARGEST}):id_>"
LISTS = {"waiting": standing.waiting, "unknown": standing.unknown}


class Day(BaseModel):
    day: str = Field(pattern=r"^\d{4}-\d{2}-\d{2}$")


def admin() -> Actor:
    actor = identity.actor()
    if not actor.is_admin:
        raise NotAllowed("the journal is for admins")
    return actor


@bp.get("/inbox/journal", strict_slashes=False)
def show() -> ResponseReturnValue:
    me = admin()
    config: Config = current_app.extensions["roms.config"]
    boot = {
        "me": {"id": me.id, "name": me.name, "role": me.role, "language": me.language, "login": me.login},
        "agents": [],
        "csrf": generate_csrf(),
        "instance": config.instance,
    }
    return i18n.page("journal.html", part="journal", boot=boot)


@bp.get("/api/journal")
def days() -> ResponseReturnValue:
    admin()
    count = number("days", journal.DAYS, most=journal.MOST_DAYS) or 1
    return {"zone": str(journal.zone()), "days": journal.days(count, number("channel", 0) or None)}


@bp.get("/api/journal/now")
def now() -> ResponseReturnValue:
    admin()
    return standing.now()


@bp.get("/api/journal/list/<name>")
def listing(name: str) -> ResponseReturnValue:
    admin()
    if name not in LISTS:
        raise NotFound("there is no such list")
    return LISTS[name](number("from", 0) or None)


@bp.post("/api/journal/replay")
def replay() -> ResponseReturnValue:
    admin()
    return mending.replay()


@bp.post("/api/journal/timers")
def fire() -> ResponseReturnValue:
    admin()
    return mending.fire()


@bp.post(f"/api/journal/channels/{ID}/hurry")
def hurry(id_: int) -> ResponseReturnValue:
    admin()
    return mending.hurry(id_)


@bp.post(f"/api/journal/channels/{ID}/known")
def known(id_: int) -> ResponseReturnValue:
    admin()
    return journal.write_off(id_, body(Day).day)


@bp.post(f"/api/journal/messages/{ID}/resend")
def resend(id_: int) -> ResponseReturnValue:
    return mending.resend(admin(), id_)


@bp.post(f"/api/journal/messages/{ID}/check")
def check(id_: int) -> ResponseReturnValue:
    return mending.check(admin(), id_)
