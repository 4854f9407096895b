"""From one mode to another, and the clocks that each mode has of its own."""

from __future__ import annotations

from datetime import datetime, timedelta

from roms.engine import bursts, response, snoozing, steps
from roms.engine.events import Closed, Paused
from roms.engine.flow import Question
from roms.engine.questions import set_timeout
from roms.engine.session import moment_of
from roms.engine.turn import Turn, running, start_clock, stop_clock
from roms.engine.types import Mode


def change(turn: Turn, to: Mode) -> None:
    """Timers of the mode left are outlived; a question survives only a pause."""
    turn.previous, turn.mode, turn.since = turn.mode, to, turn.now
    asked = turn.event.until if isinstance(turn.event, Paused) and to is Mode.PAUSED else 0
    turn.until = moment_of(asked) if asked else None
    if to is not Mode.CLOSED:
        turn.closed_as = ""
    if isinstance(turn.event, Closed):
        turn.closed_as = turn.event.reason
    snoozing.end(turn)
    stop_clock(turn, "idle")
    stop_clock(turn, "stay")
    stop_clock(turn, "question")
    bursts.forget(turn)
    if to is Mode.BOT:
        _ask_on(turn)
    elif to is not Mode.PAUSED:
        steps.end_talk(turn)
    if to in (Mode.BOT, Mode.CLOSED):
        response.answered(turn)
    elif to is Mode.AGENT and running(turn, response.CLOCK):
        response.begin(turn)


def _ask_on(turn: Turn) -> None:
    """Back from a pause: the question still waits, and its time begins anew. What was over meanwhile goes on."""
    step = turn.release.steps.get(turn.place) if turn.place else None
    if step is not None and isinstance(step.control, Question):
        set_timeout(turn, step.control)
    else:
        steps.go_on(turn)


def wind_clocks(turn: Turn) -> None:
    """Every mode's own clocks run while it lasts; set once, not per message. An end that a person gave comes first."""
    if turn.until is not None and not running(turn, "stay"):
        start_clock(turn, "stay", turn.until)
    for after in turn.release.lifecycle.after[turn.mode]:
        if turn.clocks.get(after.kind, 0) % 2 == 0:
            start_clock(turn, after.kind, due(turn, after.kind, after.seconds))


def due(turn: Turn, kind: str, seconds: int) -> datetime:
    begin = max(turn.since, turn.heard) if kind == "idle" and turn.heard else turn.since
    return begin + timedelta(seconds=seconds)
