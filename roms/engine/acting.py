"""What a person does in the inbox, as a line of a flow test: `event: released`, or `event: {released: shop.menu}`."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from roms.engine.events import (
    AgentClaimed,
    Assigned,
    Closed,
    Event,
    Paused,
    Released,
    Resumed,
    Snoozed,
    Transferred,
    Woken,
)
from roms.engine.functions import duration

SOMEBODY = 1  # the agent of every test
PLAIN: dict[str, Event] = {
    "agent_claimed": AgentClaimed(SOMEBODY),
    "assigned": Assigned(SOMEBODY, SOMEBODY),
    "transferred": Transferred(SOMEBODY, "", SOMEBODY),
    "paused": Paused(SOMEBODY),
    "resumed": Resumed(SOMEBODY),
    "snoozed": Snoozed(SOMEBODY),
    "woken": Woken(SOMEBODY),
    "released": Released(SOMEBODY),
    "closed": Closed(SOMEBODY),
}


def meant(line: Any, now: datetime) -> Event:
    """The event that such a line stands for; a pause and a snooze name how long they last."""
    if isinstance(line, str):
        return PLAIN[line]
    ((name, more),) = line.items()
    if name == "released":
        return Released(SOMEBODY, more)
    until = int(now.timestamp()) + duration(more)
    return Paused(SOMEBODY, until) if name == "paused" else Snoozed(SOMEBODY, until)


def written(event: Any, now: datetime) -> Any:
    """The line for this event."""
    more = getattr(event, "step", "")
    if until := getattr(event, "until", 0):
        more = f"{max(1, until - int(now.timestamp()))}s"
    return {event.name: more} if more else event.name
