"""From the plain values of a flow's `triggers` to compiled ones."""

from __future__ import annotations

from roms.engine.book import Desk, Said, as_text
from roms.engine.patterns import PatternError, compiled
from roms.engine.triggers import Pattern, Trigger
from roms.engine.types import Place
from roms.engine.words import words_of
from roms.engine.yamltext import Path

_KINDS = ("keywords", "starts_with", "pattern", "payload", "otherwise")


def trigger(desk: Desk, path: Path, go: Place, order: int) -> Trigger:
    """A trigger whose shape is right already."""
    value = desk.value(path)
    if not any(kind in value for kind in _KINDS):
        desk.add(path, "trigger-empty")
    if value.get("return") and not value.get("interrupt"):
        desk.add((*path, "return"), "return-alone")
    alone, priority = "when" not in value, value.get("priority", 0)
    for kind in ("keywords", "starts_with", "payload", "pattern"):
        for word, at in desk.words((*path, kind)):
            phrase = tuple(words_of(word)) if kind in ("keywords", "starts_with") else (word,)
            spot, interrupt = desk.document.at(at), value.get("interrupt", False)
            desk.book.said.append(Said(phrase, desk.flow, alone, priority, spot, kind, interrupt))
    if "otherwise" in value:
        desk.book.otherwise.append(desk.document.at((*path, "otherwise"), key=True))
    return Trigger(
        go,
        order,
        _phrases(desk, (*path, "keywords")),
        _phrases(desk, (*path, "starts_with")),
        tuple(word for word, _ in desk.words((*path, "payload"))),
        _patterns(desk, (*path, "pattern")),
        "otherwise" in value,
        desk.expression((*path, "when")) if "when" in value else None,
        priority,
        value.get("interrupt", False),
        value.get("return", False),
        condition=as_text(value["when"])[:200] if "when" in value else "",
    )


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
