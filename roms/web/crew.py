"""People and teams: a page and an API for admins. What changes anything wants the password of the last ten minutes."""

from __future__ import annotations

from typing import Annotated, cast

from flask import Blueprint, current_app, request
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import generate_csrf
from pydantic import BaseModel, Field

from roms.config import Config
from roms.errors import NotAllowed
from roms.models import Policy, Role, Sees
from roms.services import accounts, crew, crew_list, teams
from roms.services.actors import Actor
from roms.web import i18n, identity
from roms.web.bodies import LARGEST, Language, Number, Text, body

bp = Blueprint("crew", __name__)
bp.before_request(identity.require_actor)

ID = f"<int(max={LARGEST}):id_>"
PERSON, TEAM = f"/api/people/{ID}", f"/api/teams/{ID}"
Name = Annotated[Text, Field(max_length=200)]
Secret = Annotated[str, Field(max_length=accounts.LONGEST_PASSWORD, repr=False)]


class NewPerson(BaseModel):
    login: Name
    name: Name
    role: Role = Role.AGENT
    language: Language = "id"
    password: Secret = ""


class ChangedPerson(BaseModel):
    name: Name = ""
    role: Role = Role.AGENT
    language: Language = "id"
    capacity: Number | None = None
    skills: list[Name] = Field(default_factory=list, max_length=100)
    sees: Sees = Sees.ALL
    sees_numbers: bool = True
    is_active: bool = True


class NewPassword(BaseModel):
    password: Secret = ""


class OwnPassword(BaseModel):
    old: Secret
    password: Secret


class NewTeam(BaseModel):
    key: Name
    name: Name


class ChangedTeam(BaseModel):
    name: Name = ""
    policy: Policy = Policy.ROUND_ROBIN
    answer_within: Number | None = None
    hours_id: Number | None = None
    is_active: bool = True
    sure: bool = False


class DefaultTeam(BaseModel):
    team: Number | None


def admin(*, confirmed: bool = False) -> Actor:
    """The admin who asks; `confirmed`: who has given the password in the last ten minutes."""
    actor = identity.actor()
    if not actor.is_admin:
        raise NotAllowed("people and teams are for admins")
    if confirmed:
        accounts.need_confirmed(actor)
    return actor


def given(wanted: BaseModel, *without: str) -> dict[str, object]:
    """What a body really names; the defaults of its model stand for nothing."""
    return wanted.model_dump(include=wanted.model_fields_set - set(without))


@bp.get("/inbox/crew", strict_slashes=False)
def show() -> ResponseReturnValue:
    me = admin()
    config: Config = current_app.extensions["roms.config"]
    boot = {
        "me": {"id": me.id, "name": me.name, "role": me.role, "language": me.language, "login": me.login},
        "agents": [],
        "csrf": generate_csrf(),
        "instance": config.instance,
    }
    return i18n.page("crew.html", part="crew", boot=boot)


# --- people --------------------------------------------------------------------------------------------------------


@bp.get("/api/people")
def people() -> ResponseReturnValue:
    admin()
    return {"people": crew_list.people(), "skills": crew_list.skills_in_use()}


@bp.post("/api/people")
def add_person() -> ResponseReturnValue:
    actor, new = admin(confirmed=True), body(NewPerson)
    newcomer = crew.Newcomer(new.login, new.name, new.role, new.language, new.password)
    user_id, password = crew.add(actor.id, newcomer)
    return {"person": crew_list.person(user_id), "password": password}, 201


@bp.get(PERSON)
def person(id_: int) -> ResponseReturnValue:
    admin()
    return {"person": crew_list.person(id_)}


@bp.patch(PERSON)
def change_person(id_: int) -> ResponseReturnValue:
    actor, wanted = admin(confirmed=True), body(ChangedPerson)
    given_back = crew.change(actor.id, id_, cast(crew.Change, given(wanted)))
    return {"person": crew_list.person(id_), "given_back": given_back}


@bp.post(f"{PERSON}/password")
def reset_password(id_: int) -> ResponseReturnValue:
    actor, wanted = admin(confirmed=True), body(NewPassword)
    return {"password": crew.reset_password(actor.id, id_, wanted.password)}


@bp.delete(f"{PERSON}/sessions")
def end_sessions(id_: int) -> ResponseReturnValue:
    return {"ended": crew.end_sessions(admin(confirmed=True).id, id_)}


@bp.post("/api/me/password")
def own_password() -> ResponseReturnValue:
    """Whoever was told a password by an admin makes one that nobody else knows."""
    wanted = body(OwnPassword)
    accounts.change_password(identity.actor(), wanted.old, wanted.password, request.remote_addr or "")
    return "", 204


# --- teams ---------------------------------------------------------------------------------------------------------


@bp.get("/api/teams")
def listing() -> ResponseReturnValue:
    admin()
    told = {"teams": crew_list.all_teams(), "unmade": crew_list.unmade()}
    return told | {"channels": crew_list.lines(), "hours": crew_list.hours()}


@bp.post("/api/teams")
def add_team() -> ResponseReturnValue:
    actor, new = admin(confirmed=True), body(NewTeam)
    return {"team": crew_list.team(teams.add(actor.id, new.key, new.name))}, 201


@bp.patch(TEAM)
def change_team(id_: int) -> ResponseReturnValue:
    actor, wanted = admin(confirmed=True), body(ChangedTeam)
    teams.change(actor.id, id_, cast(teams.Change, given(wanted, "sure")), wanted.sure)
    return {"team": crew_list.team(id_)}


@bp.route(f"{TEAM}/members/<int(max={LARGEST}):person_>", methods=["PUT", "DELETE"])
def member(id_: int, person_: int) -> ResponseReturnValue:
    teams.set_member(admin(confirmed=True).id, id_, person_, request.method == "PUT")
    return {"team": crew_list.team(id_)}


@bp.put(f"/api/channels/{ID}/team")
def default_team(id_: int) -> ResponseReturnValue:
    actor, wanted = admin(confirmed=True), body(DefaultTeam)
    teams.set_default(actor.id, id_, wanted.team)
    return {"channels": crew_list.lines()}
