"""Questions: how a menu or an ask is put, and what counts as an answer to it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from roms.engine import answers, attachments, dates, ratings
from roms.engine.effects import AskRating, Option
from roms.engine.events import MessageReceived
from roms.engine.flow import Ask, Choice, Choices, Menu, Question, Rate, Step
from roms.engine.hours import Hours
from roms.engine.moments import local
from roms.engine.sayings import Sayable
from roms.engine.template import plain_text
from roms.engine.turn import Turn, later, say, send, start_clock, stop_clock
from roms.engine.types import Place
from roms.engine.value import value

_YES, _NO = plain_text("Ya", "Yes"), plain_text("Tidak", "No")


@value
class Answer:
    """What the contact meant, why we think so, and where it leads when the question says so."""

    value: Any
    rule: str
    go: Place | None = None


@dataclass(slots=True)
class Supposed:
    """The scope of a `where`: as if the answer had been taken already."""

    variables: Mapping[str, Any]
    turn: Turn

    @property
    def facts(self) -> Mapping[str, Any]:
        return self.turn.facts

    @property
    def message(self) -> Mapping[str, Any]:
        return self.turn.message

    @property
    def lifecycle(self) -> Mapping[str, Any]:
        return self.turn.lifecycle

    @property
    def now(self) -> datetime:
        return self.turn.now

    @property
    def hours(self) -> Hours:
        return self.turn.hours


def wait(turn: Turn, step: Step, question: Question) -> None:
    """Put the question and wait for its answer."""
    prompt, choices = question.prompt.read(turn, turn.language), question.choices
    ready = choices.rendered.get(turn.language) if choices else None
    options, lines = ready or _options(turn, question)
    send(turn, f"{prompt}\n{lines}" if lines else prompt, prompt, options)
    turn.place, turn.misses = step.place, 0
    turn.pinned = turn.release.number
    set_timeout(turn, question)


def rate(turn: Turn, step: Step, question: Rate) -> None:
    """Put it, and have it written down that it was put."""
    wait(turn, step, question)
    turn.effects.append(AskRating())


def say_again(turn: Turn, question: Question, saying: Sayable) -> None:
    """How it is meant. What could be tapped under the question is offered anew: only the newest line can be tapped."""
    said = saying.read(turn, turn.language)
    if isinstance(said, str) and said.strip():
        send(turn, said, said, _options(turn, question)[0])
    else:
        say(turn, saying)
    set_timeout(turn, question)


def set_timeout(turn: Turn, question: Question) -> None:
    if question.timeout:
        start_clock(turn, "question", later(turn, question.timeout.after))
    else:
        stop_clock(turn, "question")


def _options(turn: Turn, question: Question) -> tuple[tuple[Option, ...], str]:
    """What can be tapped, and the numbered lines for where nothing can."""
    choices = question.choices
    if choices is None:
        if isinstance(question, Ask) and question.kind == "yes_no":
            words = [text.read(turn, turn.language) for text in (_YES, _NO)]
            return tuple(Option(word.lower(), word) for word in words), ""
        return (), ""
    return choices.rendered.get("") or rendered(turn, choices, turn.language)


def rendered(scope: Any, choices: Choices, language: str) -> tuple[tuple[Option, ...], str]:
    options = tuple(Option(choice.key, choice.label.read(scope, language)) for choice in choices.all)
    return options, "\n".join(f"{option.key}. {option.label}" for option in options)


def read(turn: Turn, step: Step, text: str, words: list[str], payload: str | None) -> Answer | None:
    """The answer to the waiting question, or None when it is none."""
    question = step.control
    if isinstance(question, Menu):
        choice, rule = choose(question.choices, words, payload)
        return Answer(choice.value, rule, choice.go) if choice else None
    assert isinstance(question, Ask)
    if ratings.is_of_a_survey(question):
        return _surveyed(turn, question, text, words, payload)
    if question.choices:
        choice, rule = choose(question.choices, words, payload)
        value: Any = choice.value if choice else None
    else:
        value, rule = _understood(turn, question.kind, text or payload or ""), "answer accepted"
    if value is None or not _allowed(turn, question, value):
        return None
    return Answer(value, rule)


def _surveyed(turn: Turn, question: Ask, text: str, words: list[str], payload: str | None) -> Answer | None:
    """What a flow wants to hear is no answer: a comment only where the whole message is such a word, a score only where
    there is more in the message than the score."""
    wants = turn.release.triggers.find(text, words, payload, turn)
    if not isinstance(question, Rate):
        is_other = wants is not None and wants.rule == f"keyword '{' '.join(words)}'"
        said = answers.text(text)
        return None if is_other or said is None else Answer(said, "answer accepted")
    score, is_sure = ratings.understood(question, text, words, payload)
    if score is None or (wants is not None and not is_sure):
        return None
    return Answer(score, f"option {score}")


def _understood(turn: Turn, kind: str, text: str) -> Any:
    """Days and times mean something only beside the time on the wall."""
    if kind in dates.READ:
        return dates.READ[kind](text, local(turn.now, turn.hours.zone))
    if kind in attachments.READ:
        return attachments.READ[kind](text, turn.event.content if isinstance(turn.event, MessageReceived) else None)
    return answers.READ[kind](text)


def _allowed(turn: Turn, question: Ask, value: Any) -> bool:
    if question.where is None:
        return True
    variables = {**turn.variables, question.save: value}
    return bool(question.where(Supposed(variables, turn)))


def choose(choices: Choices | None, words: list[str], payload: str | None) -> tuple[Choice | None, str]:
    """By tapped button, key, label or word; `nomor dua`; one word in a sentence; hurried spelling and slips last."""
    if choices is None:
        return None, ""
    phrase = " ".join(words)
    if exact := choices.by_phrase.get(payload.casefold() if payload else phrase) or choices.by_phrase.get(phrase):
        return exact, f"option {exact.key}"
    if numbered := choices.by_phrase.get(answers.number_chosen(words)):
        return numbered, f"option {numbered.key}"
    meant = {word: choice for word in words if (choice := choices.by_word.get(word))}
    if not meant:
        near = [known for word in words if (known := choices.typos.nearest(word))]
        meant = {word: choices.by_word[word] for word in near}
    chosen = list({choice.key: choice for choice in meant.values()}.values())
    return (chosen[0], f"option {chosen[0].key}, by '{next(iter(meant))}'") if len(chosen) == 1 else (None, "")
