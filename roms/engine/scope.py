"""What an expression or a text may read: the flow's own variables, the facts, the message. Nothing else exists."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Protocol

from roms.engine import hours, teams

FACTS: dict[str, tuple[str, ...]] = {  # and what each of them has
    "contact": ("name", "first_name", "phone", "language", "labels"),
    "channel": ("kind", "name"),
    "conversation": ("priority", "labels"),
    "hours": tuple(hours.FACTS),
    "teams": (),  # of each team the same as of the hours: `teams.sales.open`
}
LEARNED = ("contact.language", "contact.name")  # what a flow may set of the contact
LIFECYCLE = ("closed_for", "only_thanks")  # what only a `when` of the lifecycle may read


class Broken(Exception):
    """A flow asks for what cannot be done; the contact gets a person instead."""


class Scope(Protocol):
    """Where names are looked up."""

    @property
    def variables(self) -> Mapping[str, Any]: ...
    @property
    def facts(self) -> Mapping[str, Any]: ...
    @property
    def message(self) -> Mapping[str, Any]: ...
    @property
    def lifecycle(self) -> Mapping[str, Any]: ...
    @property
    def now(self) -> datetime: ...
    @property
    def hours(self) -> hours.Hours: ...


Evaluate = Callable[[Scope], Any]


def reader(name: str) -> Evaluate:
    """A function that looks `name` up; a missing value is None. Only mappings are entered, never an object."""
    root, *parts = name.split(".")
    if root in LIFECYCLE:
        return lambda scope: scope.lifecycle.get(root)
    if root == "now":
        return _now
    if root == "message":
        return lambda scope: _inside(scope.message, parts)
    if root == "hours":
        return _hours(".".join(parts))
    if root == "teams":
        return _teams(*parts) if len(parts) == 2 else lambda _: None
    if root in FACTS:
        return lambda scope: _inside(scope.facts, [root, *parts])
    if parts:
        return lambda scope: _inside(scope.variables, [root, *parts])
    return lambda scope: scope.variables.get(root)


def _now(scope: Scope) -> str:
    """The time on the wall as text, so that it compares with the dates that contacts answer."""
    from roms.engine.moments import local, written  # it stands on this module

    return written(local(scope.now, scope.hours.zone))


def _hours(part: str) -> Evaluate:
    """Reckoned when it is read, and only then."""
    reckon = hours.FACTS.get(part)
    return (lambda scope: reckon(scope.hours, scope.now)) if reckon else lambda _: None


def _teams(team: str, part: str) -> Evaluate:
    """The same, by the hours of a team; by the release's, where it has none of its own."""
    reckon = hours.FACTS.get(part)
    if reckon is None:
        return lambda _: None
    return lambda scope: reckon(teams.rota(scope.facts, team).hours or scope.hours, scope.now)


def _inside(value: Any, parts: list[str]) -> Any:
    for part in parts:
        if type(value) is not dict and not isinstance(value, Mapping):
            return None
        value = value.get(part)
    return value


def is_number(value: object) -> bool:
    """True and false are no numbers here."""
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def shown(value: object) -> str:
    """A value as a contact reads it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value) if isinstance(value, (str, int, float)) else ""
