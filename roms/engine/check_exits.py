"""Which questions lead to an end, and which to a person within a few turns? Found backwards, over every call.

Whoever is in a sub-flow comes out of it and may go into another one, but never into one and out of it to another
caller. So there are two passes: the first goes into sub-flows, the second out of them.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable

from roms.engine.book import Book
from roms.engine.check_calls import over
from roms.engine.flow import Ask, Close, Handoff, Http, Menu, Subflow, Wait
from roms.engine.types import Place

MOST_TURNS = 5  # from any question to a person
NEVER = 1_000_000
ANYWHERE, IN_BETWEEN = Place("", "any trigger"), Place("", "any interrupt")  # one crossing spares a way for every pair

Ways = list[tuple[Place, Place, int]]  # from, to, how often the contact is heard in between


def check(book: Book, found: set[Place], open_: set[Place]) -> None:
    """Of the places found, `open_` are those where an end is the end of the talk."""
    unknown = {edge.target for edge in book.edges if edge.target not in book.built}
    handoffs = {place for place, step in book.built.items() if isinstance(step.control, Handoff)} | unknown
    ends = {place for place, step in book.built.items() if place in open_ and _talk_ends(book, place)}
    closes = {place for place, step in book.built.items() if isinstance(step.control, Close)}
    outer = {_behind(place) for place in ends if place in book.backs}
    out = _turns(book, handoffs | ends | closes | outer, [], NEVER)
    near = _turns(book, handoffs, _again(book, ends | closes | outer), MOST_TURNS)
    for place in sorted(found & set(book.built), key=lambda each: (each.flow, each.step)):
        if isinstance(book.built[place].control, (Menu, Ask)):
            spot = book.steps[place.flow][place.step]
            if place not in out:
                book.warn(spot, "no-way-out", word=place.step)
            elif place not in near:
                book.warn(spot, "no-person", word=place.step, most=MOST_TURNS)


def _talk_ends(book: Book, place: Place) -> bool:
    """A call that stands last ends the talk only where it comes back."""
    step = book.built[place]
    return over(step) and (place in book.backs or not isinstance(step.control, Subflow))


def _again(book: Book, ends: set[Place]) -> Ways:
    """A flow that ends, and a wait, lead to any trigger with the next message, and a question to any interrupt."""
    ends = ends | {place for place, step in book.built.items() if isinstance(step.control, Wait)}
    questions = [place for place, step in book.built.items() if isinstance(step.control, (Menu, Ask, Http))]
    ways = [(end, ANYWHERE, 1) for end in ends] + [(each, IN_BETWEEN, 1) for each in questions]
    ways += [(ANYWHERE, start.place, 0) for start in book.starts]
    return ways + [(IN_BETWEEN, start.place, 0) for start in book.starts if start.interrupt]


def _turns(book: Book, goals: set[Place], more: Ways, most: int) -> dict[Place, int]:
    """Every place from which a goal can be reached within so many turns."""
    costs = {place: back.turns for place, back in book.backs.items()}
    plain = [
        (each.source, each.target, costs[each.source] if each.way == "back" else int(each.asks))
        for each in book.edges
        if each.way != "call"
    ]
    plain += [way for place in book.backs for way in _on_from(book, place)]
    into = [(edge.source, edge.target, 0) for edge in book.edges if edge.way == "call"]
    first = _backwards(dict.fromkeys(goals, 0), [*plain, *into, *more], most)
    outof = [
        (end, _behind(place), int(isinstance(book.built[end].control, Ask)))
        for place, back in book.backs.items()
        for end in back.ends
        if end not in book.backs
    ]
    return _backwards(first, [*plain, *outof], most)


def _behind(place: Place) -> Place:
    """Where a talk stands that has just come back to this call: a place of its own, without a way in again."""
    return Place(place.flow, f"{place.step} ")


def _on_from(book: Book, place: Place) -> Ways:
    """On to the next step; behind the last one the caller is over too, and whoever called it goes on."""
    following = book.built[place].following
    if following is not None:
        return [(_behind(place), following, 0)]
    return [(_behind(place), _behind(caller), 0) for caller, back in book.backs.items() if place in back.ends]


def _backwards(goals: dict[Place, int], ways: Iterable[tuple[Place, Place, int]], most: int) -> dict[Place, int]:
    into: dict[Place, list[tuple[Place, int]]] = {}
    for source, target, turns in ways:
        into.setdefault(target, []).append((source, turns))
    found: dict[Place, int] = {}
    waiting = [(turns, place.flow, place.step) for place, turns in goals.items()]
    heapq.heapify(waiting)
    while waiting:
        count, flow, step = heapq.heappop(waiting)
        place = Place(flow, step)
        if place in found:
            continue
        found[place] = count
        for source, turns in into.get(place, ()):
            if count + turns <= most and source not in found:
                heapq.heappush(waiting, (count + turns, source.flow, source.step))
    return found
