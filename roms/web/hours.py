"""Opening hours: a page and an API for admins and supervisors."""

from __future__ import annotations

from typing import Annotated

from flask import Blueprint
from flask.typing import ResponseReturnValue
from pydantic import BaseModel, Field

from roms.services import holidays, hours_editing, inbox
from roms.web import i18n, identity
from roms.web.bodies import LARGEST, Number, Text, body
from roms.web.rights import SUPERVISOR, may
from roms.web.starting import boot

bp = Blueprint("hours", __name__)

ONE = f"/api/hours/<int(max={LARGEST}):id_>"
TEAM = f"/api/hours/teams/<int(max={LARGEST}):id_>"
Name = Annotated[Text, Field(max_length=120)]
Spans = Annotated[list[Annotated[Text, Field(max_length=40)]], Field(max_length=20)]
Date = Annotated[str, Field(pattern=r"^\d{4}-\d{2}-\d{2}$")]


class NewHours(BaseModel):
    name: Name


class HolidayBody(BaseModel):
    name: Annotated[Text, Field(min_length=1, max_length=100)]
    open: Spans = []


class ChangedHours(BaseModel):
    name: Name
    zone: Annotated[Text, Field(max_length=60)]
    open: Annotated[dict[Annotated[str, Field(max_length=3)], Spans], Field(max_length=7)]
    holidays: Annotated[dict[Date, HolidayBody], Field(max_length=1000)] = {}
    days: Annotated[dict[Date, Spans], Field(max_length=1000)] = {}


class Holidays(BaseModel):
    """Either the year of those we have, or the text of a file."""

    year: Number = 0
    leave: bool = False
    text: Annotated[str, Field(max_length=500_000)] = ""


class TeamHours(BaseModel):
    hours: Number | None
    answer_within: Number | None


@bp.get("/inbox/hours", strict_slashes=False)
@may(SUPERVISOR)
def show() -> ResponseReturnValue:
    return i18n.page("hours.html", part="hours", boot=boot(agents=inbox.agents()))


@bp.get("/api/hours")
@may(SUPERVISOR)
def listed() -> ResponseReturnValue:
    return hours_editing.listed()


@bp.post("/api/hours")
@may(SUPERVISOR)
def create() -> ResponseReturnValue:
    return {"id": hours_editing.create(identity.actor(), body(NewHours).name)}, 201


@bp.put(ONE)
@may(SUPERVISOR)
def change(id_: int) -> ResponseReturnValue:
    me, given = identity.actor(), body(ChangedHours)
    return hours_editing.change(me, id_, given.name, given.model_dump(exclude={"name"}))


@bp.post(f"{ONE}/holidays")
@may(SUPERVISOR)
def add_holidays(id_: int) -> ResponseReturnValue:
    me, given = identity.actor(), body(Holidays)
    days = holidays.of_file(given.text) if given.text else holidays.of_year(given.year, given.leave)
    return {"added": hours_editing.add_holidays(me, id_, days), "found": len(days)}


@bp.put(TEAM)
@may(SUPERVISOR)
def give(id_: int) -> ResponseReturnValue:
    given = body(TeamHours)
    hours_editing.give(id_, given.hours, given.answer_within)
    return "", 204
