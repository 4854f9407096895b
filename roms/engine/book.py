"""What is gathered while files are compiled: problems, and who leads where and reads what, for the checker."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from roms.engine.expression import Expression, ExpressionError, compile_expression
from roms.engine.flow import Choices, Step
from roms.engine.media import Media
from roms.engine.problems import Problem, Spot, found
from roms.engine.scope import Evaluate
from roms.engine.template import Template, Text, compile_template
from roms.engine.types import Place
from roms.engine.yamltext import Document, Path

LONGEST_SENT = 4096
Compiled = TypeVar("Compiled", Expression, Template)


@dataclass(frozen=True, slots=True)
class Edge:
    """One way from a step to another; `asks` when the contact is heard in between."""

    source: Place
    target: Place
    asks: bool
    spot: Spot
    way: str = ""  # "miss" or "timeout" where it is not an answer that leads on; "call" into a sub-flow, "back" past it
    gives: tuple[str, ...] = ()  # variables that are surely set by whoever goes this way


@dataclass(frozen=True, slots=True)
class Back:
    """How a sub-flow comes back to the step that called it, over all its ways together."""

    turns: int  # how often the contact is heard on the shortest of them
    quiet: bool  # there is one without a question and without a text
    hushed: bool  # there is one that says nothing after the contact was heard last
    gives: frozenset[str]  # of what the caller saves, what is set on all of them
    lost: frozenset[str]  # of what the caller saves, what some leave empty
    ends: frozenset[Place]  # the steps where it is over


@dataclass(frozen=True, slots=True)
class Start:
    """A trigger's way into a flow, and what its pattern finds."""

    place: Place
    gives: tuple[str, ...] = ()
    interrupt: bool = False


@dataclass(frozen=True, slots=True)
class Read:
    """A name that an expression or a text reads. Not `needed` where a missing value is provided for."""

    name: str
    spot: Spot
    flow: str
    path: Path
    needed: bool


@dataclass(frozen=True, slots=True)
class Said:
    """What a trigger wants to hear, for finding two flows that want the same."""

    phrase: tuple[str, ...]
    flow: str
    alone: bool  # without a condition
    priority: int
    spot: Spot
    kind: str = "keywords"
    interrupt: bool = False
    channels: frozenset[str] = frozenset()  # empty: all
    languages: frozenset[str] = frozenset()

    def covers(self, other: Said) -> bool:
        """Does it hear whatever the other hears? Then it never comes to the other."""
        return all(
            not mine or (theirs and theirs <= mine)
            for mine, theirs in ((self.channels, other.channels), (self.languages, other.languages))
        )


@dataclass(frozen=True, slots=True)
class Button:
    """A button that stands alone: what its tap brings, and what it is called."""

    payload: str
    label: Text
    spot: Spot


@dataclass(frozen=True, slots=True)
class Known:
    """What there is where the flows are to run: keys of teams, and labels."""

    teams: frozenset[str]
    labels: frozenset[str]


@dataclass(slots=True)
class Book:
    """Grows while the files are compiled; the checker reads it afterwards."""

    flows: dict[str, Spot] = field(default_factory=dict)
    steps: dict[str, dict[str, Spot]] = field(default_factory=dict)  # flow -> step -> where
    unread: set[str] = field(default_factory=set)  # flows of files that could not be read: what they hold is not known
    problems: list[Problem] = field(default_factory=list)
    edges: list[Edge] = field(default_factory=list)
    offered: list[tuple[Choices, list[Spot]]] = field(default_factory=list)  # with the place of each choice
    timeouts: dict[Place, Spot] = field(default_factory=dict)
    waits: dict[Place, Spot] = field(default_factory=dict)
    built: dict[Place, Step] = field(default_factory=dict)
    saved: dict[Place, dict[str, Spot]] = field(
        default_factory=dict
    )  # of each call: what it saves, and where it says so
    backs: dict[Place, Back] = field(default_factory=dict)  # of each call that can come back
    starts: list[Start] = field(default_factory=list)
    said: list[Said] = field(default_factory=list)
    otherwise: list[Spot] = field(default_factory=list)
    reads: list[Read] = field(default_factory=list)
    written: set[str] = field(default_factory=set)
    media: Mapping[str, Media] = field(default_factory=dict)  # the files of the release, by name
    shown: set[str] = field(default_factory=set)  # those that something says
    rates: list[tuple[Place, Spot]] = field(default_factory=list)  # the steps that ask how it was
    afterwards: set[str] = field(default_factory=set)  # flows that begin when an agent has closed the chat
    comments: list[tuple[Place, Spot]] = field(default_factory=list)  # and those that ask why
    buttons: list[Button] = field(default_factory=list)
    known: Known | None = None  # None: nobody said, as in tests of the files alone
    teams: list[tuple[str, Spot]] = field(default_factory=list)  # that something is handed to
    labels: list[tuple[str, Spot]] = field(default_factory=list)  # that are put on conversations

    def add(self, spot: Spot, code: str, **details: Any) -> None:
        self.problems.append(found(spot, code, **details))

    def warn(self, spot: Spot, code: str, **details: Any) -> None:
        self.problems.append(found(spot, code, severity="warning", **details))


