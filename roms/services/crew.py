"""Our people as admins make and change them. The last admin stays one, whoever asks and however many at once."""

from __future__ import annotations

import json
import logging
import re
import secrets
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypedDict, cast

from sqlalchemy import delete, exists, insert, select
from sqlalchemy.exc import IntegrityError

from roms import clock
from roms.db import db, serialize, table, transaction, writing
from roms.engine.events import AgentFound
from roms.engine.types import JSON, Mode
from roms.errors import Invalid, LastAdmin, NotAllowed, NotFound
from roms.models import Conversation, CrewEvent, LoginSession, Role, Sees, User, UserSkill
from roms.services import accounts, assignment, channels
from roms.services.runner import advance
from roms.services.scene import finish, scene_of

log = logging.getLogger(__name__)

LOGIN = re.compile(r"[a-z0-9][a-z0-9._@+-]{1,119}")
LONGEST_NAME, LONGEST_SKILL, MOST_SKILLS, MOST_AT_ONCE = 120, 60, 30, 1000
WITH_PEOPLE = (Mode.AGENT, Mode.PAUSED)
LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # none that is read for another; twelve of them are 59 bits


class Change(TypedDict, total=False):
    """What is to become of somebody; what is not named stays as it is."""

    name: str
    role: Role
    language: str
    capacity: int | None
    skills: list[str]
    sees: Sees
    sees_numbers: bool
    is_active: bool


@dataclass(frozen=True, slots=True)
class Newcomer:
    """Who is to come in. Without a password of the admin's choice we make one."""

    login: str
    name: str
    role: Role = Role.AGENT
    language: str = "id"
    password: str = ""


def add(by: int | None, new: Newcomer) -> tuple[int, str]:
    """Let somebody in from now on: the id, and the password, which is told this once."""
    login, name = new.login.strip().lower(), named(new.name)
    if not LOGIN.fullmatch(login):
        raise Invalid("login: letters, digits and . _ @ + - only", field="login", problem="shape")
    password = new.password or made_up()
    password_hash = accounts.hashed(password, login)
    try:
        with changing(by):
            row = User(login=login, name=name, role=new.role, language=new.language, password_hash=password_hash)
            row.created_at = clock.now()
            db.session.add(row)
            db.session.flush()
            remember(by, "person_added", person=row.id, role=new.role.value)
            return row.id, password
    except IntegrityError as error:
        raise Invalid("login: somebody has it already", field="login", problem="taken") from error


def change(by: int | None, user_id: int, wanted: Change) -> int:
    """Change somebody. With another role they sign in anew everywhere; who is deactivated is out, and gives back what
    is open: how many."""
    with changing(by):
        serialize("assignment")  # nobody is given anything while it is decided whether he still may be
        row = _locked(user_id)
        before = _shown(row)
        _put(row, wanted)
        if before["role"] == Role.ADMIN and before["is_active"]:
            _keep_an_admin(row)
        if not row.is_active or row.role.value != before["role"]:
            db.session.execute(delete(LoginSession).filter_by(user_id=user_id))
        after = _shown(row)
        if changes := {name: [before[name], after[name]] for name in after if after[name] != before[name]}:
            remember(by, "person_changed", person=user_id, **changes)
    return _give_back(by, user_id) if wanted.get("is_active") is False else 0


def reset_password(by: int | None, user_id: int, password: str = "") -> str:
    """A new password, told this once; every browser of theirs is signed out."""
    login = db.session.scalar(select(User.login).filter_by(id=user_id))
    if login is None:
        raise NotFound("there is no such person")
    password = password or made_up()
    password_hash = accounts.hashed(password, login)
    with changing(by):
        _locked(user_id).password_hash = password_hash
        db.session.execute(delete(LoginSession).filter_by(user_id=user_id))
        remember(by, "password_reset", person=user_id)
    return password


def end_sessions(by: int | None, user_id: int) -> int:
    """Sign somebody out everywhere; of how many browsers."""
    with changing(by):
        _locked(user_id)
        ended = cast(Any, db.session.execute(delete(LoginSession).filter_by(user_id=user_id))).rowcount
        remember(by, "sessions_ended", person=user_id, count=ended)
        return int(ended)


# --- the rules -----------------------------------------------------------------------------------------------------


@contextmanager
def changing(by: int | None) -> Iterator[None]:
    """One change of our people at a time, by somebody who is an admin at that moment (None: by a shell)."""
    with writing():
        serialize("people")
        admin = exists().where(User.id == by, User.role == Role.ADMIN, User.is_active)
        if by is not None and not db.session.scalar(select(admin)):
            raise NotAllowed("people and teams are for admins")
        yield


