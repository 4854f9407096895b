"""What a new instance needs before its first message: channels, a release, and in a trial some people."""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from flask import current_app
from sqlalchemy import func, select

from roms import clock
from roms.config import Config
from roms.db import db, transaction
from roms.models import Role, User
from roms.services import accounts, channels

TRIAL_PEOPLE = (
    ("Admin", "admin", Role.ADMIN),
    ("Ani Lestari", "ani", Role.AGENT),
    ("Budi Hartono", "budi", Role.AGENT),
)


@dataclass(frozen=True, slots=True)
class NewPerson:
    """A login that was just made; the password is nowhere else but here and, hashed, in the database."""

    role: str
    name: str
    login: str
    password: str


@transaction()
def prepare() -> list[NewPerson]:
    """Have the channels there; in a trial with nobody in it, an admin and two agents."""
    channels.ensure()
    config: Config = current_app.extensions["roms.config"]
    if not config.is_trial or db.session.scalar(select(func.count()).select_from(User)):
        return []
    made = [NewPerson(role.value, name, login, secrets.token_urlsafe(9)) for name, login, role in TRIAL_PEOPLE]
    for person in made:
        row = User(login=person.login, name=person.name, role=Role(person.role), created_at=clock.now())
        row.password_hash = accounts.hasher().hash(person.password)
        db.session.add(row)
    return made
