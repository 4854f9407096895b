"""Who makes this request: the token in the cookie, looked up once."""

from __future__ import annotations

from flask import Response, current_app, request

from roms.config import Config
from roms.errors import NotSignedIn
from roms.services import accounts
from roms.services.actors import Actor

KNOWN = "roms.actor"  # kept with the request, not in `g`: that may outlive it, in tests and commands


def actor_if_any() -> Actor | None:
    """The signed-in person, or None."""
    if KNOWN not in request.environ:
        token = request.cookies.get(cookie_name(), "")
        request.environ[KNOWN] = accounts.actor_of(token) if token else None
    return known()


def known() -> Actor | None:
    """The same, without asking the database: None also when nobody has looked yet."""
    found: Actor | None = request.environ.get(KNOWN)
    return found


def actor() -> Actor:
    """The signed-in person; NotSignedIn for everybody else."""
    found = actor_if_any()
    if found is None:
        raise NotSignedIn
    return found


def require_actor() -> None:
    """For a blueprint's before_request: all of it is for signed-in people."""
    actor()


def cookie_name() -> str:
    """With the prefix the browser itself sees to Secure, Path=/ and that no neighbouring host set it."""
    return "__Host-roms" if _config().is_https else "roms"


def remember(answer: Response, token: str) -> Response:
    """Put a new session's token into the browser."""
    age = int(accounts.ABSOLUTE.total_seconds())
    answer.set_cookie(cookie_name(), token, max_age=age, secure=_config().is_https, httponly=True, samesite="Lax")
    return answer


def forget(answer: Response) -> Response:
    answer.delete_cookie(cookie_name(), secure=_config().is_https, httponly=True, samesite="Lax")
    return answer


def _config() -> Config:
    config: Config = current_app.extensions["roms.config"]
    return config