def _locked(user_id: int) -> User:
    afresh = select(User).filter_by(id=user_id).with_for_update().execution_options(populate_existing=True)
    row = db.session.scalars(afresh).one_or_none()
    if row is None:
        raise NotFound("there is no such person")
    return row


def _put(row: User, wanted: Change) -> None:
    capacity = wanted.get("capacity")
    if capacity is not None and not 0 < capacity <= MOST_AT_ONCE:
        raise Invalid(f"capacity: 1 to {MOST_AT_ONCE}, or none", field="capacity", problem="shape")
    given: dict[str, Any] = dict(wanted)
    if "name" in given:
        given["name"] = named(given["name"])
    for name in ("name", "role", "language", "capacity", "sees", "sees_numbers", "is_active"):
        if name in given:
            setattr(row, name, given[name])
    if "skills" in wanted:
        _set_skills(row.id, normal_skills(wanted["skills"]))
    db.session.flush()


def _keep_an_admin(row: User) -> None:
    others = exists().where(User.id != row.id, User.role == Role.ADMIN, User.is_active)
    if (row.role is not Role.ADMIN or not row.is_active) and not db.session.scalar(select(others)):
        raise LastAdmin


def _set_skills(user_id: int, skills: list[str]) -> None:
    db.session.execute(delete(UserSkill).filter_by(user_id=user_id))
    if skills:
        db.session.execute(insert(table(UserSkill)), [{"user_id": user_id, "skill": skill} for skill in skills])


def normal_skills(skills: Collection[str]) -> list[str]:
    """Each once, in lower case without spaces around it: as it is compared with what a flow asks for."""
    found = sorted({" ".join(skill.split()).lower() for skill in skills} - {""})
    if len(found) > MOST_SKILLS or any(len(skill) > LONGEST_SKILL for skill in found):
        told = f"skills: at most {MOST_SKILLS} of {LONGEST_SKILL} letters"
        raise Invalid(told, field="skills", problem="shape")
    return found


def named(name: str) -> str:
    """A name as it is kept; Invalid for none, or one that is too long."""
    name = " ".join(name.split())
    if not 0 < len(name) <= LONGEST_NAME or not name.isprintable():
        told = f"name: 1 to {LONGEST_NAME} characters"
        raise Invalid(told, field="name", problem="shape" if name else "missing")
    return name


def made_up() -> str:
    """A password to tell somebody once."""
    return "-".join("".join(secrets.choice(LETTERS) for _ in range(4)) for _ in range(3))


# --- what is written down -------------------------------------------------------------------------------------------


def _shown(row: User) -> JSON:
    """What a change is told by. A name is a person's own: only that it changed."""
    skills = list(db.session.scalars(select(UserSkill.skill).filter_by(user_id=row.id).order_by(UserSkill.skill)))
    plain = {name: getattr(row, name) for name in ("language", "capacity", "sees_numbers", "is_active")}
    words = {"role": row.role.value, "sees": row.sees.value, "skills": skills}
    return {**plain, **words, "name": accounts.hash_token(row.name)[:8]}


def remember(by: int | None, event: str, **data: Any) -> None:
    """A row that admins read and a line of the log for each change of people and teams, within the caller's
    transaction: when, who (0: a shell), what. No names of people, no passwords."""
    db.session.add(CrewEvent(event=event, data=data, user_id=by, at=clock.now()))
    told = {"event": event, "by": by or 0, "at": clock.now().isoformat(), **data}
    log.warning("crew %s", json.dumps(told, ensure_ascii=False))


# --- conversations of somebody who leaves ---------------------------------------------------------------------------


def _give_back(by: int | None, user_id: int) -> int:
    """What this person had goes to others, one conversation after the other; how many. Safe to do again."""
    held = Conversation.assignee_id == user_id, Conversation.mode.in_(WITH_PEOPLE)
    ids = db.session.scalars(select(Conversation.id).where(*held).order_by(Conversation.id)).all()
    return sum(_give_one_back(by, user_id, id_) for id_ in ids)


@transaction()
def _give_one_back(by: int | None, user_id: int, conversation_id: int) -> bool:
    conversation = Conversation.locked(Conversation.id == conversation_id)
    if conversation is None or conversation.assignee_id != user_id or conversation.mode not in WITH_PEOPLE:
        return False
    scene = scene_of(conversation, channels.line(conversation.channel_id), clock.now(), by)
    if conversation.mode is Mode.PAUSED:
        assignment.to_nobody(scene)  # who is next is asked when the pause is over
    elif assignment.give_back(scene):
        advance(scene, AgentFound())
    finish(scene)
    return True
