"""The lifecycle as data: one table (mode, event) -> rows, read by engine, buttons, docs and checker alike."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from roms.engine.scope import Evaluate
from roms.engine.types import Mode

PERSON_EVENTS = (
    "agent_claimed",
    "agent_replied",
    "assigned",
    "transferred",
    "paused",
    "resumed",
    "snoozed",
    "woken",
    "released",
    "closed",
)
EVENTS = ("message_received", "handoff_requested", *PERSON_EVENTS, "response_overdue")
ACTIONS = (
    "talk",
    "queue",
    "assign_actor",
    "assign",
    "transfer",
    "snooze",
    "wake",
    "send",
    "notify",
    "start_response_clock",
    "stop_response_clock",
    "lock_owner",
    "reassign",
    "unassign",
    "reopen",
    "survey",
)
# An action that needs what only some events bring.
NEEDS = {
    "talk": ("message_received",),
    "send": ("agent_replied",),
    "assign": ("assigned",),
    "transfer": ("transferred",),
    "snooze": ("snoozed",),
    "assign_actor": ("agent_claimed", "agent_replied"),
}


@dataclass(frozen=True, slots=True, eq=False)
class Row:
    """What one event does in one mode. `to` is None where the mode stays; `back` means: to the mode before."""

    to: Mode | None
    back: bool
    do: tuple[str, ...]
    when: Evaluate | None
    line: int


@dataclass(frozen=True, slots=True, eq=False)
class After:
    """What a mode does by itself: "idle" counts from the contact's last message, "stay" from the mode's begin."""

    kind: str
    seconds: int
    row: Row


@dataclass(frozen=True, slots=True)
class Burst:
    """How several messages in a row become one turn: "each" on its own, "merge" or "last" after `seconds` of quiet."""

    kind: str = "each"
    seconds: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class Lifecycle:
    """The whole state machine."""

    name: str
    initial: Mode
    rows: Mapping[tuple[Mode, str], tuple[Row, ...]]
    after: Mapping[Mode, tuple[After, ...]]
    allowed: Mapping[Mode, tuple[str, ...]]  # what a person may cause, in the order of PERSON_EVENTS
    response_within: int  # seconds
    burst: Burst = Burst()
    close_reasons: Mapping[str, Mapping[str, str]] = field(default_factory=dict)  # word -> language -> as it is read
