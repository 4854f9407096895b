"""From the plain values of a flow's `triggers` to compiled ones."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from roms.engine.book import Desk, Said, as_text
from roms.engine.occasions import CLOSED_BY_AGENT, LANGUAGES, limited
from roms.engine.patterns import PatternError, compiled
from roms.engine.triggers import Pattern, Trigger
from roms.engine.types import Place
from roms.engine.words import words_of
from roms.engine.yamltext import Path

_WORDS = ("keywords", "starts_with", "pattern", "payload")
_KINDS = (*_WORDS, "event", "otherwise")


def trigger(desk: Desk, path: Path, go: Place, order: int) -> Trigger:
    """A trigger whose shape is right already."""
    value = desk.value(path)
    if not any(kind in value for kind in _KINDS):
        desk.add(path, "trigger-empty")
    if value.get("return") and not value.get("interrupt"):
        desk.add((*path, "return"), "return-alone")
    if value.get("interrupt") and "event" in value and not any(kind in value for kind in _WORDS):
        desk.add((*path, "interrupt"), "interrupt-alone")
    if any(name == CLOSED_BY_AGENT for name, _ in desk.words((*path, "event"))):
        desk.book.afterwards.add(desk.flow)
    limits = _limits(desk, path)
    _note(desk, path, limits)
    return Trigger(
        go,
        order,
        _phrases(desk, (*path, "keywords")),
        _phrases(desk, (*path, "starts_with")),
        tuple(word for word, _ in desk.words((*path, "payload"))),
        _patterns(desk, (*path, "pattern")),
        "otherwise" in value,
        limited(desk.expression((*path, "when")) if "when" in value else None, *limits),
        value.get("priority", 0),
        value.get("interrupt", False),
        value.get("return", False),
        tuple(name for name, _ in desk.words((*path, "event"))),
        _condition(value),
    )


def _limits(desk: Desk, path: Path) -> tuple[frozenset[str], frozenset[str]]:
    """The channels and the languages it listens to; none of them means all."""
    channels = frozenset(name.casefold() for name, _ in desk.words((*path, "channels")))
    languages = frozenset(name for name, _ in desk.words((*path, "language")))
    return channels, languages if languages < set(LANGUAGES) else frozenset()


def _note(desk: Desk, path: Path, limits: tuple[frozenset[str], frozenset[str]]) -> None:
    """What it wants to hear, for the checker. An `otherwise` without a limit is there just once, and kept apart."""
    value = desk.value(path)
    alone, priority, interrupt = "when" not in value, value.get("priority", 0), value.get("interrupt", False)
    for kind in (*_WORDS, "event"):
        for word, at in desk.words((*path, kind)):
            phrase = tuple(words_of(word)) if kind in ("keywords", "starts_with") else (word,)
            said = Said(phrase, desk.flow, alone, priority, desk.document.at(at), kind, interrupt, *limits)
            desk.book.said.append(said)
    if "otherwise" in value:
        spot = desk.document.at((*path, "otherwise"), key=True)
        if alone and not any(limits):
            desk.book.otherwise.append(spot)
        else:
            said = Said(("otherwise",), desk.flow, alone, priority, spot, "otherwise", interrupt, *limits)
            desk.book.said.append(said)


def _condition(value: Mapping[str, Any]) -> str:
    """What must hold for this trigger, as it is written, to explain with."""
    given = [name for name in ("when", "channels", "language") if name in value]
    return ", ".join(as_text(value[name]) if name == "when" else f"{name}: {value[name]}" for name in given)[:200]


def _phrases(desk: Desk, path: Path) -> tuple[tuple[str, ...], ...]:
    phrases = []
    for word, at in desk.words(path):
        folded = tuple(words_of(word))
        if folded:
            phrases.append(folded)
        else:
            desk.add(at, "keyword-empty", word=word)
    return tuple(phrases)


def _patterns(desk: Desk, path: Path) -> tuple[Pattern, ...]:
    """Named groups become variables."""
    source = desk.value(path)
    if source is None:
        return ()
    try:
        pattern = compiled(source, any_case=True)
    except PatternError as error:
        desk.add(path, "pattern", why=str(error))
        return ()
    groups = tuple(pattern.groupindex)
    desk.book.written.update(groups)
    return (Pattern(source, pattern, groups),)
