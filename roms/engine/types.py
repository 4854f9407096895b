"""The words of every decision: modes, places, the session that is known, and what a decision comes to.

What happened is in events.py, what is to be done in effects.py. All are frozen values, so that a decision can be
stored, compared, replayed and explained.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple

from roms.engine.effects import Effect
from roms.engine.value import value

JSON = dict[str, Any]


class Mode(StrEnum):
    """Who answers: the flow, a person, nobody for now, nobody any more."""

    BOT = "BOT"
    AGENT = "AGENT"
    PAUSED = "PAUSED"
    CLOSED = "CLOSED"

    __hash__ = str.__hash__  # Enum's own is no quicker than a call, and every turn looks modes up


class Refused(Exception):
    """The lifecycle has no row for this event in this mode; nothing has changed."""

    def __init__(self, mode: Mode, event: str) -> None:
        super().__init__(f"{event} is not possible in mode {mode}")
        self.mode = mode
        self.event = event


class Place(NamedTuple):
    """A step of a flow."""

    flow: str
    step: str


@value
class Call:
    """A sub-flow under way: who called it, what the caller knew, and what of the sub-flow's variables it wants.

    `depth` is how many questions were to be come back to when it was called: those lie below it, later ones above.
    """

    place: Place
    variables: Mapping[str, Any]
    save: Mapping[str, str]  # the caller's name -> the sub-flow's
    depth: int = 0


@value
class Session:
    """What the engine knows of one conversation between two events.

    `clocks` counts, per kind of timer, how often that timer was set or let go: a timer that fires with an older
    number has been outlived and does nothing. `facts` (contact.*, channel.*, conversation.*) are handed in afresh at
    every event and never stored.
    """

    mode: Mode
    since: datetime  # UTC: when this mode began
    heard: datetime | None = None  # UTC: when the contact last wrote
    previous: Mode | None = None  # the mode that `to: previous` leads back to
    release: int = 0  # the release this talk began with; 0: not in a talk
    place: Place | None = None  # where the talk stands: a question that waits for its answer, or a wait
    asked_before: tuple[Place, ...] = ()  # questions to come back to after an interrupt with `return: true`
    misses: int = 0  # wrong answers to the waiting question
    epoch: int = 0  # raised whenever a person takes over; bot messages of an older epoch are never sent
    clocks: Mapping[str, int] = field(default_factory=dict)
    variables: Mapping[str, Any] = field(default_factory=dict)
    facts: Mapping[str, Any] = field(default_factory=dict)
    calls: tuple[Call, ...] = ()  # sub-flows to come back from, the innermost last
    arrived: Mapping[str, Any] | None = None  # what another system answered while the talk was elsewhere
    pending: tuple[str, ...] = ()  # messages of a burst that is not over: one turn will answer them
    pending_since: datetime | None = None  # UTC: when the first of them came
    until: datetime | None = None  # UTC: the end that somebody gave the pause
    closed_as: str = ""  # the reason that somebody gave for closing, until it is taken up again


@value
class Decision:
    """What the conversation becomes, and what must be done, in order."""

    session: Session
    effects: tuple[Effect, ...] = ()
    unmatched: bool = False  # neither words of a trigger nor an answer took what the contact wrote
    walked: tuple[Place, ...] = ()  # the steps entered, each as the very value that led there (see flow.Way)
    gathered: int = 1  # how many of the contact's latest messages this was the answer to
