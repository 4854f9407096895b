"""Who may come in: passwords, sign-ins and the sessions they begin."""

from __future__ import annotations

import functools
import hashlib
import secrets
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import bindparam, delete, func, select, update

from roms import clock
from roms.db import db, serialize, transaction, writing
from roms.errors import ConfirmPassword, Invalid, NotFound, NotSignedIn, TooMany
from roms.models import LoginAttempt, LoginSession, Role, Sees, Team, TeamMember, User
from roms.services.actors import Actor

if TYPE_CHECKING:
    from argon2 import PasswordHasher

IDLE = timedelta(hours=12)
ABSOLUTE = timedelta(days=7)
SEEN_EVERY = timedelta(minutes=1)  # how exactly we remember when a session was last used
WINDOW = timedelta(minutes=15)
TRIES = 5  # failed ones per login name and per address within WINDOW
SHORTEST_PASSWORD, LONGEST_PASSWORD = 10, 1000
CONFIRMED_FOR = timedelta(minutes=10)  # so long a password given is proof enough for what is dangerous

# The hash of nobody's password: an unknown login costs the same time as a known one.
NOBODY = "$argon2id$v=19$m=19456,t=2,p=1$U8q37jXQSyYLZspucfzdmQ$kUzatZC0YVuBQ9+xbSbOX8z163PSwVHqbevpv+sIjEo"


class WrongPassword(NotSignedIn):
    """That login and password do not belong together."""

    code = "wrong_password"


@functools.cache
def hasher() -> PasswordHasher:
    """OWASP's second profile for argon2id: 19 MiB, two passes, one lane."""
    from argon2 import PasswordHasher  # the ticker and the workers never need it

    return PasswordHasher(time_cost=2, memory_cost=19456, parallelism=1)


def hash_token(token: str) -> str:
    """What the database keeps of a secret of 256 random bits: such a one needs no slow hash."""
    return hashlib.sha256(token.encode()).hexdigest()


# --- signing in and out ------------------------------------------------------------------------------------------


def sign_in(login: str, password: str, address: str = "", browser: str = "") -> tuple[str, Actor]:
    """A new session's token and whose it is; WrongPassword, or TooMany before any hash is computed.

    Three steps, not one transaction: the try is counted and committed before the slow hash is computed, so that
    guesses made side by side are counted too and the database is not held meanwhile.
    """
    login = login.strip().lower()[:120]
    tries = _count_try(login, address)
    user = db.session.scalar(select(User).filter_by(login=login, is_active=True))
    if not _matches(user.password_hash if user else NOBODY, password) or user is None:
        raise WrongPassword
    return _begin_session(user.id, password, tries, address, browser)


def _matches(password_hash: str, password: str) -> bool:
    from argon2.exceptions import InvalidHashError, VerificationError

    try:
        return hasher().verify(password_hash, password[:LONGEST_PASSWORD])
    except (VerificationError, InvalidHashError):
        return False


@transaction()
def _count_try(login: str, address: str) -> list[int]:
    """Count this try as failed until it has succeeded; the ids of its rows."""
    serialize("sign-in")
    now = clock.now()
    db.session.execute(delete(LoginAttempt).where(LoginAttempt.at <= now - WINDOW))
    keys = [f"login:{login}", f"address:{address}"]
    count = select(LoginAttempt.key, func.count(), func.min(LoginAttempt.at)).where(LoginAttempt.key.in_(keys))
    for _key, tried, first in db.session.execute(count.group_by(LoginAttempt.key)):
        if tried >= TRIES:
            raise TooMany(retry_after=_seconds_until(first + WINDOW, now))
    rows = [LoginAttempt(key=key, at=now) for key in keys]
    db.session.add_all(rows)
    db.session.flush()
    return [row.id for row in rows]


def _seconds_until(moment: datetime, now: datetime) -> int:
    return max(1, int((moment - now).total_seconds()) + 1)


@transaction()
def _begin_session(user_id: int, password: str, tries: list[int], address: str, browser: str) -> tuple[str, Actor]:
    now, token = clock.now(), secrets.token_urlsafe(32)
    user = db.session.scalars(select(User).filter_by(id=user_id).with_for_update()).one()
    if hasher().check_needs_rehash(user.password_hash):
        user.password_hash = hasher().hash(password)
    mine = LoginAttempt.id.in_(tries) | (LoginAttempt.key == f"login:{user.login}")
    db.session.execute(delete(LoginAttempt).where(mine))
    db.session.execute(delete(LoginSession).where(LoginSession.created_at <= now - ABSOLUTE))
    session = LoginSession(token_hash=hash_token(token), user_id=user.id, created_at=now, seen_at=now)
    session.confirmed_at = now
    session.address, session.browser = address[:64], browser[:200]
    db.session.add(session)
    db.session.flush()
    return token, actor_for(user, session.id)


@transaction()
def sign_out(session_id: int) -> None:
    db.session.execute(delete(LoginSession).filter_by(id=session_id))


# --- sessions ----------------------------------------------------------------------------------------------------

# Conditions on a session, joined with its owner, under which it lets somebody in; to be asked with `since`.
ALIVE = (
    User.is_active.is_(True),
    LoginSession.seen_at > bindparam("idle_since"),
    LoginSession.created_at > bindparam("begun_since"),
)
# Put together once: every request asks this.
OF_TOKEN = (
    select(User, LoginSession.id, LoginSession.seen_at)
    .join(LoginSession, LoginSession.user_id == User.id)
    .where(LoginSession.token_hash == bindparam("token_hash"), *ALIVE)
)


