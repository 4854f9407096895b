"""What happened: past tense, frozen, nothing but text, numbers and booleans, so that it can be stored and replayed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from roms.engine.value import value


@value
class MessageReceived:
    """The contact wrote. `payload` is the id of a tapped button or list row, where the channel has one; `content` is
    what a picture, file or place is: {kind, name, caption, id, mime} or {kind, latitude, longitude, name, address}."""

    name: ClassVar[str] = "message_received"
    text: str
    payload: str | None = None
    kind: str = "text"
    content: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class AgentReplied:
    """A person of ours wrote; `agent` is None when it was typed on the paired phone, `sent` when it is out already.
    `content` is what a file, place, contact card or template is, as plain JSON."""

    name: ClassVar[str] = "agent_replied"
    text: str
    agent: int | None = None
    sent: bool = False
    kind: str = "text"
    content: Mapping[str, Any] | None = None


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
class Transferred:
    """Somebody handed it on: to a person, or, where `agent` is None, to a team."""

    name: ClassVar[str] = "transferred"
    agent: int | None
    team: str
    by: int


@dataclass(frozen=True, slots=True)
class Released:
    """It was given back to the bot, which goes on at `step` ("flow.step"), or with the contact's next message."""

    name: ClassVar[str] = "released"
    by: int
    step: str = ""


@dataclass(frozen=True, slots=True)
class Paused:
    """Nobody is to answer until then (seconds since 1970); 0: as long as the lifecycle says."""

    name: ClassVar[str] = "paused"
    by: int
    until: int = 0


@dataclass(frozen=True, slots=True)
class Resumed:
    name: ClassVar[str] = "resumed"
    by: int


@dataclass(frozen=True, slots=True)
class Closed:
    """It is done; `reason` is one of the lifecycle's `close_reasons`, or nothing. `unasked`: why the contact is not to
    be asked how it was; empty where nothing speaks against it."""

    name: ClassVar[str] = "closed"
    by: int
    reason: str = ""
    unasked: str = ""


@dataclass(frozen=True, slots=True)
class Snoozed:
    """Whoever has it need not look at it until then (seconds since 1970); 0: until the contact writes."""

    name: ClassVar[str] = "snoozed"
    by: int
    until: int = 0


@dataclass(frozen=True, slots=True)
class Woken:
    """Somebody looks at it again before its time."""

    name: ClassVar[str] = "woken"
    by: int


@dataclass(frozen=True, slots=True)
class Undone:
    """Somebody took back what a person did: it is as `before`, the session of then as JSON, with its snooze."""

    name: ClassVar[str] = "undone"
    by: int
    before: Mapping[str, Any]
    snoozed_until: int = 0


@dataclass(frozen=True, slots=True)
class TimerFired:
    """A timer came due: "question", "burst", "wait", "http", "idle", "stay", "snooze" or "response_overdue".

    `turn` says which of its kind."""

    name: ClassVar[str] = "timer_fired"
    kind: str
    turn: int


@dataclass(frozen=True, slots=True)
class ReleaseChanged:
    """An admin published, and decided for whoever stands on a step that changed: "move" or "handoff"."""

    name: ClassVar[str] = "release_changed"
    plan: str


@dataclass(frozen=True, slots=True)
class OutsideAnswered:
    """Another system answered the call of this number, or did not: then `problem` says why. `data` is JSON."""

    name: ClassVar[str] = "outside_answered"
    turn: int
    status: int
    data: Any = None
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Looped:
    """The contact wrote, and so much went to and fro without a pause that it is a machine which answers the bot."""

    name: ClassVar[str] = "looped"


@dataclass(frozen=True, slots=True)
class AgentFound:
    """A conversation that waited, or was given back, has an agent: by turn, and no person's doing."""

    name: ClassVar[str] = "agent_found"


Event = (
    MessageReceived | AgentReplied | AgentClaimed | Assigned | Transferred | Released | Paused | Resumed | Snoozed
    | Woken | Closed | Undone | TimerFired | ReleaseChanged | OutsideAnswered | Looped | AgentFound
)  # fmt: skip
