"""`wait`: the talk stands still until a time comes, and goes on by itself."""

from __future__ import annotations

from datetime import datetime

from roms.engine import calls
from roms.engine.flow import Step, Wait
from roms.engine.moments import instant
from roms.engine.turn import Turn, later, running, start_clock
from roms.engine.types import Place

CLOCK = "wait"


def begin(turn: Turn, step: Step, control: Wait) -> bool:
    """Stand here from now on; False where the moment has passed already. An older wait that a side talk left behind
    is given up: there is one clock, and it is this wait's."""
    due = _due(turn, control)
    if due <= turn.now:
        return False
    for depth in reversed(range(len(turn.asked_before))):
        if _waits(turn, turn.asked_before[depth]):
            calls.forget(turn, depth)
    turn.place, turn.pinned = step.place, turn.release.number
    start_clock(turn, CLOCK, due)
    return True


def again(turn: Turn, step: Step) -> bool:
    """Stand here once more after something else; False where the time has come meanwhile."""
    if not running(turn, CLOCK):
        return False
    turn.place, turn.pinned = step.place, turn.release.number
    return True


def is_over(turn: Turn) -> bool:
    """Whether it stands here although the time has come: the contact was writing just then, and began nothing else."""
    return turn.place is not None and _waits(turn, turn.place) and not running(turn, CLOCK)


def _due(turn: Turn, control: Wait) -> datetime:
    if control.until is None:
        return later(turn, control.after)
    return instant(turn, control.until(turn), "wait")


def _waits(turn: Turn, place: Place) -> bool:
    step = turn.release.steps.get(place)
    return step is not None and isinstance(step.control, Wait)
