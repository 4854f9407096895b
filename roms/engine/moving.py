"""People mid-flow when a new release is published, whose step is not what it was."""

from __future__ import annotations

from typing import Any

from roms.engine import calls, outside, questions, steps, waits
from roms.engine.flow import Ask, Control, Handoff, Http, Menu, Step, Wait
from roms.engine.response import promise
from roms.engine.turn import Turn, leave_question, running, stop_clock
from roms.engine.types import Mode, Place

CLOCKS: dict[Any, str] = {Wait: waits.CLOCK, Http: outside.CLOCK}


def to_person(turn: Turn) -> None:
    """The question is taken back; a person goes on."""
    turn.step, turn.rule = None, "a new release"
    says = promise(turn)
    steps.guarded(turn, lambda: steps.hand_over(turn, Handoff("", "normal", says), "release"))


def to_release(turn: Turn) -> None:
    """The same question or wait of the new release stands on, in silence; where it is of another kind it begins, and
    where it is gone the flow's first question is put.

    The same where a step is gone, or calls another flow, that had called the flow of the question: the talk is then
    where that step was. Nothing is said where the bot is paused, and where the flow is gone the next message begins
    anew.
    """
    assert turn.place is not None
    _forget_places(turn)
    if call := calls.lost(turn, len(turn.asked_before), turn.place):
        turn.place = calls.go_back_before(turn, call)
    step, first = turn.release.steps.get(turn.place), _first(turn, turn.place.flow)
    if step is not None and isinstance(step.control, steps.STANDING):
        turn.misses, turn.pinned = 0, turn.release.number
        if turn.mode is Mode.BOT:
            _stand_on(turn, step, is_new=call is not None)
    elif first is not None and turn.mode is Mode.BOT:
        _let_go(turn, None)
        turn.step, turn.rule = first, "moved to a new release"
        steps.guarded(turn, lambda: questions.wait(turn, first, first.control))  # type: ignore[arg-type]
    else:
        steps.end_talk(turn)


def _stand_on(turn: Turn, step: Step, is_new: bool) -> None:
    """What is of another kind now than what stood here begins: nobody was asked this, or waits for it."""
    control = step.control
    assert control is not None
    mine = CLOCKS.get(type(control))
    stands = running(turn, mine) if mine else True
    if turn.pending or (not (_let_go(turn, mine) or is_new) and stands):
        return _go_on(turn, control)
    turn.rule = "moved to a new release"
    leave_question(turn)
    turn.step = step
    steps.guarded(turn, lambda: steps.walk_on(turn, steps.CONTROLS[type(control)](turn, step, control)))


def _let_go(turn: Turn, mine: str | None) -> bool:
    """Stop what neither stands here, where `mine` runs, nor is come back to; was there any?"""
    kept = {mine, *(CLOCKS.get(_kind(turn, place)) for place in turn.asked_before)}
    gone = [kind for kind in CLOCKS.values() if running(turn, kind) and kind not in kept]
    for kind in gone:
        stop_clock(turn, kind)
    return bool(gone)


def _go_on(turn: Turn, control: Control) -> None:
    if not isinstance(control, (Menu, Ask)):
        stop_clock(turn, "question")
        steps.go_on(turn)
    elif not turn.pending:
        questions.set_timeout(turn, control)


def _kind(turn: Turn, place: Place) -> type[Control] | None:
    step = turn.release.steps.get(place)
    return type(step.control) if step is not None and step.control is not None else None


def _forget_places(turn: Turn) -> None:
    """What was to be come back to after a side talk, and cannot be any more."""
    for depth in reversed(range(len(turn.asked_before))):
        place = turn.asked_before[depth]
        if not _stands(turn, place) or calls.lost(turn, depth, place):
            calls.forget(turn, depth)


def _stands(turn: Turn, place: Place) -> bool:
    step = turn.release.steps.get(place)
    return step is not None and isinstance(step.control, steps.STANDING)


def _question(turn: Turn, place: Place) -> Menu | Ask | None:
    step = turn.release.steps.get(place)
    return step.control if step is not None and isinstance(step.control, (Menu, Ask)) else None


def _first(turn: Turn, flow: str) -> Step | None:
    return next(
        (turn.release.steps[place] for place in turn.release.steps if place.flow == flow and _question(turn, place)),
        None,
    )
