"""Sub-flows: called with variables of their own, come back from, left for good, and kept apart from side talks.

`turn.calls` and `turn.asked_before` are one stack in two parts: a call of depth n lies between the n-th question to
come back to and the next. So the calls of depth n are those in which the n-th question stands, or the one that waits.
"""

from __future__ import annotations

from dataclasses import replace

from roms.engine.flow import Step, Subflow
from roms.engine.scope import Broken
from roms.engine.turn import Turn
from roms.engine.types import Call, Place

DEEPEST = 10  # calls within calls
MOST_RETURNS = 5  # interrupts within interrupts that are come back from


def call(turn: Turn, step: Step, control: Subflow) -> Place:
    """Into the sub-flow, with what it is given and nothing else."""
    if len(turn.calls) >= DEEPEST:
        raise Broken(f"more than {DEEPEST} calls within calls")
    given = {name: value(turn) for name, value in control.given}
    turn.calls = (*turn.calls, Call(step.place, turn.variables, control.save, len(turn.asked_before)))
    turn.variables = given
    turn.rule = f"called by {step.place.flow}.{step.place.step}"
    return control.to


def under_way(turn: Turn) -> bool:
    """Is the talk within a sub-flow? A side talk is not, although the question it comes back to may be."""
    return bool(turn.calls) and turn.calls[-1].depth == len(turn.asked_before)


def back(turn: Turn) -> Place | None:
    """The sub-flow is over: on behind the step that called it, with the caller's variables and what it wanted saved."""
    *before, last = turn.calls
    if _is_aside(turn, last):
        turn.calls, turn.variables = tuple(before), dict(last.variables)
        return None
    step = turn.release.steps.get(last.place)
    if step is None or not isinstance(step.control, Subflow):
        raise Broken(f"the step that called, {last.place.flow}.{last.place.step}, is gone")
    saved = {mine: turn.variables.get(theirs) for mine, theirs in last.save.items()}
    turn.calls, turn.variables = tuple(before), {**last.variables, **saved}
    turn.step, turn.rule = step, f"back from {step.control.to.flow}"
    return step.following


def leave_behind(turn: Turn, place: Place) -> None:
    """Whoever goes on in another flow does not come back: the calls this question stands in are forgotten.

    The question below, if the talk is a side talk, keeps the variables that the outermost of them began with.
    """
    if under_way(turn):
        flow = _called(turn, turn.calls[-1])
        if flow is not None and flow != place.flow:
            here = len(turn.asked_before)
            left = next(each for each in turn.calls if each.depth == here)
            turn.calls = tuple(each for each in turn.calls if each.depth < here)
            if here:
                turn.calls = (*turn.calls, _kept_for(turn, here, left))


def come_back_to(turn: Turn, place: Place) -> None:
    """A side talk begins. The same question in the same calls is come back to once; of too many the oldest goes."""
    here = len(turn.asked_before)
    for depth in reversed(range(here)):
        if turn.asked_before[depth] == place and _callers(turn, depth) == _callers(turn, here):
            forget(turn, depth)
            here -= 1
    turn.asked_before = (*turn.asked_before, place)
    while len(turn.asked_before) > MOST_RETURNS:
        forget(turn, 0)


def set_aside(turn: Turn, place: Place) -> None:
    """A talk of its own begins in the middle of another, whose variables it leaves alone."""
    come_back_to(turn, place)
    turn.calls = (*turn.calls, Call(place, turn.variables, {}, len(turn.asked_before)))


def _is_aside(turn: Turn, call_: Call) -> bool:
    """Does this keep the variables of a talk that another one was begun in? No step both calls and is come back to."""
    return 0 < call_.depth <= len(turn.asked_before) and turn.asked_before[call_.depth - 1] == call_.place


def _kept_for(turn: Turn, depth: int, call_: Call) -> Call:
    """The variables of the talk below this depth: that talk shared them with whoever made this call."""
    return Call(turn.asked_before[depth - 1], call_.variables, {}, depth)


def forget(turn: Turn, depth: int) -> None:
    """Never come back to this place, nor to those who called it; what lies above moves down.

    Variables that were set aside, here or on the way here, are kept for the place below, if there is one.
    """
    below = [each for each in turn.calls if each.depth < depth]
    under = [each for each in turn.calls if each.depth == depth]
    above = [each for each in turn.calls if each.depth > depth]
    asides = [each for each in above if each.depth == depth + 1 and _is_aside(turn, each)]
    kept = [replace(each, depth=each.depth - 1) for each in above if each not in asides]
    outermost = next(iter([*under, *asides]), None)
    if depth and outermost is not None:
        below.append(_kept_for(turn, depth, outermost))
    turn.asked_before = (*turn.asked_before[:depth], *turn.asked_before[depth + 1 :])
    turn.calls = (*below, *kept)


def lost(turn: Turn, depth: int, place: Place) -> Call | None:
    """The outermost call of this depth that this release cannot come back to; `place` is the question within."""
    inside = [each for each in turn.calls if each.depth == depth and not _is_aside(turn, each)]
    flows = [*(each.place.flow for each in inside[1:]), place.flow]
    return next((each for each, flow in zip(inside, flows, strict=False) if _called(turn, each) != flow), None)


def go_back_before(turn: Turn, call_: Call) -> Place:
    """As if this call, and all within it, had never been made; the step that made it."""
    turn.calls = turn.calls[: turn.calls.index(call_)]
    turn.variables = dict(call_.variables)
    return call_.place


def _called(turn: Turn, call_: Call) -> str | None:
    """The flow that this step calls, None where it calls none any more."""
    step = turn.release.steps.get(call_.place)
    return step.control.to.flow if step is not None and isinstance(step.control, Subflow) else None


def _callers(turn: Turn, depth: int) -> list[Place]:
    return [each.place for each in turn.calls if each.depth == depth and not _is_aside(turn, each)]
