"""Where do the ways lead? Steps nobody reaches, turns that end in silence, questions without an end or a person."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator

from roms.engine.book import Book, Edge
from roms.engine.flow import Ask, Close, End, Handoff, Http, Menu, Step, Wait
from roms.engine.types import Place

MOST_TURNS = 5  # from any question to a person

Onward = dict[Place, list[Edge]]


def check(book: Book) -> None:
    """Note what the graph of all flows together proves: over `go: other.step`, triggers and interrupts."""
    onward: Onward = {}
    for edge in book.edges:
        onward.setdefault(edge.source, []).append(edge)
    reached = _reached((start.place for start in book.starts), lambda place: _targets(onward, place))
    _unreached(book, reached)
    _silent(book, onward)
    _endless(book, onward, reached)


def _targets(onward: Onward, place: Place) -> Iterator[Place]:
    return (edge.target for edge in onward.get(place, ()))


def _reached(starts: Iterable[Place], after: Callable[[Place], Iterable[Place]]) -> set[Place]:
    reached: set[Place] = set()
    waiting = list(starts)
    while waiting:
        place = waiting.pop()
        if place not in reached:
            reached.add(place)
            waiting += after(place)
    return reached


def _unreached(book: Book, reached: set[Place]) -> None:
    for flow, steps in book.steps.items():
        unreached = [name for name in steps if Place(flow, name) not in reached]
        if len(unreached) == len(steps):
            book.warn(book.flows[flow], "no-trigger", word=flow)
            continue
        for name in unreached:
            book.warn(steps[name], "unreachable", word=name)


def _silent(book: Book, onward: Onward) -> None:
    """From everything a contact may write, on over steps that say nothing: none of them may be the end."""
    heard = [edge.target for edge in book.edges if edge.asks and edge.way != "timeout"]

    def after(place: Place) -> Iterable[Place]:
        step = book.built.get(place)
        if step is None or step.says or isinstance(step.control, (Menu, Ask)):
            return ()
        return _targets(onward, place)

    for place in _reached([*(start.place for start in book.starts), *heard], after):
        step = book.built.get(place)
        if step is not None and not step.says and _ends(step):
            book.warn(book.steps[place.flow][place.step], "silence", word=place.step)


def _ends(step: Step) -> bool:
    return isinstance(step.control, End) or (
        step.following is None and (step.control is None or isinstance(step.control, (Wait, Http)))
    )


def _leaves(step: Step) -> bool:
    """The flow is over here, for some answer at least."""
    last = isinstance(step.control, Ask) and step.following is None
    return last or _ends(step) or isinstance(step.control, (Handoff, Close))


def _endless(book: Book, onward: Onward, reached: set[Place]) -> None:
    """Backwards from where the talk ends, and from where people are: which questions lead there?"""
    unknown = {edge.target for edge in book.edges if edge.target not in book.built}
    leaving = {place for place, step in book.built.items() if _leaves(step)} | unknown
    into: dict[Place, list[Place]] = {}
    for edge in book.edges:
        into.setdefault(edge.target, []).append(edge.source)
    out = _reached(leaving, lambda place: into.get(place, ()))
    near = _near_people(book, unknown)
    for place in sorted(reached & set(book.built), key=lambda each: (each.flow, each.step)):
        if isinstance(book.built[place].control, (Menu, Ask)):
            spot = book.steps[place.flow][place.step]
            if place not in out:
                book.warn(spot, "no-way-out", word=place.step)
            elif place not in near:
                book.warn(spot, "no-person", word=place.step, most=MOST_TURNS)


def _near_people(book: Book, unknown: set[Place]) -> set[Place]:
    """All places from which a person is at most so many turns away. A flow that ends leads to any trigger."""
    people = {place for place, step in book.built.items() if isinstance(step.control, Handoff)} | unknown
    into: dict[Place, list[tuple[Place, int]]] = {}
    for edge in book.edges:
        into.setdefault(edge.target, []).append((edge.source, int(edge.asks)))
    ends = [place for place, step in book.built.items() if _leaves(step) and not isinstance(step.control, Handoff)]
    questions = [place for place, step in book.built.items() if isinstance(step.control, (Menu, Ask, Http))]
    ends += [
        place for place, step in book.built.items() if isinstance(step.control, Wait)
    ]  # there any trigger is heard
    again = {start.place: ends for start in book.starts}
    again |= {start.place: ends + questions for start in book.starts if start.interrupt}
    turns = dict.fromkeys(people, 0)
    waiting = deque(people)
    while waiting:
        place = waiting.popleft()
        before = [*into.get(place, ()), *((source, 1) for source in again.pop(place, ()))]
        for source, more in before:
            count = turns[place] + more
            if count <= MOST_TURNS and count < turns.get(source, MOST_TURNS + 1):
                turns[source] = count
                (waiting.append if more else waiting.appendleft)(source)
    return set(turns)
