"""What a person did is taken back: the talk and the clocks are as they were before, as far as time allows."""

from __future__ import annotations

from roms.engine import response, snoozing, steps, waits
from roms.engine.effects import Snooze
from roms.engine.events import Undone
from roms.engine.flow import Question, Wait
from roms.engine.questions import set_timeout
from roms.engine.session import moment_of
from roms.engine.turn import Turn, running, start_clock
from roms.engine.types import Mode, Session


def take_back(turn: Turn, event: Undone, before: Session) -> None:
    """The mode is what it was already; `before` is the session of then."""
    turn.since, turn.previous, turn.until = before.since, before.previous, before.until
    turn.closed_as = before.closed_as
    if turn.mode in (Mode.BOT, Mode.PAUSED) and turn.place is None:
        _talk(turn, before)
    if turn.mode is Mode.AGENT:
        _clocks(turn, event, before)


def _talk(turn: Turn, before: Session) -> None:
    """A question waits again, and a `wait` begins anew; what was asked of another system is not asked twice."""
    step = turn.release.steps.get(before.place) if before.place else None
    if step is None or not isinstance(step.control, (Question, Wait)):
        return
    turn.pinned, turn.place, turn.misses = turn.release.number, before.place, before.misses
    turn.asked_before, turn.calls, turn.variables = before.asked_before, before.calls, dict(before.variables)
    control = step.control
    if isinstance(control, Wait):
        turn.step, turn.rule = step, "taken back"
        if not waits.begin(turn, step, control) and turn.mode is Mode.BOT:
            steps.go_on(turn)
    elif turn.mode is Mode.BOT:
        set_timeout(turn, control)


def _clocks(turn: Turn, event: Undone, before: Session) -> None:
    """Out of sight again, or in sight again; and who waited for a person waits from now."""
    waited = before.clocks.get(response.CLOCK, 0) % 2 == 1
    due = moment_of(event.snoozed_until) if event.snoozed_until else None
    if due is None or due <= turn.now:
        snoozing.wake(turn)
    else:
        start_clock(turn, snoozing.CLOCK, due)
        turn.effects.append(Snooze(due, True))
    if waited and not running(turn, response.CLOCK):
        response.start(turn)
    elif waited and turn.clocks[response.CLOCK] != before.clocks[response.CLOCK]:
        response.begin(turn)  # it was wound for a team that does not have it any more
