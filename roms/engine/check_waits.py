"""Waits that never end, come too late, or lead to nothing."""

from __future__ import annotations

from collections.abc import Mapping

from roms.engine.book import Book, Edge
from roms.engine.check_values import WINDOW
from roms.engine.flow import Ask, Menu, Step, Wait
from roms.engine.table import Lifecycle
from roms.engine.types import Mode, Place

Onward = Mapping[Place, list[Edge]]


def check(book: Book, lifecycle: Lifecycle | None) -> None:
    """Along every way the silences add up from where the contact was last heard."""
    waits = {place: step for place, step in book.built.items() if isinstance(step.control, Wait)}
    if not waits:
        return
    onward: dict[Place, list[Edge]] = {}
    for edge in book.edges:
        onward.setdefault(edge.source, []).append(edge)
    idle = [after.seconds for after in lifecycle.after[Mode.BOT] if after.kind == "idle"] if lifecycle else []
    silent = _silences(book, onward)
    for place, step in waits.items():
        before = silent.get(place, 0)
        _wait(book, onward, step, (before, before + _seconds(step)), min(idle, default=0))


def _wait(book: Book, onward: Onward, step: Step, silence: tuple[int, int], idle: int) -> None:
    assert isinstance(step.control, Wait)
    spot, (before, after) = book.waits[step.place], silence
    if step.control.until is None and not step.control.after:
        book.add(spot, "wait-zero")
    elif step.following is None:
        book.warn(spot, "wait-last")
    elif idle and before < idle <= after:
        book.warn(spot, "timeout-late", most=f"{idle // 60} min")
    elif before < WINDOW <= after and _speaks(book, onward, step.following):
        book.warn(spot, "window")


def _seconds(step: Step | None) -> int:
    return step.control.after if step is not None and isinstance(step.control, Wait) else 0


def _silences(book: Book, onward: Onward) -> dict[Place, int]:
    """The longest silence, in seconds, with which each step is reached; never counted past a day's window twice."""
    silent: dict[Place, int] = {}
    waiting = [(start.place, 0) for start in book.starts] + [(edge.target, _asked(book, edge)) for edge in book.edges]
    while waiting:
        place, seconds = waiting.pop()
        if seconds <= silent.get(place, -1):
            continue
        silent[place] = seconds
        most = seconds + _seconds(book.built.get(place))
        if most < 8 * WINDOW:  # a circle of waits, an error of its own, would add up for ever
            waiting += [(edge.target, most) for edge in onward.get(place, ()) if not edge.asks]
    return silent


def _asked(book: Book, edge: Edge) -> int:
    """An answer ends the silence; a timeout is one."""
    step = book.built.get(edge.source)
    control = step.control if step else None
    timed_out = edge.way == "timeout" and isinstance(control, (Menu, Ask)) and control.timeout
    return control.timeout.after if timed_out else 0  # type: ignore[union-attr]


def _speaks(book: Book, onward: Onward, place: Place) -> bool:
    """Is there anything said before the contact is heard again, or waited for once more?"""
    seen: set[Place] = set()
    waiting = [place]
    while waiting:
        place = waiting.pop()
        step = book.built.get(place)
        if step is None or place in seen:
            continue
        seen.add(place)
        if step.says or isinstance(step.control, (Menu, Ask)) or getattr(step.control, "says", ()):
            return True
        waiting += [edge.target for edge in onward.get(place, ()) if not edge.asks]
    return False
