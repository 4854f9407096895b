"""Texts with `{{name|filter:"argument"}}`, compiled once. What a contact wrote is put in as it is."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from roms.engine.expression import ExpressionError
from roms.engine.filters import FILTERS, SPEAKING, Filter
from roms.engine.scope import Evaluate, Scope, reader, shown
from roms.engine.words import LONGEST_TEXT

HOLE = re.compile(r"\{\{([^{}]*)\}\}")
_NAME = re.compile(r"\s*([^\W\d]\w*(?:\.[^\W\d]\w*)*)\s*")
_FILTER = re.compile(r"""\|\s*(\w+)\s*(?::\s*(?:"([^"]*)"|'([^']*)')\s*)?""")

Filters = tuple[tuple[Filter, str], ...]


@dataclass(frozen=True, slots=True)
class Template:
    """A text with holes: `pieces` stand before, between and after them."""

    source: str
    pieces: tuple[str, ...]
    holes: tuple[tuple[Evaluate, Filters], ...] = ()
    names: tuple[tuple[str, int], ...] = ()  # what it reads, each with its place in the text
    provided: frozenset[str] = frozenset()  # variables that have a `default` wherever they stand

    def render(self, scope: Scope) -> str:
        """The text with its holes filled; a missing value leaves its hole empty."""
        if not self.holes:
            return self.pieces[0]
        parts = [self.pieces[0]]
        for (read, filters), after in zip(self.holes, self.pieces[1:], strict=True):
            value = read(scope)
            for change, argument in filters:
                value = change(value, argument)
            parts += (shown(value), after)
        return "".join(parts)[:LONGEST_TEXT]


def compile_template(source: str, language: str = "id") -> Template:
    """Raises ExpressionError with the place of the mistake."""
    pieces, holes, names, bare, position = [], [], [], set(), 0
    for hole in HOLE.finditer(source):
        name, filters = _hole(hole.group(1), hole.start(1), language)
        pieces.append(_plain(source, position, hole.start()))
        holes.append((reader(name), filters))
        names.append((name, hole.start(1)))
        if FILTERS["default"] not in [change for change, _ in filters]:
            bare.add(name.partition(".")[0])
        position = hole.end()
    pieces.append(_plain(source, position, len(source)))
    provided = frozenset(name.partition(".")[0] for name, _ in names) - bare
    return Template(source, tuple(pieces), tuple(holes), tuple(names), provided)


def _plain(source: str, start: int, end: int) -> str:
    """A piece without holes; a brace pair left open is a slip the author wants to hear of."""
    piece = source[start:end]
    for braces in ("{{", "}}"):
        if braces in piece:
            raise ExpressionError("braces", start + piece.index(braces), braces)
    return piece


def _hole(inside: str, offset: int, language: str) -> tuple[str, Filters]:
    match = _NAME.match(inside)
    if match is None:
        raise ExpressionError("hole", offset, inside.strip()[:30])
    filters, position = [], match.end()
    while position < len(inside):
        following = _FILTER.match(inside, position)
        if following is None:
            raise ExpressionError("hole", offset + position, inside[position:].strip()[:30])
        if following[1] not in FILTERS:
            raise ExpressionError("unknown-filter", offset + following.start(1), following[1], list(FILTERS))
        usual = language if following[1] in SPEAKING else ""
        filters.append((FILTERS[following[1]], following[2] or following[3] or usual))
        position = following.end()
    return match[1], tuple(filters)


@dataclass(frozen=True, slots=True)
class Text:
    """What is said, in one language for all or in one per language."""

    by_language: Mapping[str, Template]
    fallback: Template

    def read(self, scope: Scope, language: str) -> str:
        template = self.by_language.get(language, self.fallback)
        return template.render(scope) if template.holes else template.pieces[0]

    @property
    def templates(self) -> tuple[Template, ...]:
        return tuple(self.by_language.values()) or (self.fallback,)


def plain_text(indonesian: str, english: str) -> Text:
    """A text of our own, in both languages."""
    id_, en = Template(indonesian, (indonesian,)), Template(english, (english,))
    return Text({"id": id_, "en": en}, id_)