def actor_of(token: str) -> Actor | None:
    """Whose session this token is; None when it is nobody's, has ended, or its owner may not come in any more."""
    now = clock.now()
    found = db.session.execute(OF_TOKEN, since(now) | {"token_hash": hash_token(token)}).first()
    if found is None:
        return None
    user, session_id, seen_at = found
    actor = actor_for(user, session_id)
    if now - seen_at > SEEN_EVERY:
        _touch(session_id, now)
    return actor


def living(session_ids: Collection[int]) -> dict[int, Actor]:
    """Whose these sessions are, with what they may see now, where they still stand: for all sockets of a process."""
    query = select(User, LoginSession.id).join(LoginSession, LoginSession.user_id == User.id)
    rows = db.session.execute(query.where(LoginSession.id.in_(session_ids), *ALIVE), since(clock.now())).all()
    teams = _teams({user.id for user, _session in rows if _asks_teams(user)})
    return {session: _actor(user, session, teams.get(user.id, frozenset())) for user, session in rows}


def since(now: datetime) -> dict[str, datetime]:
    """The values with which ALIVE is asked."""
    return {"idle_since": now - IDLE, "begun_since": now - ABSOLUTE}


@transaction()
def _touch(session_id: int, now: datetime) -> None:
    db.session.execute(update(LoginSession).filter_by(id=session_id).values(seen_at=now))


def actor_for(user: User, session_id: int = 0) -> Actor:
    """This person, as somebody who acts."""
    teams = _teams({user.id}) if _asks_teams(user) else {}
    return _actor(user, session_id, teams.get(user.id, frozenset()))


def _actor(user: User, session_id: int, teams: frozenset[str]) -> Actor:
    who = (user.id, user.name, user.login, user.role, user.language, session_id)
    return Actor(*who, user.sees, teams, user.sees_numbers)


def _asks_teams(user: User) -> bool:
    return user.role is Role.AGENT and user.sees is Sees.TEAM


def _teams(people: Collection[int]) -> dict[int, frozenset[str]]:
    """The keys of the teams that each of them is in."""
    if not people:
        return {}
    found = select(TeamMember.user_id, Team.key).join(Team, Team.id == TeamMember.team_id)
    keys: dict[int, set[str]] = {}
    for row in db.session.execute(found.where(TeamMember.user_id.in_(people))):
        keys.setdefault(row.user_id, set()).add(row.key)
    return {user: frozenset(found) for user, found in keys.items()}


# --- proving it again --------------------------------------------------------------------------------------------


def confirm(actor: Actor, password: str, address: str = "") -> None:
    """The person at this browser is still its owner; WrongPassword or TooMany as when signing in."""
    tries = _count_try(actor.login, address)
    password_hash = db.session.scalar(select(User.password_hash).filter_by(id=actor.id, is_active=True))
    if not _matches(password_hash or NOBODY, password) or password_hash is None:
        raise WrongPassword
    with writing():
        db.session.execute(delete(LoginAttempt).where(LoginAttempt.id.in_(tries)))
        db.session.execute(update(LoginSession).filter_by(id=actor.session_id).values(confirmed_at=clock.now()))


def need_confirmed(actor: Actor) -> None:
    """ConfirmPassword unless the password was given in this browser a short while ago."""
    confirmed_at = db.session.scalar(select(LoginSession.confirmed_at).filter_by(id=actor.session_id))
    if confirmed_at is None or clock.now() - confirmed_at > CONFIRMED_FOR:
        raise ConfirmPassword


# --- people ------------------------------------------------------------------------------------------------------


def id_of(login: str) -> int:
    """The person with this login; NotFound when there is none."""
    found = db.session.scalar(select(User.id).filter_by(login=login.strip().lower()))
    if found is None:
        raise NotFound(f"nobody has the login {login!r}")
    return found


def hashed(password: str, login: str) -> str:
    """A password that somebody chose, as it is kept; Invalid for one that is guessed too soon."""
    if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD or login in password.lower():
        told = f"password: at least {SHORTEST_PASSWORD} characters, and without the login in it"
        raise Invalid(told, field="password", problem="weak")
    return hasher().hash(password)


def change_password(actor: Actor, old: str, new: str, address: str = "") -> None:
    """Give oneself another password; every other browser is signed out. WrongPassword, TooMany as when signing in."""
    password_hash = hashed(new, actor.login)
    confirm(actor, old, address)
    with writing():
        _locked(actor.id).password_hash = password_hash
        others = LoginSession.user_id == actor.id, LoginSession.id != actor.session_id
        db.session.execute(delete(LoginSession).where(*others))


def set_password(user_id: int, password: str) -> None:
    """Change a password and end all sessions of its owner, on every device."""
    password_hash = hasher().hash(password)
    with writing():
        _locked(user_id).password_hash = password_hash
        _end_sessions(user_id)


@transaction()
def set_language(actor: Actor, language: str) -> None:
    _locked(actor.id).language = language


def _locked(user_id: int) -> User:
    user = db.session.scalars(select(User).filter_by(id=user_id).with_for_update()).one_or_none()
    if user is None:
        raise NotFound("there is no such person")
    return user


def _end_sessions(user_id: int) -> None:
    db.session.execute(delete(LoginSession).filter_by(user_id=user_id))
