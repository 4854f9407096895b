"""From the plain values of a flow file to compiled steps: one small function per control."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from roms.engine import build_calls, build_lifecycle, build_outside
from roms.engine.book import Desk, as_text
from roms.engine.build_says import says
from roms.engine.flow import (
    Ask,
    Branch,
    Choice,
    Choices,
    Close,
    Control,
    End,
    Go,
    Handoff,
    Invalid,
    Menu,
    Rate,
    Step,
    Timeout,
)
from roms.engine.functions import duration
from roms.engine.occasions import LANGUAGES
from roms.engine.problems import Spot
from roms.engine.questions import rendered
from roms.engine.ratings import COMMENT, SCALE
from roms.engine.scope import LEARNED, Evaluate
from roms.engine.table import Burst
from roms.engine.template import Text, plain_text
from roms.engine.types import Place
from roms.engine.words import Typos, folded
from roms.engine.yamltext import Path

RETRIES = 2
_Question = tuple[Text, str, Invalid, Timeout | None, Burst | None]
_KNOWN = re.compile(r"\bknown\(\s*(\w+)")
_CHOOSE = plain_text("Maaf, belum paham. Silakan pilih salah satu.", "Sorry, please choose one of these.")
RATED = {
    5: plain_text("⭐⭐⭐⭐⭐ Sangat puas", "⭐⭐⭐⭐⭐ Very happy"),
    4: plain_text("⭐⭐⭐⭐ Puas", "⭐⭐⭐⭐ Happy"),
    3: plain_text("⭐⭐⭐ Cukup", "⭐⭐⭐ So-so"),
    2: plain_text("⭐⭐ Kurang puas", "⭐⭐ Not so happy"),
    1: plain_text("⭐ Tidak puas", "⭐ Unhappy"),
}
_AGAIN = plain_text("Maaf, belum paham. Boleh diulang?", "Sorry, I did not understand. Could you write it again?")


def step(desk: Desk, name: str, following: str | None) -> Step:
    """A step whose shape is right already."""
    path: Path = ("steps", name)
    place = Place(desk.flow, name)
    control = _control(desk, path, place)
    after = Place(desk.flow, following) if following else None
    return Step(
        place,
        desk.document.file,
        desk.document.at(path, key=True).line,
        _sets(desk, (*path, "set")),
        _labels(desk, (*path, "label")),
        desk.texts((*path, "note")),
        says(desk, (*path, "say")),
        control,
        after,
    )


def _labels(desk: Desk, path: Path) -> tuple[str, ...]:
    found = desk.words(path)
    desk.book.labels += [(word, desk.document.at(at)) for word, at in found]
    return tuple(word for word, _ in found)


def _control(desk: Desk, path: Path, place: Place) -> Control | None:
    named = [name for name in desk.value(path) if name in CONTROLS]
    if len(named) > 1:
        at = desk.document.at((*path, named[1]), key=True)
        desk.book.add(at, "two-controls", word=", ".join(named))
    return CONTROLS[named[0]](desk, (*path, named[0]), place) if named else None


def _sets(desk: Desk, path: Path) -> tuple[tuple[str, Evaluate], ...]:
    """`= price * 2` is an expression; any other text may have holes; numbers, true and false are themselves."""
    return tuple((name, _set(desk, (*path, name))) for name in desk.value(path) or ())


def _set(desk: Desk, path: Path) -> Evaluate:
    name, value = str(path[-1]), desk.value(path)
    if name not in LEARNED:
        desk.book.written.add(name)
    elif name == "contact.language" and not _told_later(value) and value not in LANGUAGES:
        desk.add(path, "shape-choice", word=as_text(value), known=LANGUAGES, choices=", ".join(LANGUAGES))
    if not isinstance(value, str):
        return lambda _: value
    if value.startswith("="):
        return desk.expression(path)
    template = desk.template(path)
    return template.render if template.holes else lambda _: value


def _told_later(value: Any) -> bool:
    return isinstance(value, str) and (value.startswith("=") or "{{" in value)


def _menu(desk: Desk, path: Path, place: Place) -> Menu:
    save = desk.value((*path, "save"))
    choices, gives = [], (save,) if save else ()
    for number, option in enumerate(desk.value((*path, "options"))):
        at: Path = (*path, "options", number)
        key = as_text(option["key"])
        choices.append(Choice(key, desk.text((*at, "label")), key, _lead(desk, (*at, "go"), place, gives)))
    filed = _choices(desk, (*path, "options"), choices)
    return Menu(*_question(desk, path, place, _CHOOSE), filed)


def _lead(desk: Desk, path: Path, place: Place, gives: tuple[str, ...]) -> Place:
    return desk.target(path, place, asks=True, gives=gives)


def _ask(desk: Desk, path: Path, place: Place) -> Ask:
    kind = desk.value((*path, "as")) or "text"
    if kind == COMMENT:
        desk.book.comments.append((place, desk.document.at((*path, "as"))))
        prompt, save, timeout = _asking(desk, path, place)
        own = build_lifecycle.burst(desk, (*path, "burst"))
        return Ask(prompt, save, Invalid((), 0, place), timeout, own, None, kind, None)
    choices = None
    if kind == "choice":
        at: Path = (*path, "choices")
        choices = _choices(desk, at, [_choice(desk, (*at, n), n) for n in range(len(desk.value(at)))])
    where = desk.expression((*path, "where")) if desk.value((*path, "where")) is not None else None
    return Ask(*_question(desk, path, place, _CHOOSE if choices else _AGAIN), choices, kind, where)


def _rate(desk: Desk, path: Path, place: Place) -> Rate:
    """Nothing leads on from an answer that is none, so nothing is said about it either."""
    desk.book.rates.append((place, desk.document.at(path, key=True)))
    prompt, save, timeout = _asking(desk, path, place)
    choices = [Choice(str(score), RATED[score], str(score)) for score in SCALE]
    phrases = {choice.key: choice for choice in choices}
    for choice in choices:
        for typed, where in desk.words((*path, "words", choice.key)):
            if phrases.setdefault(folded(typed) or typed, choice) is not choice:
                desk.add(where, "option-twice", word=typed, other=phrases[folded(typed)].key)
    filed = Choices(tuple(choices), phrases, {}, Typos({}), {})
    shown = {language: rendered(None, filed, language) for language in ("", "id", "en")}
    filed = Choices(filed.all, phrases, {}, filed.typos, shown)
    return Rate(prompt, save, Invalid((), 0, place), timeout, None, filed, "rating", None)


def _question(desk: Desk, path: Path, place: Place, sorry: Text) -> _Question:
    prompt, save, timeout = _asking(desk, path, place)
    retries = desk.value((*path, "invalid", "retries"))
    invalid = Invalid(
        says(desk, (*path, "invalid", "say")) or (sorry,),
        RETRIES if retries is None else retries,
        desk.target((*path, "invalid", "then"), place, asks=True, way="miss"),
    )
    return prompt, save, invalid, timeout, build_lifecycle.burst(desk, (*path, "burst"))


def _asking(desk: Desk, path: Path, place: Place) -> tuple[Text, str, Timeout | None]:
    """What all questions have."""
    save = desk.value((*path, "save")) or ""
    desk.book.written |= {save} - {""}
    timeout = None
    if desk.value((*path, "timeout")):
        desk.book.timeouts[place] = desk.document.at((*path, "timeout", "after"))
        seconds = duration(desk.value((*path, "timeout", "after")))
        timeout = Timeout(seconds, desk.target((*path, "timeout", "go"), place, asks=True, way="timeout"))
    return desk.text((*path, "prompt")), save, timeout


def _choice(desk: Desk, path: Path, number: int) -> Choice:
    """Numbered as it stands in the list; what is saved is its value, or the text itself."""
    value = desk.value(path)
    if isinstance(value, dict):
        return Choice(str(number + 1), desk.text((*path, "label")), as_text(value["value"]))
    return Choice(str(number + 1), desk.text(path), as_text(value))


def _choices(desk: Desk, path: Path, choices: list[Choice]) -> Choices:
    """File every key, word and label; two options for the same message is an author's slip."""
    phrases: dict[str, Choice] = {}
    for number, choice in enumerate(choices):
        at: Path = (*path, number)
        key = [(choice.key, (*at, "key") if desk.value((*at, "key")) is not None else at)]
        for typed, where in (*key, *desk.words((*at, "words"))):
            phrase = folded(typed) or typed.casefold()
            if phrases.setdefault(phrase, choice) is not choice:
                desk.add(where, "option-twice", word=typed, other=phrases[phrase].key)
    for choice in choices:
        for template in choice.label.templates:
            if not template.holes and (phrase := folded(template.source)):
                phrases.setdefault(phrase, choice)
    words = {phrase: choice for phrase, choice in phrases.items() if phrase.isalpha() and len(phrase) > 1}
    plain = not any(template.holes for choice in choices for template in choice.label.templates)
    filed = Choices(tuple(choices), phrases, words, Typos(words), {})
    languages = ("", "id", "en") if plain else ()
    shown = {language: rendered(None, filed, language) for language in languages}
    made = Choices(filed.all, filed.by_phrase, filed.by_word, filed.typos, shown)
    desk.book.offered.append((made, [_label_spot(desk, (*path, number)) for number in range(len(choices))]))
    return made