@dataclass(frozen=True, slots=True)
class Desk:
    """One document being compiled into one book. Paths are of the document."""

    book: Book
    document: Document
    flow: str = ""

    def value(self, path: Path) -> Any:
        """What stands at a path, None when nothing does."""
        value = self.document.data
        for part in path:
            if isinstance(value, dict):
                value = value.get(part)
            else:
                value = value[part] if isinstance(value, list) and isinstance(part, int) else None
        return value

    def add(self, path: Path, code: str, **details: Any) -> None:
        self.book.add(self.document.at(path), code, **details)

    def failed(self, path: Path, error: ExpressionError) -> None:
        at = self.document.at(path, offset=error.offset)
        self.book.add(at, error.code, word=error.word, known=error.known, why=error.why)

    def expression(self, path: Path) -> Evaluate:
        """The compiled expression, with or without a leading `=`; a broken one is noted and gives nothing."""
        value = self.value(path)
        if not isinstance(value, str):
            return lambda _: value
        value = " " + value[1:] if value.startswith("=") else value
        expression = self._compiled(path, compile_expression, value)
        if expression is None:
            return lambda _: None
        self._reads(path, expression.names, expression.asked)
        return expression.value

    def _compiled(self, path: Path, compile_: Callable[[str], Compiled], source: str) -> Compiled | None:
        try:
            return compile_(source)
        except ExpressionError as error:
            self.failed(path, error)
            return None

    def template(self, path: Path) -> Template:
        value = str(self.value(path))
        language = "en" if path[-1] == "en" else "id"
        template = self._compiled(path, lambda source: compile_template(source, language), value)
        template = template or Template(value, (value,))
        self._reads(path, template.names, template.provided)
        if len(value) > LONGEST_SENT:
            self.book.warn(self.document.at(path), "text-long")
        return template

    def text(self, path: Path) -> Text:
        """One text, or one per language; a language that is missing is a warning."""
        value = self.value(path)
        if not isinstance(value, dict):
            return Text({}, self.template(path))
        templates = {language: self.template((*path, language)) for language in value}
        for language in ("id", "en"):
            if language not in templates:
                self.book.warn(self.document.at(path), "language", word=language)
        return Text(templates, templates.get("id") or next(iter(templates.values())))

    def texts(self, path: Path) -> tuple[Text, ...]:
        """None, one, or a list of texts."""
        value = self.value(path)
        if value is None:
            return ()
        if isinstance(value, list):
            return tuple(self.text((*path, number)) for number in range(len(value)))
        return (self.text(path),)

    def words(self, path: Path) -> list[tuple[str, Path]]:
        """A word, or a list of them, each with its path."""
        value = self.value(path)
        if value is None:
            return []
        if isinstance(value, list):
            return [(as_text(each), (*path, number)) for number, each in enumerate(value)]
        return [(as_text(value), path)]

    def target(
        self, path: Path, source: Place, *, asks: bool = False, way: str = "", gives: tuple[str, ...] = ()
    ) -> Place:
        """`step` of the same flow, or `flow.step`; noted for the checker."""
        flow, _, step = str(self.value(path)).rpartition(".")
        place = Place(flow or self.flow, step)
        self.book.edges.append(Edge(source, place, asks, self.document.at(path), way, gives))
        return place

    def _reads(self, path: Path, names: Iterable[tuple[str, int]], provided: frozenset[str]) -> None:
        for name, offset in names:
            spot = self.document.at(path, offset=offset)
            self.book.reads.append(Read(name, spot, self.flow, path, name.partition(".")[0] not in provided))


def as_text(value: object) -> str:
    """A scalar as its author typed it."""
    return str(value).lower() if isinstance(value, bool) else str(value)
