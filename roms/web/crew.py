"""People and teams: a page and an API for admins. What changes anything wants the password of the last ten minutes."""

from __future__ import annotations

from typing import Annotated, cast

from flask import Blueprint, request
from flask.typing import ResponseReturnValue
from pydantic import BaseModel, Field

from roms.models import Policy, Role, Sees
from roms.services import accounts, crew, crew_list, teams
from roms.web import i18n, identity
from roms.web.bodies import LARGEST, Language, Number, Text, body
from roms.web.rights import ADMIN, SIGNED_IN, may
from roms.web.starting import boot

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


class Nothing(BaseModel):
    """The address says it all."""


class DefaultTeam(BaseModel):
    team: Number | None


def given(wanted: BaseModel, *without: str) -> dict[str, object]:
    """What a body really names; the defaults of its model stand for nothing."""
    return wanted.model_dump(include=wanted.model_fields_set - set(without))


@bp.get("/inbox/crew", strict_slashes=False)
@may(ADMIN)
def show() -> ResponseReturnValue:
    return i18n.page("crew.html", part="crew", boot=boot())


# --- people --------------------------------------------------------------------------------------------------------


@bp.get("/api/people")
@may(ADMIN)
def people() -> ResponseReturnValue:
    return {"people": crew_list.people(), "skills": crew_list.skills_in_use(), "changes": crew_list.changes()}


@bp.post("/api/people")
@may(ADMIN, confirmed=True)
def add_person() -> ResponseReturnValue:
    actor, new = identity.actor(), body(NewPerson)
    newcomer = crew.Newcomer(new.login, new.name, new.role, new.language, new.password)
    user_id, password = crew.add(actor.id, newcomer)
    return {"person": crew_list.person(user_id), "password": password}, 201


@bp.get(PERSON)
@may(ADMIN)
def opened(id_: int) -> ResponseReturnValue:
    return {"person": crew_list.person(id_)}


@bp.patch(PERSON)
@may(ADMIN, confirmed=True)
def change_person(id_: int) -> ResponseReturnValue:
    actor, wanted = identity.actor(), body(ChangedPerson)
    given_back = crew.change(actor.id, id_, cast(crew.Change, given(wanted)))
    return {"person": crew_list.person(id_), "given_back": given_back}


@bp.post(f"{PERSON}/password")
@may(ADMIN, confirmed=True)
def reset_password(id_: int) -> ResponseReturnValue:
    actor, wanted = identity.actor(), body(NewPassword)
    return {"password": crew.reset_password(actor.id, id_, wanted.password)}


@bp.delete(f"{PERSON}/sessions")
@may(ADMIN, confirmed=True)
def end_sessions(id_: int) -> ResponseReturnValue:
    return {"ended": crew.end_sessions(identity.actor().id, id_)}


@bp.post("/api/me/password")
@may(SIGNED_IN)
def own_password() -> ResponseReturnValue:
    """Whoever was told a password by an admin makes one that nobody else knows."""
    wanted = body(OwnPassword)
    accounts.change_password(identity.actor(), wanted.old, wanted.password, request.remote_addr or "")
    return "", 204


# --- teams ---------------------------------------------------------------------------------------------------------


@bp.get("/api/teams")
@may(ADMIN)
def listing() -> ResponseReturnValue:
    told = {"teams": crew_list.all_teams(), "unmade": crew_list.unmade()}
    return told | {"channels": crew_list.lines(), "hours": crew_list.hours()}


@bp.post("/api/teams")
@may(ADMIN, confirmed=True)
def add_team() -> ResponseReturnValue:
    actor, new = identity.actor(), body(NewTeam)
    return {"team": crew_list.team(teams.add(actor.id, new.key, new.name))}, 201


@bp.patch(TEAM)
@may(ADMIN, confirmed=True)
def change_team(id_: int) -> ResponseReturnValue:
    actor, wanted = identity.actor(), body(ChangedTeam)
    teams.change(actor.id, id_, cast(teams.Change, given(wanted, "sure")), wanted.sure)
    return {"team": crew_list.team(id_)}


@bp.route(f"{TEAM}/members/<int(max={LARGEST}):person>", methods=["PUT", "DELETE"])
@may(ADMIN, confirmed=True)
def member(id_: int, person: int) -> ResponseReturnValue:
    body(Nothing)
    teams.set_member(identity.actor().id, id_, person, request.method == "PUT")
    return {"team": crew_list.team(id_)}


@bp.put(f"/api/channels/{ID}/team")
@may(ADMIN, confirmed=True)
def default_team(id_: int) -> ResponseReturnValue:
    actor, wanted = identity.actor(), body(DefaultTeam)
    teams.set_default(actor.id, id_, wanted.team)
    return {"channels": crew_list.lines()}
