"""What a new instance needs before its first message: channels, a release, and in a trial a crew."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import current_app
from sqlalchemy import func, select, update

from roms import clock
from roms.config import Config
from roms.db import db, insert_all, insert_once, table, transaction
from roms.models import Channel, Policy, Role, Sees, Team, TeamMember, User, UserSkill
from roms.services import accounts, channels, hours

# Those who come later leave the first three, and what is handed to their team, as they are.
TRIAL_PEOPLE = (
    ("Admin", "admin", Role.ADMIN),
    ("Ani Lestari", "ani", Role.AGENT),
    ("Budi Hartono", "budi", Role.AGENT),
    ("Citra Maharani", "citra", Role.AGENT),
    ("Dimas Prakoso", "dimas", Role.AGENT),
    ("Sari Wulandari", "sari", Role.SUPERVISOR),
)
TRIAL_TEAMS = (
    ("sales", "Penjualan", Policy.ROUND_ROBIN, ("ani", "budi")),
    ("care", "Layanan pelanggan", Policy.LEAST_LOADED, ("citra", "dimas")),
)
DEFAULT_TEAM = "sales"  # of every channel: where a flow names none
SKILLS = {"ani": ("en", "id"), "budi": ("id",), "citra": ("billing", "en", "id"), "dimas": ("id", "technical")}
LIMITS: Mapping[str, Mapping[str, Any]] = {
    "citra": {"capacity": 6, "sees": Sees.TEAM},
    "dimas": {"capacity": 4, "sees": Sees.OWN, "sees_numbers": False},
}


@dataclass(frozen=True, slots=True)
class NewPerson:
    """A login that was just made; the password is nowhere else but here and, hashed, in the database."""

    role: str
    name: str
    login: str
    password: str


@transaction()
def prepare() -> list[NewPerson]:
    """Have the channels there; in a trial with nobody in it, a crew: people, their skills and limits, and teams."""
    channels.ensure()
    config: Config = current_app.extensions["roms.config"]
    if not config.is_trial or db.session.scalar(select(func.count()).select_from(User)):
        return []
    made = [NewPerson(role.value, name, login, secrets.token_urlsafe(9)) for name, login, role in TRIAL_PEOPLE]
    ids = {person.login: _enter(person) for person in made}
    skills = [{"user_id": ids[login], "skill": skill} for login, some in SKILLS.items() for skill in some]
    insert_all(table(UserSkill), skills)
    for key, name, policy, logins in TRIAL_TEAMS:
        team_id = _team(key, name, policy)
        insert_all(table(TeamMember), [{"team_id": team_id, "user_id": ids[login]} for login in logins])
        if key == DEFAULT_TEAM:
            db.session.execute(update(Channel).values(default_team_id=team_id))
    hours.written(clock.now())
    return made


def _enter(person: NewPerson) -> int:
    row = User(login=person.login, name=person.name, role=Role(person.role), created_at=clock.now())
    row.password_hash = accounts.hasher().hash(person.password)
    for column, value in LIMITS.get(person.login, {}).items():
        setattr(row, column, value)
    db.session.add(row)
    db.session.flush()
    return row.id


def _team(key: str, name: str, policy: Policy) -> int:
    """The team of this key; one that is there already, with hours perhaps, stays as it is."""
    values = {"key": key, "name": name, "policy": policy, "is_active": True, "created_at": clock.now()}
    made = insert_once(table(Team), values, "key")
    found = made or db.session.scalars(select(Team.id).filter_by(key=key)).one()
    return int(found)
