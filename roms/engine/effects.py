"""What is to be done: imperative, frozen values that hold nothing but text, numbers, booleans and each other."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from roms.engine.value import value


@dataclass(frozen=True, slots=True)
class Option:
    """One choice of a menu: what to type for it and what it is called."""

    key: str
    label: str


@value
class Why:
    """Where a bot message comes from: enough to answer "why did the bot say that?"."""

    release: int
    file: str
    line: int
    flow: str
    step: str
    rule: str  # what led here, e.g. "keyword 'harga'", "option 1", "answer accepted", "invalid, try 1 of 2"


@value
class SendMessage:
    """Say this to the contact. `text` is what a channel that shows nothing else sends, options numbered and all.

    `kind` is text, image, video, audio, document, sticker, location, contact, template or buttons; what it takes to
    show that stands in `content`, as plain JSON.
    """

    text: str
    why: Why
    prompt: str = ""  # the question alone, for channels that show `options` as buttons
    options: tuple[Option, ...] = ()
    kind: str = "text"
    content: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class SendReply:
    """Send what the agent wrote (or, when `sent`, only remember it: it left from the paired phone)."""

    text: str
    agent: int | None
    sent: bool
    kind: str = "text"
    content: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class CancelUnsent:
    """Take back every bot message that no provider has got yet: a person has taken over."""


@value
class StartTimer:
    kind: str
    due: datetime
    turn: int


@dataclass(frozen=True, slots=True)
class FindAgent:
    """The bot handed over: give the conversation to whoever's turn it is. Team and skill may be empty."""

    team: str
    priority: str  # "low" | "normal" | "high" | "urgent"
    reason: str  # who asked: "flow", "word", "retries", "broken"
    skill: str = ""  # a language ("en") or a subject ("billing")
    told: bool = False  # the contact was told just now when somebody will be there


@dataclass(frozen=True, slots=True)
class FindNextAgent:
    """Nobody answered in time: on to the next one."""


@dataclass(frozen=True, slots=True)
class AssignTo:
    """This agent has it now; `by` is who gave it, None when the agent took it himself."""

    agent: int
    by: int | None


@dataclass(frozen=True, slots=True)
class Transfer:
    """It is handed on by `by`: to this agent, or, where that is None, to whoever's turn it is in this team, which has
    until `answer_by` where the contact waits."""

    agent: int | None
    team: str
    by: int
    answer_by: datetime | None = None


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


@value
class Snooze:
    """Out of sight of whoever has it until then; `is_asked`: somebody named that moment."""

    until: datetime
    is_asked: bool


@dataclass(frozen=True, slots=True)
class Wake:
    """In sight again, by the "time", a "message" or a "person"; "" where the change of mode tells of it."""

    by: str


@dataclass(frozen=True, slots=True)
class NotifyAgents:
    """Ring for whoever has it, or for everyone when nobody does."""


@dataclass(frozen=True, slots=True)
class Reopen:
    """A closed conversation begins anew."""


@dataclass(frozen=True, slots=True)
class AddLabel:
    label: str


@dataclass(frozen=True, slots=True)
class AddNote:
    """Write an internal note; no contact ever sees it."""

    text: str


@dataclass(frozen=True, slots=True)
class SetContact:
    """The contact is called so, or wants to be answered in this language: "name" or "language"."""

    field: str
    value: str


@dataclass(frozen=True, slots=True)
class AskRating:
    """Note that the contact was asked how it was."""


@dataclass(frozen=True, slots=True)
class KeepRating:
    """What they gave, 1 to 5; without a score, what they said about it afterwards."""

    score: int | None
    comment: str = ""


@dataclass(frozen=True, slots=True)
class CallOut:
    """Ask another system, once. A header's value is text, name of a secret, text, … in turns; `body` is JSON."""

    method: str
    url: str
    headers: tuple[tuple[str, tuple[str, ...]], ...]
    body: str
    timeout: int  # seconds
    turn: int


Effect = (
    SendMessage
    | SendReply
    | CancelUnsent
    | StartTimer
    | FindAgent
    | FindNextAgent
    | AssignTo
    | Transfer
    | Unassign
    | LockOwner
    | StartWaiting
    | StopWaiting
    | Snooze
    | Wake
    | NotifyAgents
    | Reopen
    | AddLabel
    | AddNote
    | SetContact
    | AskRating
    | KeepRating
    | CallOut
)
