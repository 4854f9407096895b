"""Out of sight until a time, or until the contact writes: a person has the conversation, and need not look at it."""

from __future__ import annotations

from roms.engine import response
from roms.engine.effects import Snooze, Wake
from roms.engine.events import MessageReceived, Snoozed, TimerFired
from roms.engine.session import moment_of
from roms.engine.turn import Turn, later, running, start_clock, stop_clock

CLOCK = "snooze"
LONGEST = 30 * 24 * 3600  # seconds: what waits for the contact to write is looked at after that all the same


def snooze(turn: Turn) -> None:
    """The response clock stands still meanwhile: its timer is let fire for nothing, and it begins anew on waking."""
    asked = turn.event.until if isinstance(turn.event, Snoozed) else 0
    due = moment_of(asked) if asked else later(turn, LONGEST).replace(microsecond=0)
    turn.effects.append(Snooze(due, bool(asked)))
    start_clock(turn, CLOCK, due)


def wake(turn: Turn) -> None:
    """Back in sight, if it was out of it; who waits for a person waits from now."""
    if running(turn, CLOCK):
        by = {MessageReceived: "message", TimerFired: "time"}.get(type(turn.event), "person")
        end(turn, by)
        if running(turn, response.CLOCK):
            response.begin(turn)


def end(turn: Turn, by: str = "") -> None:
    """It is over; `by` is empty where something else tells of it."""
    if running(turn, CLOCK):
        stop_clock(turn, CLOCK)
        turn.effects.append(Wake(by))
