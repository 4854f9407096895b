"""One turn, told in full: what waited, what took the message, which rules lost and why, what was known afterwards.

Nothing of this is found out while contacts are answered. When somebody asks, the turn is played once more from the
session it began with, and whoever asks can lay what it says now beside what was said then.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from roms.engine import bursts, contest, questions
from roms.engine.contest import Lost
from roms.engine.effects import FindAgent, SendMessage
from roms.engine.events import Event, MessageReceived, OutsideAnswered, TimerFired
from roms.engine.flow import Ask, Menu, Release, Step
from roms.engine.lifecycle import decide
from roms.engine.person import wanted
from roms.engine.scope import Broken
from roms.engine.triggers import Match
from roms.engine.turn import Turn, opened
from roms.engine.types import Decision, Mode, Refused, Session
from roms.engine.words import clean, words_of

SILENT = (Mode.AGENT, Mode.PAUSED)
ENDS = {"question": "silence", "wait": "over", "http": "over"}  # kind of timer -> what it was to what stood there


@dataclass(frozen=True, slots=True)
class Question:
    """What waited when the turn began. `outcome`: answered, not_understood, not_allowed, interrupted, person, silence
    (nobody answered in time), over (what was waited for has come), held (something else happened)."""

    step: Step
    kind: str  # "menu", what an ask asks for, or the name of another control that waits
    options: tuple[tuple[str, str], ...]  # key and label
    tries: int
    most: int  # wrong answers that are borne, 0 where there is no such thing
    outcome: str


@dataclass(frozen=True, slots=True)
class Told:
    """`outcome`: started, otherwise, interrupted, answered, missed, person, silent, kept (until the burst is over),
    broken, happened, nothing."""

    outcome: str
    said: tuple[str, ...]
    before: Mapping[str, Any]
    after: Mapping[str, Any]
    mode: Mode  # when it began
    rule: str = ""  # what took the message
    flow: str = ""  # the flow that it started
    heard: str = ""  # what the contact wrote, all of it where several messages became one turn
    question: Question | None = None
    lost: tuple[Lost, ...] = field(default=())


@dataclass(frozen=True, slots=True)
class _Scene:
    """What the contact wrote, and where it came in."""

    turn: Turn
    text: str
    words: list[str]
    payload: str | None
    step: Step | None

    @property
    def asked(self) -> Step | None:
        """The step, where it is a question."""
        return self.step if self.step and isinstance(self.step.control, (Menu, Ask)) else None


def tell(release: Release, session: Session, event: Event, now: datetime) -> Told:
    """Play this turn once more. Pure, like every decision; nothing is refused, nothing is sent."""
    try:
        decision = decide(release, session, event, now)
    except Refused:
        decision = Decision(session)
    said = tuple(effect.text for effect in decision.effects if isinstance(effect, SendMessage))
    after = decision.session.variables
    event = _meant(release, session, event, decision, now)
    turn = opened(release, session, event, now)
    step = release.steps.get(session.place) if session.place else None
    if not isinstance(event, MessageReceived):
        kind = "http" if isinstance(event, OutsideAnswered) else getattr(event, "kind", "")
        question = _question(turn, step, ENDS.get(kind, "held"))
        outcome = "broken" if _broke(decision) else "happened"
        return Told(outcome, said, session.variables, after, session.mode, question=question)
    if session.mode is not Mode.BOT:
        turn.since, turn.previous = now, session.mode  # what it comes back to begins now
    text = clean(event.text)
    scene = _Scene(turn, text, words_of(text), event.payload, step)
    told = Told("silent", said, session.variables, after, session.mode, heard=text)
    if decision.session.pending and not said:
        return replace(told, outcome="kept", question=_question(turn, step, "held"))
    return _heard(scene, decision, told)


def _meant(release: Release, session: Session, event: Event, decision: Decision, now: datetime) -> Event:
    """The message that a burst came to, where it was over with this; else just what happened."""
    if not session.pending or decision.session.pending:
        return event
    if isinstance(event, TimerFired) and event.kind == bursts.CLOCK:
        return bursts.answered(release, session)
    if not isinstance(event, MessageReceived) or event.payload:
        return event
    if event.kind == "text" and bursts.cannot_wait(opened(release, session, event, now), event.text):
        return event
    whole = replace(session, pending=(*session.pending, clean(event.text)))
    return replace(event, text=bursts.answered(release, whole).text)


def _heard(scene: _Scene, decision: Decision, told: Told) -> Told:
    """What became of a message, the question that waited, and who else wanted it."""
    turn, asked = scene.turn, scene.asked
    fit = turn.release.triggers.candidates(scene.text, scene.words, scene.payload, turn)
    if turn.mode in SILENT and not told.said:
        question = _question(turn, scene.step, "held")
        return replace(told, question=question, lost=contest.all_lost(turn.release, fit, "mode"))
    if wanted(turn.release.person, scene.words, asked):
        rule, question = f"word '{' '.join(scene.words)}' reaches a person", _question(turn, scene.step, "person")
        lost = contest.all_lost(turn.release, fit, "person")
        return replace(told, outcome="person", rule=rule, question=question, lost=lost)
    won = _winner(fit, decision)
    outcome, rule, answered = _outcome(scene, decision, won)
    return replace(
        told,
        outcome="broken" if _broke(decision) else outcome,
        rule=rule,
        flow=won.trigger.go.flow if won else "",
        question=_question(turn, scene.step, answered),
        lost=contest.lost(turn, [each for each in fit if each[0] is not won], won, asked is not None),
    )


def _winner(fit: Iterable[tuple[Match, bool]], decision: Decision) -> Match | None:
    """Every way has a target of its own, so the first step entered tells which trigger led there."""
    first = decision.walked[0] if decision.walked else None
    return next((match for match, _ in fit if match.trigger.go is first), None)


def _outcome(scene: _Scene, decision: Decision, won: Match | None) -> tuple[str, str, str]:
    """What became of the message, the rule that took it, and what that was to the question."""
    if won is not None:
        if scene.asked is not None:
            return "interrupted", won.rule, "interrupted"
        return ("otherwise" if won.rule == "otherwise" else "started"), won.rule, "held"
    if scene.asked is None:
        return "nothing", "", "held"
    answer = _read(scene, scene.asked)
    if answer is not None:
        return "answered", answer.rule, "answered"
    if not decision.unmatched:
        return "nothing", "", "held"
    return "missed", "", "not_allowed" if _would_do(scene, scene.asked) else "not_understood"


def _would_do(scene: _Scene, step: Step) -> bool:
    """Understood, and only the question's `where` does not hold."""
    control = step.control
    if not isinstance(control, Ask) or control.where is None:
        return False
    freely = replace(step, control=replace(control, where=None))
    return _read(scene, freely) is not None


def _read(scene: _Scene, step: Step) -> questions.Answer | None:
    """A `where` that breaks took nothing either; that the flow broke is told as the outcome."""
    try:
        return questions.read(scene.turn, step, scene.text, scene.words, scene.payload)
    except Broken:
        return None


def _question(turn: Turn, step: Step | None, outcome: str) -> Question | None:
    if step is None or step.control is None:
        return None
    control = step.control
    if not isinstance(control, (Menu, Ask)):
        return Question(step, type(control).__name__.lower(), (), 0, 0, outcome)
    kind = control.kind if isinstance(control, Ask) else "menu"
    return Question(step, kind, _options(turn, control), turn.misses, control.invalid.retries, outcome)


def _options(turn: Turn, question: Menu | Ask) -> tuple[tuple[str, str], ...]:
    shown = questions.rendered(turn, question.choices, turn.language)[0] if question.choices else ()
    return tuple((option.key, option.label) for option in shown)


def _broke(decision: Decision) -> bool:
    return any(isinstance(effect, FindAgent) and effect.reason == "broken" for effect in decision.effects)
