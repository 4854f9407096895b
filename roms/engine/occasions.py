"""What a trigger may wait for besides words: the moment itself; and on which channels, in which language."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Protocol

from roms.engine.hours import is_open
from roms.engine.scope import Evaluate, Scope
from roms.engine.types import Mode

LANGUAGES = ("id", "en")
CLOSED_BY_AGENT = "closed_by_agent"


class Moment(Scope, Protocol):
    """What must be known of a talk that a message may begin."""

    @property
    def heard(self) -> datetime | None: ...
    @property
    def mode(self) -> Mode: ...
    @property
    def previous(self) -> Mode | None: ...
    @property
    def since(self) -> datetime: ...


def _started(moment: Moment) -> bool:
    """The contact never wrote before."""
    return moment.heard is None


def _reopened(moment: Moment) -> bool:
    """The conversation was closed until this very message."""
    return moment.mode is Mode.CLOSED or (moment.previous is Mode.CLOSED and moment.since == moment.now)


def _outside_hours(moment: Moment) -> bool:
    return not is_open(moment.hours, moment.now)


OCCASIONS: dict[str, Callable[[Moment], bool]] = {
    "conversation_started": _started,
    "reopened": _reopened,
    "outside_hours": _outside_hours,
    CLOSED_BY_AGENT: lambda _: False,  # no message is that moment: the lifecycle's `survey` is
}


def limited(when: Evaluate | None, channels: frozenset[str], languages: frozenset[str]) -> Evaluate | None:
    """The condition of a trigger, with its limits; None where it has neither."""
    if not channels and not languages:
        return when

    def holds(scope: Scope) -> bool:
        return _heard_here(scope.facts, channels, languages) and (when is None or bool(when(scope)))

    return holds


def _heard_here(facts: Mapping[str, Any], channels: frozenset[str], languages: frozenset[str]) -> bool:
    channel, contact = facts.get("channel") or {}, facts.get("contact") or {}
    if channels and channels.isdisjoint(str(channel.get(part, "")).casefold() for part in ("kind", "name")):
        return False
    return not languages or contact.get("language", "id") in languages
