"""talk(): from a message, or from silence, to the next question. One small function per control."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from roms.engine import questions
from roms.engine.effects import AddLabel, AddNote, SendMessage
from roms.engine.events import MessageReceived
from roms.engine.flow import Ask, Branch, Close, Control, End, Go, Handoff, Menu, Step
from roms.engine.person import wanted
from roms.engine.scope import Broken
from roms.engine.template import Text, plain_text
from roms.engine.triggers import Match
from roms.engine.turn import MOST_MESSAGES, MOST_STEPS, Runaway, Turn, say, stop_clock, why
from roms.engine.types import Place
from roms.engine.words import clean, words_of

MOST_RETURNS = 5  # interrupts within interrupts that are come back from
SORRY = plain_text(
    "Maaf, ada kendala di sistem kami. Saya sambungkan dengan CS ya, mohon tunggu sebentar.",
    "Sorry, something went wrong on our side. One moment please, a colleague will answer you.",
)


def talk(turn: Turn, event: MessageReceived) -> None:
    """Let the flow answer. Whatever breaks ends with a person, never with an error."""
    guarded(turn, _answer, turn, event)


def timed_out(turn: Turn) -> None:
    """Nobody answered the waiting question in time."""
    guarded(turn, _go_on_without_answer, turn)


def guarded(turn: Turn, walk: Callable[..., None], *arguments: Any) -> None:
    """Walk; where the flow breaks, say a kind sentence, leave a note for people and hand over."""
    try:
        walk(*arguments)
    except Broken as problem:
        if isinstance(problem, Runaway):
            turn.effects = _without_repeats(turn.effects)
        turn.effects.append(AddNote(_note(turn, problem)))
        turn.effects.append(SendMessage(SORRY.read(turn, turn.language), why(turn)))
        hand_over(turn, Handoff("", "normal", ()), "broken")


def _note(turn: Turn, problem: Broken) -> str:
    step = turn.step
    where = f"{step.file}:{step.line}, {step.place.flow}.{step.place.step}" if step else "before the first step"
    return f"The flow broke ({where}): {problem}. / Alur rusak di sana; percakapan diserahkan ke orang."


def _without_repeats(effects: list[Any]) -> list[Any]:
    """What a runaway flow said once is sent once, and the apology still fits under the limit."""
    kept: dict[Any, Any] = {}
    for position, effect in enumerate(effects):
        kept.setdefault(effect.text if isinstance(effect, SendMessage) else position, effect)
    spoken = [effect for effect in kept.values() if isinstance(effect, SendMessage)][MOST_MESSAGES - 1 :]
    return [effect for effect in kept.values() if effect not in spoken]


def _answer(turn: Turn, event: MessageReceived) -> None:
    """People first, then interrupts, then the question that waits, then whatever the message starts."""
    text = clean(event.text)
    words = words_of(text)
    waiting = _waiting(turn) if turn.place else None
    if wanted(turn.release.person, words, waiting):
        turn.step, turn.rule = waiting, f"word '{' '.join(words)}' reaches a person"
        return hand_over(turn, Handoff("", "normal", turn.release.person.says), "word")
    if waiting is None:
        return _start(turn, text, words, event.payload)
    if match := turn.release.interrupts.find(text, words, event.payload, turn):
        return _interrupt(turn, match)
    turn.step = waiting
    _take_answer(turn, waiting, questions.read(turn, waiting, text, words, event.payload))


def _waiting(turn: Turn) -> Step:
    step = turn.release.steps.get(turn.place) if turn.place else None
    if step is None or not isinstance(step.control, (Menu, Ask)):
        raise Broken(f"the step that waited, {turn.place}, is gone")
    return step


def _start(turn: Turn, text: str, words: list[str], payload: str | None) -> None:
    """No question waits: the best trigger starts its flow, and what no flow takes goes to `otherwise`."""
    triggers = turn.release.triggers
    match = triggers.find(text, words, payload, turn) or triggers.find_mistyped(words, turn)
    if match is None:
        turn.unmatched = True
        match = triggers.otherwise(turn)
    if match is None:
        raise Broken("no trigger takes this message")
    turn.variables = dict(match.found)
    turn.pinned = turn.release.number
    walk(turn, match.trigger.go, match.rule)


def _interrupt(turn: Turn, match: Match) -> None:
    if match.trigger.comes_back and turn.place:
        before = [place for place in turn.asked_before if place != turn.place]
        turn.asked_before = (*before, turn.place)[-MOST_RETURNS:]
    else:
        turn.asked_before = ()
    leave_question(turn)
    turn.variables.update(match.found)
    walk(turn, match.trigger.go, match.rule)


def _take_answer(turn: Turn, step: Step, answer: questions.Answer | None) -> None:
    question = step.control
    assert isinstance(question, (Menu, Ask))
    if answer is None:
        turn.unmatched = True
        return _miss(turn, question)
    leave_question(turn)
    if question.save:
        turn.variables[question.save] = answer.value
    target = answer.go or step.following
    walk(turn, target, answer.rule) if target else end_flow(turn)


def _miss(turn: Turn, question: Menu | Ask) -> None:
    """Say how it is meant; after so many times the flow goes another way."""
    turn.misses += 1
    if turn.misses > question.invalid.retries:
        leave_question(turn)
        turn.reason = "retries"
        return walk(turn, question.invalid.then, f"invalid {question.invalid.retries + 1} times")
    turn.rule = f"invalid, try {turn.misses} of {question.invalid.retries}"
    for text in question.invalid.says:
        say(turn, text)
    questions.set_timeout(turn, question)


def _go_on_without_answer(turn: Turn) -> None:
    step = _waiting(turn)
    turn.step = step
    timeout = step.control.timeout if isinstance(step.control, (Menu, Ask)) else None
    leave_question(turn)
    if timeout:
        walk(turn, timeout.go, f"no answer for {timeout.after} s")


def leave_question(turn: Turn) -> None:
    """No question waits any more."""
    turn.place, turn.misses = None, 0
    stop_clock(turn, "question")


def walk(turn: Turn, place: Place | None, rule: str) -> None:
    """Step after step until a question waits or the talk is over."""
    turn.rule = rule
    while place is not None:
        place = _enter(turn, place)


def _enter(turn: Turn, place: Place) -> Place | None:
    step = turn.release.steps.get(place)
    if step is None:
        raise Broken(f"there is no step {place.flow}.{place.step}")
    turn.step = step
    turn.walked.append(place)
    if len(turn.walked) > MOST_STEPS:
        raise Runaway(f"more than {MOST_STEPS} steps in one turn")
    for name, value in step.sets:
        turn.variables[name] = value(turn)
    if step.labels:
        turn.effects += map(AddLabel, step.labels)
    for note in step.notes:
        turn.effects.append(AddNote(note.read(turn, turn.language)))
    for text in step.says:
        say(turn, text)
    if step.control is None:
        return step.following or end_flow(turn)
    return CONTROLS[type(step.control)](turn, step, step.control)


def _branch(turn: Turn, _: Step, control: Branch) -> Place:
    for when, target, text in control.cases:
        if when is None or when(turn):
            turn.rule = text
            return target
    raise Broken("no case of the branch holds")


def _go(_: Turn, __: Step, control: Go) -> Place:
    return control.to


def _hand_off(turn: Turn, _: Step, control: Handoff) -> None:
    hand_over(turn, control, turn.reason)


def hand_over(turn: Turn, handoff: Handoff, reason: str) -> None:
    """Say so, and leave the rest to the lifecycle."""
    say_all(turn, handoff.says)
    end_talk(turn)
    turn.outcome, turn.handoff, turn.reason = "handoff_requested", handoff, reason


def _close(turn: Turn, _: Step, control: Close) -> None:
    say_all(turn, control.says)
    end_talk(turn)
    turn.outcome = "closed"


def say_all(turn: Turn, texts: tuple[Text, ...]) -> None:
    for text in texts:
        say(turn, text)


def _end(turn: Turn, _: Step, __: End) -> Place | None:
    return end_flow(turn)


def end_flow(turn: Turn) -> Place | None:
    """The flow is over: back to the question it interrupted, or the talk ends."""
    if turn.asked_before:
        *before, back = turn.asked_before
        turn.asked_before = tuple(before)
        step = turn.release.steps.get(back)
        if step is not None and isinstance(step.control, (Menu, Ask)):
            turn.step, turn.rule = step, "back to the question"
            questions.wait(turn, step, step.control)
            return None
    end_talk(turn)
    return None


def end_talk(turn: Turn) -> None:
    """Nothing waits; the next message begins anew, with whatever release is then the newest."""
    leave_question(turn)
    turn.asked_before, turn.pinned = (), 0


CONTROLS: dict[type[Control], Callable[[Turn, Step, Any], Place | None]] = {
    Menu: questions.wait,
    Ask: questions.wait,
    Branch: _branch,
    Go: _go,
    Handoff: _hand_off,
    Close: _close,
    End: _end,
}
