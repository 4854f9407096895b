"""The second look: does it make sense? References, circles, ways that lead nowhere, words that two flows want."""

from __future__ import annotations

from collections.abc import Iterable

from roms.engine.book import Book, Edge, Said
from roms.engine.problems import Spot
from roms.engine.scope import FACTS
from roms.engine.types import Place


def check(book: Book, *, whole: bool) -> None:
    """Note every problem. With `whole` false some files could not be read, and what may stand there is not missed."""
    _references(book)
    _circles(book)
    _shadowed(book)
    for second in book.otherwise[1:]:
        first = book.otherwise[0]
        book.add(second, "two-otherwise", where=f"{first.file}:{first.line}")
    if whole:
        _reachable(book)
        _variables(book)
        if not book.otherwise:
            book.add(next(iter(book.flows.values()), Spot("flows")), "no-otherwise")


def _references(book: Book) -> None:
    for edge in book.edges:
        place = edge.target
        steps = book.steps.get(place.flow)
        if steps is None:
            book.add(edge.spot, "unknown-flow", word=place.flow, known=book.steps)
        elif place.step not in steps:
            book.add(edge.spot, "unknown-step", word=place.step, known=steps)


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


def _reachable(book: Book) -> None:
    onward: dict[Place, list[Place]] = {}
    for edge in book.edges:
        onward.setdefault(edge.source, []).append(edge.target)
    reached = _reached(book.starts, onward)
    for flow, steps in book.steps.items():
        unreached = [name for name in steps if Place(flow, name) not in reached]
        if len(unreached) == len(steps):
            book.warn(book.flows[flow], "no-trigger", word=flow)
            continue
        for name in unreached:
            book.warn(steps[name], "unreachable", word=name)


def _reached(starts: Iterable[Place], onward: dict[Place, list[Place]]) -> set[Place]:
    reached, waiting = set(), list(starts)
    while waiting:
        place = waiting.pop()
        if place not in reached:
            reached.add(place)
            waiting += onward.get(place, ())
    return reached


def _variables(book: Book) -> None:
    """A name that nothing ever sets is a slip of the pen."""
    for name, spot in book.reads:
        root = name.partition(".")[0]
        if root not in book.written and root not in FACTS and root != "message":
            book.add(spot, "unknown-variable", word=root, known=[*book.written, *FACTS, "message"])


def _shadowed(book: Book) -> None:
    """Of two flows that want the same word unconditionally, one would never get it."""
    first: dict[tuple[tuple[str, ...], int], Said] = {}
    for said in book.said:
        if said.alone and said.phrase:
            other = first.setdefault((said.phrase, said.priority), said)
            if other is not said:
                book.warn(said.spot, "keyword-twice", word=" ".join(said.phrase), other=other.flow)
