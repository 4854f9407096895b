"""Where a person may let the bot go on: the beginnings of flows, and their questions, if what is known is enough."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from roms.engine.effects import SendMessage
from roms.engine.events import Released
from roms.engine.flow import Question, Release, Step, Subflow
from roms.engine.lifecycle import decide
from roms.engine.types import Decision, Mode, Place, Refused, Session

NOBODY = 0


@dataclass(frozen=True, slots=True)
class Entrance:
    """A step the bot can go on at, what its flow is called, and what would be said first."""

    place: Place
    flow: str
    says: str
    is_beginning: bool  # of its flow


def entrances(release: Release, session: Session, now: datetime, language: str) -> list[Entrance]:
    """In the order of the files, the beginning of all first. `language` is that of whoever chooses."""
    found = [each for place in _places(release) if (each := _tried(release, session, now, place, language))]
    start = release.triggers.beginning
    return sorted(found, key=lambda each: each.place != start)


def _places(release: Release) -> Iterator[Place]:
    """A flow that only others call gives its answer to whoever called it: it is no place to begin at."""
    begun = release.triggers.targets
    called = {step.control.to.flow for step in release.steps.values() if isinstance(step.control, Subflow)}
    called -= {place.flow for place in begun}
    for place, step in release.steps.items():
        if place in begun or (isinstance(step.control, Question) and place.flow not in called):
            yield place


def _tried(release: Release, session: Session, now: datetime, place: Place, language: str) -> Entrance | None:
    """None where it would come to nothing: a person would have it again, or something that is read is unknown."""
    try:
        decision = decide(release, session, Released(NOBODY, f"{place.flow}.{place.step}"), now)
    except Refused:
        return None
    said = [effect.prompt or effect.text for effect in decision.effects if isinstance(effect, SendMessage)]
    if decision.session.mode is not Mode.BOT or not said or not _is_known(release, session, decision):
        return None
    title = release.titles.get(place.flow)
    name = title.by_language.get(language, title.fallback).source if title else place.flow
    return Entrance(place, name, said[-1] if _asks(release, place) else said[0], place in release.triggers.targets)


def _asks(release: Release, place: Place) -> bool:
    step: Step = release.steps[place]
    return isinstance(step.control, Question)


def _is_known(release: Release, session: Session, decision: Decision) -> bool:
    """Whether every step on the way has what it reads."""
    known = set(session.variables)
    for place in decision.walked:
        if not release.needs.get(place, frozenset()) <= known:
            return False
        known |= {name for name, _ in release.steps[place].sets}
    return True
