"""Is the lifecycle sound? What nobody can forbid has rows, every mode can be reached and left, no circles."""

from __future__ import annotations

from collections.abc import Iterator

from roms.engine import check_duties, check_facts
from roms.engine.book import Desk
from roms.engine.scope import FACTS, LIFECYCLE
from roms.engine.table import NEEDS, Lifecycle, Row
from roms.engine.types import Mode
from roms.engine.yamltext import Path

PERSON = (Mode.AGENT,)


def check(desk: Desk, lifecycle: Lifecycle) -> None:
    """Note every problem in the desk's book."""
    _needed_rows(desk, lifecycle)
    for (mode, event), rows in lifecycle.rows.items():
        _rows(desk, mode, event, rows)
    _after(desk, lifecycle)
    _snoozes(desk, lifecycle)
    _ways(desk, lifecycle)
    _circles(desk, lifecycle)
    for read in desk.book.reads:
        root = read.name.partition(".")[0]
        if read.name == "ahead" and read.path[:2] == ("person", "full"):
            continue
        known = (*FACTS, *LIFECYCLE, "message", "now")
        if root not in known:
            desk.book.add(read.spot, "lifecycle-name", word=root, known=known)
        elif root in FACTS:
            check_facts.check(desk.book, read)


def _needed_rows(desk: Desk, lifecycle: Lifecycle) -> None:
    """Nobody can forbid a contact to write; a flow can always ask for a person or end, and an overdue clock rings."""
    needed = [(mode, "message_received") for mode in Mode]
    needed += [(Mode.BOT, "handoff_requested"), (Mode.BOT, "closed"), (Mode.AGENT, "response_overdue")]
    for mode, event in needed:
        rows = lifecycle.rows.get((mode, event))
        if rows is None:
            desk.book.add(desk.document.at(("modes", mode.value), key=True), "mode-event", mode=mode, word=event)
        elif rows[-1].when is not None:
            desk.add(_path(desk, mode, event, len(rows) - 1), "last-row")


def _path(desk: Desk, mode: Mode, event: str, number: int) -> Path:
    path: Path = ("modes", mode.value, "on", event)
    return (*path, number) if isinstance(desk.value(path), list) else path


def _rows(desk: Desk, mode: Mode, event: str, rows: tuple[Row, ...]) -> None:
    for number, row in enumerate(rows):
        path = _path(desk, mode, event, number)
        check_duties.check(desk, mode, event, row, path)
        if "talk" in row.do and (row.back or (row.to or mode) is not Mode.BOT):
            desk.add((*path, "do", row.do.index("talk")), "talk-mode")
        for action in row.do:
            if event not in NEEDS.get(action, (event,)):
                desk.add((*path, "do", row.do.index(action)), "action-event", word=action, wanted=_wanted(action))


def _wanted(action: str) -> str:
    return " / ".join(NEEDS[action])


def _after(desk: Desk, lifecycle: Lifecycle) -> None:
    for mode, rows in lifecycle.after.items():
        path: Path = ("modes", mode.value, "after")
        if len({after.kind for after in rows}) < len(rows):
            desk.book.add(desk.document.at(path, key=True), "after-twice")
        for number, after in enumerate(rows):
            for position, action in enumerate(after.row.do):
                if action in NEEDS:
                    desk.add((*path, number, "do", position), "action-event", word=action, wanted=_wanted(action))


def _snoozes(desk: Desk, lifecycle: Lifecycle) -> None:
    """Only what people have can be out of their sight, and nothing is so for ever: the contact's word and a person's
    bring it back."""
    for mode in Mode:
        rows = lifecycle.rows.get((mode, "snoozed"))
        if rows is None:
            continue
        path: Path = ("modes", mode.value, "on", "snoozed")
        if mode is not Mode.AGENT or any(row.to or row.back for row in rows):
            desk.book.add(desk.document.at(path, key=True), "snooze-mode")
        elif (mode, "woken") not in lifecycle.rows:
            desk.book.add(desk.document.at(path, key=True), "snooze-wakes", word="woken")
        for row in lifecycle.rows.get((mode, "message_received"), ()):
            if row.to is None and not row.back and "wake" not in row.do:
                desk.book.add(desk.document.at(path, key=True), "snooze-wakes", word="message_received")


def _ways(desk: Desk, lifecycle: Lifecycle) -> None:
    """Every mode can be reached, and from every mode both a person and the end."""
    onward = _onward(lifecycle)
    reached = _reached(lifecycle.initial, onward)
    for mode in Mode:
        at = desk.document.at(("modes", mode.value), key=True)
        if mode not in reached:
            desk.book.add(at, "mode-unreachable", word=mode)
            continue
        for goal in (Mode.AGENT, Mode.CLOSED):
            if goal not in _reached(mode, onward):
                desk.book.add(at, "mode-stuck", mode=mode, word=goal)


def _steps(lifecycle: Lifecycle) -> Iterator[tuple[Mode, Row]]:
    for (mode, _), rows in lifecycle.rows.items():
        yield from ((mode, row) for row in rows)
    for mode, after in lifecycle.after.items():
        yield from ((mode, each.row) for each in after)


def _onward(lifecycle: Lifecycle) -> dict[Mode, set[Mode]]:
    """Where each mode may lead; `previous` leads to whatever mode leads here."""
    onward: dict[Mode, set[Mode]] = {mode: set() for mode in Mode}
    for mode, row in _steps(lifecycle):
        if row.to:
            onward[mode].add(row.to)
    into = {mode: {before for before, goals in onward.items() if mode in goals} for mode in Mode}
    for mode, row in _steps(lifecycle):
        if row.back:
            onward[mode] |= into[mode] or {lifecycle.initial}
    return onward


def _reached(start: Mode, onward: dict[Mode, set[Mode]]) -> set[Mode]:
    reached, waiting = set(), [start]
    while waiting:
        mode = waiting.pop()
        if mode not in reached:
            reached.add(mode)
            waiting += onward[mode]
    return reached


def _circles(desk: Desk, lifecycle: Lifecycle) -> None:
    """A chain of `after` that comes round would change modes for ever with nobody there.

    `previous` is followed only where `after` itself led in: a mode that a person chose lies outside the chain.
    """
    goals = {mode: {each.row.to for each in rows if each.row.to} for mode, rows in lifecycle.after.items()}
    for mode, rows in lifecycle.after.items():
        if any(each.row.back for each in rows):
            goals[mode] |= {before for before in Mode if mode in goals.get(before, ())}
    for mode in Mode:
        seen: set[Mode] = set()
        waiting = [goal for goal in goals.get(mode, ()) if goal]
        while waiting:
            goal = waiting.pop()
            if goal not in seen:
                seen.add(goal)
                waiting += [each for each in goals.get(goal, ()) if each]
        if mode in seen:
            desk.book.add(desk.document.at(("modes", mode.value, "after"), key=True), "after-circle", word=mode)