def _label_spot(desk: Desk, path: Path) -> Spot:
    labelled = isinstance(desk.value(path), dict)
    return desk.document.at((*path, "label") if labelled else path)


def _branch(desk: Desk, path: Path, place: Place) -> Branch:
    cases: list[tuple[Evaluate | None, Place, str]] = []
    items = desk.value(path)
    asked = _asked(items)
    for number, case in enumerate(items):
        at: Path = (*path, number)
        go = desk.target((*at, "go"), place, gives=asked)
        if "otherwise" in case:
            if number < len(items) - 1 or "when" in case:
                desk.add(at, "branch-otherwise")
            cases.append((None, go, "otherwise"))
        else:
            cases.append((desk.expression((*at, "when")), go, f"when {as_text(case['when'])[:100]}"))
    _never(desk, path, items)
    if all(when is not None for when, _, _ in cases):
        desk.add(path, "branch-otherwise")
    return Branch(tuple(cases))


def _never(desk: Desk, path: Path, cases: list[dict[str, Any]]) -> None:
    """Cases that nothing ever comes to: after one that always holds, after the same one, or never true themselves."""
    before: set[str] = set()
    for number, case in enumerate(cases):
        when = as_text(case.get("when", "true")).strip()
        if "true" in before or when in before or when == "false":
            desk.book.warn(desk.document.at((*path, number)), "case-never")
        if "otherwise" not in case:  # where it is not the last that is a mistake of its own
            before.add(when)


def _asked(cases: list[dict[str, Any]]) -> tuple[str, ...]:
    """What a branch asks `known(…)` of is provided for on every way out of it."""
    return tuple(name for case in cases for name in _KNOWN.findall(str(case.get("when", ""))))


def _handoff(desk: Desk, path: Path, _: Place) -> Handoff:
    team, priority = desk.value((*path, "team")), desk.value((*path, "priority"))
    if team:
        desk.book.teams.append((team, desk.document.at((*path, "team"))))
    skill = desk.value((*path, "skill")) or ""
    return Handoff(team or "", priority or "normal", says(desk, (*path, "say")), skill)


CONTROLS: dict[str, Callable[[Desk, Path, Place], Any]] = {
    "menu": _menu,
    "ask": _ask,
    "rate": _rate,
    "branch": _branch,
    "go": lambda desk, path, place: Go(desk.target(path, place)),
    "handoff": _handoff,
    "close": lambda desk, path, _: Close(says(desk, (*path, "say"))),
    "end": lambda *_: End(),
    "call": lambda desk, path, place: build_calls.call(desk, path, place, _sets(desk, (*path, "with"))),
    "wait": build_outside.wait,
    "http": build_outside.http,
}
