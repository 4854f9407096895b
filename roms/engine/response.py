"""The response clock: how long the contact has waited for a person."""

from __future__ import annotations

from roms.engine.effects import StartWaiting, StopWaiting
from roms.engine.turn import Turn, later, running, start_clock, stop_clock

CLOCK = "response_overdue"


def start(turn: Turn) -> None:
    """Unless it runs: who asks a second time waits since the first."""
    if not running(turn, CLOCK):
        turn.effects.append(StartWaiting())
        begin(turn)


def begin(turn: Turn) -> None:
    """From now."""
    start_clock(turn, CLOCK, later(turn, turn.release.lifecycle.response_within))


def answered(turn: Turn) -> None:
    """An answer, or the end, ends the wait if there was one."""
    if running(turn, CLOCK):
        stop_clock(turn, CLOCK)
        turn.effects.append(StopWaiting())


def stop(turn: Turn) -> None:
    """As the lifecycle asks for it: nobody waits after this, whatever was."""
    stop_clock(turn, CLOCK)
    if StopWaiting() not in turn.effects:
        turn.effects.append(StopWaiting())
