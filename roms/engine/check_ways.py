"""Where do the ways lead? Steps nobody reaches, turns that end in silence, questions without an end or a person."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from roms.engine import check_exits
from roms.engine.book import Book, Edge
from roms.engine.check_calls import reached
from roms.engine.flow import Ask, End, Http, Menu, Step, Wait
from roms.engine.types import Place

Onward = dict[Place, list[Edge]]


def check(book: Book) -> None:
    """Note what the graph of all flows together proves: over `go: other.step`, triggers and interrupts."""
    onward: Onward = {}
    for edge in book.edges:
        onward.setdefault(edge.source, []).append(edge)
    found = reached((start.place for start in book.starts), lambda place: _targets(onward, place))
    open_ = _open(book, onward, found)
    _unreached(book, found)
    _silent(book, onward, open_)
    check_exits.check(book, found, open_)


def _open(book: Book, onward: Onward, found: set[Place]) -> set[Place]:
    """Where an end is the end of the talk: what is reached otherwise than by being called. Whoever leaves a sub-flow
    for another flow does not come back."""
    starts = [start.place for start in book.starts]
    starts += [edge.target for edge in book.edges if edge.source in found and _goes_over(edge)]
    return reached(starts, lambda place: (edge.target for edge in onward.get(place, ()) if edge.way != "call"))


def _goes_over(edge: Edge) -> bool:
    return edge.way != "call" and edge.source.flow != edge.target.flow


def _targets(onward: Onward, place: Place) -> Iterator[Place]:
    return (edge.target for edge in onward.get(place, ()))


def _unreached(book: Book, found: set[Place]) -> None:
    for flow, steps in book.steps.items():
        unreached = [name for name in steps if Place(flow, name) not in found]
        if len(unreached) == len(steps):
            book.warn(book.flows[flow], "no-trigger", word=flow)
            continue
        for name in unreached:
            book.warn(steps[name], "unreachable", word=name)


def _silent(book: Book, onward: Onward, open_: set[Place]) -> None:
    """From everything a contact may write, on over steps that say nothing: none of them may be the end."""
    heard = [edge.target for edge in book.edges if _hushed(book, edge)]

    def after(place: Place) -> Iterable[Place]:
        step = book.built.get(place)
        if step is None or step.says or isinstance(step.control, (Menu, Ask)):
            return ()
        back = book.backs.get(place)
        return (edge.target for edge in onward.get(place, ()) if edge.way != "back" or (back and back.quiet))

    silent = reached([*(start.place for start in book.starts), *heard], after)
    for place, step in book.built.items():
        back = book.backs.get(place)
        last = bool(back) and step.following is None
        quietly = place in silent and not step.says and (_ends(step) or (last and back is not None and back.quiet))
        if place in open_ and (quietly or (last and back is not None and back.hushed)):
            book.warn(book.steps[place.flow][place.step], "silence", word=place.step)


def _hushed(book: Book, edge: Edge) -> bool:
    """Was the contact just heard, and nothing said yet?"""
    return book.backs[edge.source].hushed if edge.way == "back" else edge.asks and edge.way != "timeout"


def _ends(step: Step) -> bool:
    return isinstance(step.control, End) or (
        step.following is None and (step.control is None or isinstance(step.control, (Wait, Http)))
    )
