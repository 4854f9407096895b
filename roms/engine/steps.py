"""talk(): from a message, or from silence, to the next question. One small function per control."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from roms.engine import calls, flow, outside, questions, ratings, waits
from roms.engine.apology import apologize
from roms.engine.contacts import learn
from roms.engine.effects import AddLabel, AddNote, Reopen
from roms.engine.events import MessageReceived
from roms.engine.flow import Ask, Branch, Close, Control, End, Go, Handoff, Http, Menu, Question, Step, Subflow, Wait
from roms.engine.person import wanted
from roms.engine.response import promise
from roms.engine.scope import LEARNED, Broken
from roms.engine.thanks import only_thanks
from roms.engine.triggers import Match
from roms.engine.turn import MOST_STEPS, Runaway, Turn, leave_question, say, say_all, stop_clock
from roms.engine.types import Place
from roms.engine.words import clean, words_of

STANDING = (Question, Wait, Http)  # the controls at which a talk stands until something comes


def talk(turn: Turn, event: MessageReceived) -> None:
    """Let the flow answer. Whatever breaks ends with a person, never with an error."""
    try:
        _answer(turn, event)
    except Broken as problem:
        _give_up(turn, problem)


def timed_out(turn: Turn) -> None:
    """Nobody answered the waiting question in time."""
    guarded(turn, lambda: _go_on_without_answer(turn))


def guarded(turn: Turn, walk: Callable[[], None]) -> None:
    """Walk; where the flow breaks, end with a person."""
    try:
        walk()
    except Broken as problem:
        _give_up(turn, problem)


def _give_up(turn: Turn, problem: Broken) -> None:
    """Say a kind sentence, leave a note for people and hand over."""
    apologize(turn, problem)
    hand_over(turn, Handoff("", "normal", ()), "broken")


def _answer(turn: Turn, event: MessageReceived) -> None:
    """People first, then interrupts, then the question that waits, then whatever the message starts."""
    text = clean(event.text)
    words = words_of(text)
    waiting = _waiting(turn) if turn.place else None
    if wanted(turn.release.person, words, waiting):
        turn.step, turn.rule = waiting, f"word '{' '.join(words)}' reaches a person"
        return hand_over(turn, Handoff("", "normal", promise(turn)), "word")
    if waiting is None:
        return _begin(turn, _started(turn, text, words, event.payload))
    if match := turn.release.interrupts.find(text, words, event.payload, turn):
        return _interrupt(turn, match)
    turn.step = waiting
    question = waiting.control
    if isinstance(question, Question):
        answer = questions.read(turn, waiting, text, words, event.payload)
        if answer is None and ratings.is_of_a_survey(question):
            return None if only_thanks(event) else _another_matter(turn, text, words, event.payload)
        return _take_answer(turn, waiting, question, answer)
    best = turn.release.triggers.best(text, words, event.payload, turn)
    if isinstance(question, Wait) and (best or not only_thanks(event)):
        _talk_aside(turn, _started(turn, text, words, event.payload))
    return None  # stored, and not answered: thanks during a wait; and what another system answers will speak


def _waiting(turn: Turn) -> Step:
    step = turn.release.steps.get(turn.place) if turn.place else None
    if step is None or not isinstance(step.control, STANDING):
        raise Broken(f"the step that waited, {turn.place}, is gone")
    return step


def begin(turn: Turn, match: Match) -> None:  # a talk that no message begins
    guarded(turn, lambda: _begin(turn, match))


def _begin(turn: Turn, match: Match) -> None:
    turn.variables = dict(match.found)
    turn.pinned = turn.release.number
    walk(turn, match.trigger.go, match.rule)


def _started(turn: Turn, text: str, words: list[str], payload: str | None) -> Match:
    """The best trigger; what no flow takes goes to `otherwise`."""
    match = turn.release.triggers.best(text, words, payload, turn)
    if match is None:
        turn.unmatched = True
        match = turn.release.triggers.occasion(turn) or turn.release.triggers.otherwise(turn)
    if match is None:
        raise Broken("no trigger takes this message")
    return match


def _interrupt(turn: Turn, match: Match) -> None:
    if match.trigger.comes_back and turn.place:
        calls.come_back_to(turn, turn.place)
    else:
        leave_all(turn)
    leave_question(turn)
    turn.variables.update(match.found)
    walk(turn, match.trigger.go, match.rule)


def _talk_aside(turn: Turn, match: Match) -> None:
    """Whatever is written during a wait is a talk of its own, with its own variables, and the wait goes on."""
    assert turn.place is not None
    calls.set_aside(turn, turn.place)
    leave_question(turn)
    turn.variables = dict(match.found)
    walk(turn, match.trigger.go, match.rule)


def _another_matter(turn: Turn, text: str, words: list[str], payload: str | None) -> None:
    """A survey is left with the first word of something else, which begins as if the conversation had been closed."""
    end_talk(turn)
    turn.effects.append(Reopen())
    _begin(turn, _started(turn, text, words, payload))


def _take_answer(turn: Turn, step: Step, question: Question, answer: questions.Answer | None) -> None:
    if answer is None:
        turn.unmatched = True
        return _miss(turn, question)
    leave_question(turn)
    if question.save:
        turn.variables[question.save] = answer.value
    turn.effects += ratings.kept(question, answer.value)
    turn.rule = answer.rule
    walk_on(turn, answer.go or _following(turn, step))


def _miss(turn: Turn, question: Question) -> None:
    """Say how it is meant; after so many times the flow goes another way."""
    turn.misses += 1
    if turn.misses > question.invalid.retries:
        leave_question(turn)
        turn.reason = "retries"
        return walk(turn, question.invalid.then, f"invalid {question.invalid.retries + 1} times")
    turn.rule = f"invalid, try {turn.misses} of {question.invalid.retries}"
    *before, last = question.invalid.says
    for saying in before:
        say(turn, saying)
    questions.say_again(turn, question, last)


def _go_on_without_answer(turn: Turn) -> None:
    step = _waiting(turn)
    turn.step = step
    timeout = step.control.timeout if isinstance(step.control, Question) else None
    leave_question(turn)
    if timeout:
        walk(turn, timeout.go, f"no answer for {timeout.after} s")


def go_on(turn: Turn) -> None:
    """What stood still here may be over: then the walk goes on. A question is not touched."""
    step = turn.release.steps.get(turn.place) if turn.place else None
    if step is not None and isinstance(step.control, (Wait, Http)):
        guarded(turn, lambda: walk_on(turn, _stand_again(turn, step)))


def _stand_again(turn: Turn, step: Step) -> Place | None:
    """Back at a step that stood: None where it still does, else where the walk goes on."""
    turn.step, turn.place = step, None
    if isinstance(step.control, Question):
        turn.rule = "back to the question"
        questions.wait(turn, step, step.control)
        return None
    if isinstance(step.control, Http):
        return None if outside.again(turn, step) else outside.leads(turn, step.control) or _following(turn, step)
    turn.rule = "the wait is over"
    return None if waits.again(turn, step) else _following(turn, step)


def walk(turn: Turn, place: Place | None, rule: str) -> None:
    """Step after step until a question waits or the talk is over."""
    turn.rule = rule
    walk_on(turn, place)


def walk_on(turn: Turn, place: Place | None) -> None:
    while place is not None:
        place = _enter(turn, place)


def _enter(turn: Turn, place: Place) -> Place | None:
    step = turn.release.steps.get(place)
    if step is None:
        raise Broken(f"there is no step {place.flow}.{place.step}")
    if turn.calls:
        calls.leave_behind(turn, place)
    turn.step = step
    turn.walked.append(place)
    if len(turn.walked) > MOST_STEPS:
        raise Runaway(f"more than {MOST_STEPS} steps in one turn")
    for name, value in step.sets:
        if name in LEARNED:
            learn(turn, name, value(turn))
        else:
            turn.variables[name] = value(turn)
    if step.labels:
        turn.effects += map(AddLabel, step.labels)
    for note in step.notes:
        turn.effects.append(AddNote(note.read(turn, turn.language)))
    for saying in step.says:
        say(turn, saying)
    if step.control is None:
        return _following(turn, step)
    return CONTROLS[type(step.control)](turn, step, step.control)


def _following(turn: Turn, step: Step) -> Place | None:
    return step.following or end_flow(turn)


def _wait(turn: Turn, step: Step, control: Wait) -> Place | None:
    return None if waits.begin(turn, step, control) else _following(turn, step)


def _branch(turn: Turn, _: Step, control: Branch) -> Place:
    for when, target, text in control.cases:
        if when is None or when(turn):
            turn.rule = text
            return target
    raise Broken("no case of the branch holds")


def hand_over(turn: Turn, handoff: Handoff, reason: str) -> None:
    """Say so, and leave the rest to the lifecycle."""
    say_all(turn, handoff.says)
    turn.keeps = None
    end_talk(turn)
    turn.outcome, turn.handoff, turn.reason = "handoff_requested", handoff, reason


def _close(turn: Turn, _: Step, control: Close) -> None:
    say_all(turn, control.says)
    end_talk(turn)
    turn.outcome = "closed"


def end_flow(turn: Turn) -> Place | None:
    """The flow is over: back to the step that called it, to where a side talk began, or the talk ends."""
    while calls.under_way(turn):
        if (place := calls.back(turn)) is not None:
            return place
    if turn.asked_before:
        *before, back = turn.asked_before
        turn.asked_before = tuple(before)
        step = turn.release.steps.get(back)
        if step is not None and isinstance(step.control, STANDING):
            return _stand_again(turn, step)
    end_talk(turn)
    return None


def end_talk(turn: Turn) -> None:
    """Nothing waits; the next message begins anew, with whatever release is then the newest."""
    leave_question(turn)
    leave_all(turn)
    turn.pinned = 0


def leave_all(turn: Turn) -> None:
    """Nothing is come back to."""
    turn.asked_before, turn.calls, turn.arrived = (), (), None
    stop_clock(turn, waits.CLOCK)
    stop_clock(turn, outside.CLOCK)


CONTROLS: dict[type[Control], Callable[[Turn, Step, Any], Place | None]] = {
    Menu: questions.wait,
    Ask: questions.wait,
    flow.Rate: questions.rate,
    Branch: _branch,
    Go: lambda _, __, control: control.to,
    Handoff: lambda turn, _, control: hand_over(turn, control, turn.reason),
    Close: _close,
    End: lambda turn, *_: end_flow(turn),
    Subflow: calls.call,
    Wait: _wait,
    Http: outside.begin,
}
