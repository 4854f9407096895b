"""Who may do what: every route says so itself, beside its address, and the application does not start if one does not.

    @bp.post("/api/teams")
    @may(ADMIN, confirmed=True)
    def add() -> ResponseReturnValue: ...

The role is asked for here, before the view; which conversations somebody may see is the rule of services/access.py. For
a new route: declare it, give it a line in tests/web/matrix.py, and write docs/operations.md anew with
`python -m tools.rights`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeVar

from flask import Flask, current_app, request

from roms.errors import NotAllowed, NotFound, NotSignedIn
from roms.services import accounts
from roms.services.actors import Actor
from roms.web import identity

V = TypeVar("V", bound=Callable[..., Any])


class Who(StrEnum):
    """From everybody to the few; the first five are looked at by the view itself."""

    ANYONE = "anyone"
    PROVIDER = "a provider with its secret"
    VISITOR = "a visitor with the token of their chat"
    TICKET = "whoever holds a ticket"
    COLLECTOR = "a collector on this machine"
    SIGNED_IN = "everybody who is signed in"
    SUPERVISOR = "supervisors and admins"
    ADMIN = "admins"


ANYONE, PROVIDER, VISITOR, TICKET, COLLECTOR, SIGNED_IN, SUPERVISOR, ADMIN = Who
BY_THE_VIEW = (ANYONE, PROVIDER, VISITOR, TICKET, COLLECTOR)


@dataclass(frozen=True, slots=True)
class Right:
    """confirmed: who has given the password in the last ten minutes. quietly: strangers are not asked to sign in but
    told that there is nothing."""

    who: Who
    confirmed: bool = False
    quietly: bool = False

    @property
    def told(self) -> str:
        return self.who + (", with the password given in the last ten minutes" if self.confirmed else "")


DECLARED = "roms_right"
OF_FLASK: Mapping[str, Right] = {"static": Right(ANYONE)}


def may(who: Who, *, confirmed: bool = False, quietly: bool = False) -> Callable[[V], V]:
    """Declare who may ask for this view; stands below the route's own decorator."""

    def declare(view: V) -> V:
        setattr(view, DECLARED, Right(who, confirmed, quietly))
        return view

    return declare


def init_app(app: Flask) -> None:
    """Look at every request that has found its view, after what guards against forged ones."""
    app.before_request(enforce)


def complete(app: Flask) -> None:
    """Refuse to start with a route that says nothing; to be called when all of them are there."""
    silent = sorted({rule.rule for rule in app.url_map.iter_rules() if of(app, rule.endpoint) is None})
    if silent:
        raise RuntimeError(f"nobody is said to be allowed to ask for {', '.join(silent)}: see roms/web/rights.py")


def of(app: Flask, endpoint: str) -> Right | None:
    found: Right | None = getattr(app.view_functions.get(endpoint), DECLARED, None) or OF_FLASK.get(endpoint)
    return found


def enforce() -> None:
    if request.endpoint is None:
        return  # there is no such address, or not with this method
    right = of(current_app, request.endpoint)
    if right is None:
        raise NotAllowed
    if right.who not in BY_THE_VIEW:
        _check(right, identity.actor_if_any())


def _check(right: Right, actor: Actor | None) -> None:
    if actor is None:
        raise NotFound if right.quietly else NotSignedIn
    if not _is_one(right.who, actor):
        raise NotAllowed(f"this is for {right.who}")
    if right.confirmed:
        accounts.need_confirmed(actor)


def _is_one(who: Who, actor: Actor) -> bool:
    if who is ADMIN:
        return actor.is_admin
    return who is SIGNED_IN or actor.is_supervisor
