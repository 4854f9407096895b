"""How every sub-flow comes back, found out beforehand: then a call is one way past it, and no way leads astray.

Were an end of a sub-flow joined to everything behind all who call it, there would be ways that nobody can walk: in
through one call and out of another.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from roms.engine.book import Back, Book, Edge
from roms.engine.flow import Ask, End, Http, Step, Subflow, Wait
from roms.engine.types import Place

OVER = Place("", "")  # where a flow ends
NOTHING: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class _Hop:
    """One way on within a flow, a call taken as a whole."""

    target: Place
    turns: int = 0
    quiet: bool = True
    hushed: bool = False
    gives: frozenset[str] = NOTHING
    lost: frozenset[str] = NOTHING


Onward = Mapping[Place, list[_Hop]]


def check(book: Book, *, whole: bool) -> None:
    """Note the ways back in the book; with `whole` also names that no sub-flow sets."""
    plain = _plain(book)
    calls = {place: step for place, step in book.built.items() if isinstance(step.control, Subflow)}
    changed = bool(calls)
    while changed:  # those that call each other: until nothing new comes of it
        onward = {**plain, **{place: _past(book, step) for place, step in calls.items()}}
        backs = {place: back for place, step in calls.items() if (back := _back(book, onward, step))}
        changed, book.backs = backs != book.backs, backs
    for place, step in calls.items():
        if whole:
            _saved(book, step)
        if place in book.backs and step.following is not None:
            back, spot = book.backs[place], book.steps[place.flow][place.step]
            book.edges.append(Edge(place, step.following, back.turns > 0, spot, "back", tuple(sorted(back.gives))))


def over(step: Step) -> bool:
    """Does the flow end here, for some answer at least?"""
    last = isinstance(step.control, (Ask, Subflow, Wait, Http)) or step.control is None
    return isinstance(step.control, End) or (last and step.following is None)


def _plain(book: Book) -> dict[Place, list[_Hop]]:
    """Every way that stays in its flow, and every end."""
    onward: dict[Place, list[_Hop]] = {place: [] for place in book.built}
    for edge in book.edges:
        if edge.source.flow == edge.target.flow and edge.way != "call" and edge.source in onward:
            heard = edge.asks and edge.way != "timeout"
            target = edge.target if edge.target in book.built else OVER
            onward[edge.source].append(_Hop(target, int(edge.asks), not edge.asks, heard, frozenset(edge.gives)))
    for place, step in book.built.items():
        if over(step) and isinstance(step.control, Ask):
            onward[place].append(_Hop(OVER, 1, False, True, frozenset((step.control.save,))))
        elif over(step) and not isinstance(step.control, Subflow):
            saved = {step.control.save} if isinstance(step.control, Http) else set()
            onward[place].append(_Hop(OVER, gives=frozenset(saved - {""})))
    return onward


def _past(book: Book, step: Step) -> list[_Hop]:
    """The way past a call, as far as is known."""
    back = book.backs.get(step.place)
    if back is None:
        return []
    return [_Hop(step.following or OVER, back.turns, back.quiet, back.hushed, back.gives, back.lost)]


def _back(book: Book, onward: Onward, step: Step) -> Back | None:
    """None where the sub-flow never ends. Of what is not there nothing bad is supposed."""
    control = step.control
    assert isinstance(control, Subflow)
    if control.to not in book.built:
        return Back(1, False, False, frozenset(control.save), NOTHING, frozenset())
    turns = _turns(onward, control.to)
    if OVER not in turns:
        return None
    known = _surely_set(book, onward, control.to, frozenset(name for name, _ in control.given))[OVER]
    gives = frozenset(mine for mine, theirs in control.save.items() if theirs in known)
    heard = [hop.target for place in turns for hop in onward.get(place, ()) if hop.hushed]
    ends = frozenset(place for place in turns if any(hop.target == OVER for hop in onward.get(place, ())))
    quiet = _falls_silent(book, onward, [control.to])
    return Back(turns[OVER], quiet, _falls_silent(book, onward, heard), gives, frozenset(control.save) - gives, ends)


def _turns(onward: Onward, start: Place) -> dict[Place, int]:
    """Every place within reach, with how often the contact is heard on the shortest way there."""
    found: dict[Place, int] = {}
    waiting: list[tuple[int, str, str]] = [(0, start.flow, start.step)]
    while waiting:
        count, flow, step = heapq.heappop(waiting)
        place = Place(flow, step)
        if place not in found:
            found[place] = count
            for hop in onward.get(place, ()):
                heapq.heappush(waiting, (count + hop.turns, hop.target.flow, hop.target.step))
    return found


def _falls_silent(book: Book, onward: Onward, starts: list[Place]) -> bool:
    """Can the flow end from here without a word?"""

    def after(place: Place) -> Iterator[Place]:
        step = book.built.get(place)
        if step is not None and not step.says:
            yield from (hop.target for hop in onward.get(place, ()) if hop.quiet)

    return OVER in reached(starts, after)


def reached(starts: Iterable[Place], after: Callable[[Place], Iterable[Place]]) -> set[Place]:
    """All that can be reached."""
    found: set[Place] = set()
    waiting = list(starts)
    while waiting:
        place = waiting.pop()
        if place not in found:
            found.add(place)
            waiting += after(place)
    return found


def _surely_set(book: Book, onward: Onward, start: Place, given: frozenset[str]) -> dict[Place, frozenset[str]]:
    known: dict[Place, frozenset[str]] = {}
    waiting = [(start, given)]
    while waiting:
        place, have = waiting.pop()
        merged = have & known[place] if place in known else have
        if known.get(place) == merged:
            continue
        known[place] = merged
        if place in book.built:
            own = merged | {name for name, _ in book.built[place].sets}
            waiting += [(hop.target, (own - hop.lost) | hop.gives) for hop in onward.get(place, ())]
    return known


def _saved(book: Book, step: Step) -> None:
    """What is saved must be set somewhere in the sub-flow, or be given to it."""
    control = step.control
    assert isinstance(control, Subflow)
    if control.to not in book.built:
        return
    written = {name for name, _ in control.given}
    for place, each in book.built.items():
        if place.flow == control.to.flow:
            written |= {name for name, _ in each.sets} | _named(getattr(each.control, "save", ""))
    for mine, theirs in control.save.items():
        if theirs not in written:
            spot = book.saved[step.place][mine]
            book.add(spot, "unknown-saved", word=theirs, flow=control.to.flow, known=sorted(written))


def _named(save: str | Mapping[str, str]) -> set[str]:
    return ({save} if isinstance(save, str) else set(save)) - {""}
