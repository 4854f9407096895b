"""One decision in the making: the session taken apart, changed step by step, and put together again at the end."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from roms.engine.effects import CancelUnsent, Effect, Option, SendMessage, StartTimer, Why
from roms.engine.events import Event, MessageReceived
from roms.engine.flow import Handoff, Release, Step
from roms.engine.hours import Hours
from roms.engine.sayings import Sayable
from roms.engine.scope import Broken
from roms.engine.thanks import only_thanks
from roms.engine.types import Call, Mode, Place, Session

MOST_STEPS = 100
MOST_MESSAGES = 10
LONGEST_MESSAGE = 4096


class Runaway(Broken):
    """A flow that walks or talks without end."""


@dataclass(slots=True, init=False)
class Turn:
    """Also the scope that expressions and texts read from (`variables`, `facts`, `message`, `lifecycle`)."""

    release: Release
    event: Event
    now: datetime
    language: str
    mode: Mode
    since: datetime
    heard: datetime | None
    previous: Mode | None
    pinned: int
    place: Place | None
    asked_before: tuple[Place, ...]
    misses: int
    epoch: int
    clocks: Mapping[str, int]
    variables: dict[str, Any]
    facts: Mapping[str, Any]
    calls: tuple[Call, ...]
    arrived: Mapping[str, Any] | None
    pending: tuple[str, ...]
    pending_since: datetime | None
    until: datetime | None
    closed_as: str
    effects: list[Effect]
    walked: list[Place]  # the steps entered, in order
    messages: int
    unmatched: bool
    step: Step | None  # where the walk is, for "why" and for notes
    rule: str  # what led here
    burst: str  # how many messages this turn answers, where it is not one
    gathered: int  # the same as a number
    outcome: str  # the event that the flow itself caused: handoff_requested or closed
    handoff: Handoff | None
    reason: str
    keeps: Hours | None  # whose opening hours a text speaks of, where they are a team's own
    told: bool  # the contact heard in this turn that it is closed, and until when

    def __init__(self, release: Release, session: Session, event: Event, now: datetime) -> None:
        self.release, self.event, self.now = release, event, now
        contact = session.facts.get("contact")
        language = contact.get("language") if type(contact) is dict or isinstance(contact, Mapping) else None
        self.language = language if isinstance(language, str) else "id"
        self.mode, self.since = session.mode, session.since
        self.heard, self.previous = session.heard, session.previous
        self.pinned, self.place = session.release, session.place
        self.asked_before, self.misses = session.asked_before, session.misses
        self.epoch, self.clocks = session.epoch, session.clocks
        self.variables, self.facts = dict(session.variables), session.facts
        self.calls, self.arrived = session.calls, session.arrived
        self.pending, self.pending_since = session.pending, session.pending_since
        self.until, self.closed_as = session.until, session.closed_as
        self.effects, self.walked, self.messages = [], [], 0
        self.unmatched, self.step, self.handoff = False, None, None
        self.rule = self.burst = self.outcome = ""
        self.gathered, self.reason = 1, "flow"
        self.keeps, self.told = None, False

    @property
    def message(self) -> Mapping[str, Any]:
        event = self.event
        if isinstance(event, MessageReceived):
            return {"text": event.text[:LONGEST_MESSAGE], "payload": event.payload, "kind": event.kind}
        return {}

    @property
    def hours(self) -> Hours:
        return self.keeps or self.release.hours

    @property
    def lifecycle(self) -> Mapping[str, Any]:
        """Seconds since this mode began, and whether the contact says thank you and nothing else."""
        return {
            "closed_for": (self.now - self.since).total_seconds(),
            "only_thanks": isinstance(self.event, MessageReceived) and only_thanks(self.event),
        }


def opened(release: Release, session: Session, event: Event, now: datetime) -> Turn:
    """The session, taken apart."""
    return Turn(release, session, event, now)


def closed(turn: Turn) -> Session:
    """The session, put together again."""
    return Session(
        turn.mode,
        turn.since,
        turn.heard,
        turn.previous,
        turn.pinned,
        turn.place,
        turn.asked_before,
        turn.misses,
        turn.epoch,
        turn.clocks,
        turn.variables,
        turn.facts,
        turn.calls,
        turn.arrived,
        turn.pending,
        turn.pending_since,
        turn.until,
        turn.closed_as,
    )


def cancel_unsent(turn: Turn) -> None:
    """A person has taken over: whatever the bot had not sent yet is taken back."""
    turn.epoch += 1
    turn.effects.append(CancelUnsent())


def why(turn: Turn) -> Why:
    step, rule = turn.step, turn.rule + turn.burst
    if step is None:  # a word that reaches a person from nowhere
        return Why(turn.release.number, "lifecycle.yaml", 1, "", "", rule)
    place = step.place
    return Why(turn.release.number, step.file, step.line, place.flow, place.step, rule)


def say(turn: Turn, saying: Sayable) -> None:
    """Add one message. Raises Runaway. A text that comes out empty is not sent."""
    said = saying.read(turn, turn.language)
    if not isinstance(said, str):
        send(turn, said.text, said.prompt, said.options, said.kind, said.content)
    elif said.strip():
        send(turn, said)


def say_all(turn: Turn, sayings: tuple[Sayable, ...]) -> None:
    for saying in sayings:
        say(turn, saying)


def send(
    turn: Turn,
    text: str,
    prompt: str = "",
    options: tuple[Option, ...] = (),
    kind: str = "text",
    content: Mapping[str, Any] | None = None,
) -> None:
    """Add one message, with what may be tapped for an answer. Raises Runaway."""
    turn.messages += 1
    if turn.messages > MOST_MESSAGES:
        raise Runaway(f"more than {MOST_MESSAGES} messages in one turn")
    turn.effects.append(SendMessage(text, why(turn), prompt, options, kind, content))


# A clock's count is odd while it runs and even when it was let go or has fired: so one number tells both which
# timer is the newest and whether one is under way.


def running(turn: Turn, kind: str) -> bool:
    return runs(turn, kind)


def runs(session: Turn | Session, kind: str) -> bool:
    """Whether such a clock is under way."""
    return session.clocks.get(kind, 0) % 2 == 1


def start_clock(turn: Turn, kind: str, due: datetime) -> None:
    """Set a timer; whatever was set before for this kind is outlived."""
    count = turn.clocks.get(kind, 0)
    count += 2 if count % 2 else 1
    turn.clocks = {**turn.clocks, kind: count}
    turn.effects.append(StartTimer(kind, due, count))


def stop_clock(turn: Turn, kind: str) -> None:
    """Let a timer go, if one runs."""
    count = turn.clocks.get(kind, 0)
    if count % 2:
        turn.clocks = {**turn.clocks, kind: count + 1}


def leave_question(turn: Turn) -> None:
    """No question waits any more."""
    turn.place, turn.misses = None, 0
    stop_clock(turn, "question")


def later(turn: Turn, seconds: int) -> datetime:
    return turn.now + timedelta(seconds=seconds)
