"""The second look: does it make sense? References, circles, and whatever ways and words can be proved."""

from __future__ import annotations

from roms.engine import (
    check_calls,
    check_facts,
    check_known,
    check_media,
    check_ratings,
    check_values,
    check_waits,
    check_ways,
    check_words,
)
from roms.engine.book import Book, Edge
from roms.engine.flow import Person
from roms.engine.problems import Spot
from roms.engine.scope import FACTS
from roms.engine.table import Lifecycle
from roms.engine.types import Place


def check(book: Book, lifecycle: tuple[Lifecycle, Person] | None, *, whole: bool) -> None:
    """Note every problem. With `whole` false some files could not be read, and what may stand there is not missed."""
    _references(book)
    check_calls.check(book, whole=whole)
    _circles(book)
    check_words.check(book, lifecycle[1] if lifecycle else None)
    check_values.limits(book, lifecycle[0] if lifecycle else None)
    check_waits.check(book, lifecycle[0] if lifecycle else None)
    check_media.files(book)
    check_ratings.check(book)
    check_known.check(book)
    for second in book.otherwise[1:]:
        first = book.otherwise[0]
        book.add(second, "two-otherwise", where=f"{first.file}:{first.line}")
    for read in book.reads:
        if read.name.partition(".")[0] in FACTS:
            check_facts.check(book, read)
    if whole:
        check_ways.check(book)
        _variables(book)
        check_values.unset(book)
        check_media.used(book)
        check_media.buttons(book)
        if not book.otherwise:
            book.add(next(iter(book.flows.values()), Spot("flows")), "no-otherwise")


def _references(book: Book) -> None:
    for edge in book.edges:
        place = edge.target
        steps = book.steps.get(place.flow)
        if steps is None and place.flow in book.unread:
            continue
        if steps is None:
            book.add(edge.spot, "unknown-flow", word=place.flow, known=book.steps)
        elif place.step not in steps:
            elsewhere = [f"{flow}.{place.step}" for flow in book.steps if place.step in book.steps[flow]]
            book.add(edge.spot, "unknown-step", word=place.step, known=[*steps, *elsewhere])


def _circles(book: Book) -> None:
    """A circle in which the contact is never heard would talk for ever."""
    onward: dict[Place, list[Edge]] = {}
    for edge in book.edges:
        if not edge.asks:
            onward.setdefault(edge.source, []).append(edge)
    done: set[Place] = set()
    for start in onward:
        if start not in done:
            _walk(book, onward, start, done)


def _walk(book: Book, onward: dict[Place, list[Edge]], start: Place, done: set[Place]) -> None:
    """Depth first, without recursion: a flow may be a thousand steps long."""
    path: list[Place] = [start]
    open_ = {start: iter(onward.get(start, ()))}
    while path:
        edge = next(open_[path[-1]], None)
        if edge is None:
            place = path.pop()
            done.add(place)
            del open_[place]
        elif edge.target in open_:
            names = [place.step for place in path[path.index(edge.target) :]]
            book.add(edge.spot, "circle", word=" → ".join([*names, edge.target.step]))
        elif edge.target not in done:
            path.append(edge.target)
            open_[edge.target] = iter(onward.get(edge.target, ()))


def _variables(book: Book) -> None:
    """A name that nothing ever sets is a slip of the pen."""
    for read in book.reads:
        root = read.name.partition(".")[0]
        if root not in book.written and root not in FACTS and root not in ("message", "now"):
            code = "secret-place" if root == "secret" else "unknown-variable"
            book.add(read.spot, code, word=root, known=[*book.written, *FACTS, "message", "now"])
