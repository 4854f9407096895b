"""The engine's words: what is known (Session), what happened (events), what is to be done (effects).

Events are past tense, effects imperative. All are frozen values that hold nothing but text, numbers, booleans and
each other, so that a decision can be stored, compared, replayed and explained.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar

JSON = dict[str, Any]


class Mode(StrEnum):
    """Who answers: the flow, a person, nobody for now, nobody any more."""

    BOT = "BOT"
    AGENT = "AGENT"
    PAUSED = "PAUSED"
    CLOSED = "CLOSED"


class Refused(Exception):
    """The lifecycle has no row for this event in this mode; nothing has changed."""

    def __init__(self, mode: Mode, event: str) -> None:
        super().__init__(f"{event} is not possible in mode {mode}")
        self.mode = mode
        self.event = event


@dataclass(frozen=True, slots=True)
class Place:
    """A step of a flow."""

    flow: str
    step: str


@dataclass(frozen=True, slots=True)
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
    place: Place | None = None  # the question that waits for an answer
    asked_before: tuple[Place, ...] = ()  # questions to come back to after an interrupt with `return: true`
    misses: int = 0  # wrong answers to the waiting question
    epoch: int = 0  # raised whenever a person takes over; bot messages of an older epoch are never sent
    clocks: Mapping[str, int] = field(default_factory=dict)
    variables: Mapping[str, Any] = field(default_factory=dict)
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class MessageReceived:
    """The contact wrote. `payload` is the id of a tapped button or list row, where the channel has one."""

    name: ClassVar[str] = "message_received"
    text: str
    payload: str | None = None
    kind: str = "text"


@dataclass(frozen=True, slots=True)
class AgentReplied:
    """A person of ours wrote; `agent` is None when it was typed on the paired phone, `sent` when it is out already."""

    name: ClassVar[str] = "agent_replied"
    text: str
    agent: int | None = None
    sent: bool = False


@dataclass(frozen=True, slots=True)
class AgentClaimed:
    name: ClassVar[str] = "agent_claimed"
    agent: int


@dataclass(frozen=True, slots=True)
class Assigned:
    """Somebody gave the conversation to an agent."""

    name: ClassVar[str] = "assigned"
    agent: int
    by: int


@dataclass(frozen=True, slots=True)
class Released:
    name: ClassVar[str] = "released"
    by: int


@dataclass(frozen=True, slots=True)
class Paused:
    name: ClassVar[str] = "paused"
    by: int


@dataclass(frozen=True, slots=True)
class Resumed:
    name: ClassVar[str] = "resumed"
    by: int


@dataclass(frozen=True, slots=True)
class Closed:
    name: ClassVar[str] = "closed"
    by: int


@dataclass(frozen=True, slots=True)
class TimerFired:
    """A timer came due: "question", "idle", "stay" or "response_overdue". `turn` is the number it was set with."""

    name: ClassVar[str] = "timer_fired"
    kind: str
    turn: int


@dataclass(frozen=True, slots=True)
class ReleaseChanged:
    """An admin published, and decided for whoever stands on a step that changed: "move" or "handoff"."""

    name: ClassVar[str] = "release_changed"
    plan: str


Event = (
    MessageReceived | AgentReplied | AgentClaimed | Assigned | Released | Paused | Resumed | Closed | TimerFired
    | ReleaseChanged
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Option:
    """One choice of a menu: what to type for it and what it is called."""

    key: str
    label: str


@dataclass(frozen=True, slots=True)
class Why:
    """Where a bot message comes from: enough to answer "why did the bot say that?"."""

    release: int
    file: str
    line: int
    flow: str
    step: str
    rule: str  # what led here, e.g. "keyword 'harga'", "option 1", "answer accepted", "invalid, try 1 of 2"


@dataclass(frozen=True, slots=True)
class SendMessage:
    """Say this to the contact. `text` is what a channel without buttons shows, options numbered and all."""

    text: str
    why: Why
    prompt: str = ""  # the question alone, for channels that show `options` as buttons
    options: tuple[Option, ...] = ()


@dataclass(frozen=True, slots=True)
class SendReply:
    """Send what the agent wrote (or, when `sent`, only remember it: it left from the paired phone)."""

    text: str
    agent: int | None
    sent: bool


@dataclass(frozen=True, slots=True)
class CancelUnsent:
    """Take back every bot message that no provider has got yet: a person has taken over."""


@dataclass(frozen=True, slots=True)
class StartTimer:
    kind: str
    due: datetime
    turn: int


@dataclass(frozen=True, slots=True)
class FindAgent:
    """The bot handed over: give the conversation to whoever's turn it is. Both texts may be empty."""

    team: str
    priority: str  # "low" | "normal" | "high" | "urgent"
    reason: str  # who asked: "flow", "word", "retries", "broken"


@dataclass(frozen=True, slots=True)
class FindNextAgent:
    """Nobody answered in time: on to the next one."""


@dataclass(frozen=True, slots=True)
class AssignTo:
    """This agent has it now; `by` is who gave it, None when the agent took it himself."""

    agent: int
    by: int | None


@dataclass(frozen=True, slots=True)
class Unassign:
    pass


@dataclass(frozen=True, slots=True)
class LockOwner:
    """The first answer settles whose conversation this is."""


@dataclass(frozen=True, slots=True)
class StartWaiting:
    """From now on the contact waits for a person (unless the wait began before)."""


@dataclass(frozen=True, slots=True)
class StopWaiting:
    pass


@dataclass(frozen=True, slots=True)
class NotifyAgents:
    """Ring for whoever has it, or for everyone when nobody does."""


@dataclass(frozen=True, slots=True)
class Reopen:
    """A closed conversation begins anew."""


@dataclass(frozen=True, slots=True)
class AskSurvey:
    """Ask how it went, where a survey is set up."""


@dataclass(frozen=True, slots=True)
class AddLabel:
    label: str


@dataclass(frozen=True, slots=True)
class AddNote:
    """Write an internal note; no contact ever sees it."""

    text: str


Effect = (
    SendMessage
    | SendReply
    | CancelUnsent
    | StartTimer
    | FindAgent
    | FindNextAgent
    | AssignTo
    | Unassign
    | LockOwner
    | StartWaiting
    | StopWaiting
    | NotifyAgents
    | Reopen
    | AskSurvey
    | AddLabel
    | AddNote
)


@dataclass(frozen=True, slots=True)
class Decision:
    """What the conversation becomes, and what must be done, in order."""

    session: Session
    effects: tuple[Effect, ...] = ()
    unmatched: bool = False  # no trigger and no answer took what the contact wrote
    walked: tuple[Place, ...] = ()  # the steps entered, each as the very value that led there (see flow.Way)
