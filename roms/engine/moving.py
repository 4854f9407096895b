"""People mid-flow when a new release is published, whose step is not what it was."""

from __future__ import annotations

from roms.engine import calls, questions, steps
from roms.engine.flow import Ask, Handoff, Menu, Step
from roms.engine.person import promise
from roms.engine.turn import Turn, stop_clock
from roms.engine.types import Mode, Place


def to_person(turn: Turn) -> None:
    """The question is taken back; a person goes on."""
    turn.step, turn.rule = None, "a new release"
    says = promise(turn.release, turn.now)
    steps.guarded(turn, lambda: steps.hand_over(turn, Handoff("", "normal", says), "release"))


def to_release(turn: Turn) -> None:
    """The same question or wait of the new release stands on, in silence; where it is gone the flow's first question
    is put.

    The same where a step is gone, or calls another flow, that had called the flow of the question: the talk is then
    where that step was. Nothing is said where the bot is paused, and where the flow is gone the next message begins
    anew.
    """
    assert turn.place is not None
    _forget_places(turn)
    if call := calls.lost(turn, len(turn.asked_before), turn.place):
        turn.place = calls.go_back_before(turn, call)
    if _stands(turn, turn.place) and not _question(turn, turn.place):
        turn.misses, turn.pinned = 0, turn.release.number
        stop_clock(turn, "question")
        return steps.go_on(turn) if turn.mode is Mode.BOT else None
    same, first = _question(turn, turn.place), _first(turn, turn.place.flow)
    if same is not None:
        turn.misses, turn.pinned = 0, turn.release.number
        if turn.mode is Mode.BOT and not turn.pending:
            questions.set_timeout(turn, same)
    elif first is not None and turn.mode is Mode.BOT:
        turn.step, turn.rule = first, "moved to a new release"
        steps.guarded(turn, lambda: questions.wait(turn, first, first.control))  # type: ignore[arg-type]
    else:
        steps.end_talk(turn)


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
