"""Flow tests as people write them, `flows/tests/*.yaml`: read, with the line of everything in them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

from roms.engine import shape
from roms.engine.functions import duration
from roms.engine.hours import ZONES
from roms.engine.problems import FlowErrors, Problem, Spot, found
from roms.engine.types import JSON
from roms.engine.yamltext import Document, Path, read

SCHEMA = "script.schema.json"
SOME_DAY = datetime(2025, 11, 3, 3, tzinfo=UTC)  # Monday, 10 o'clock in Jakarta: when a test names no time


@dataclass(frozen=True, slots=True)
class Line:
    """What happens ("customer", "wait", …) or is expected ("bot", "mode", …), and where the chat says so."""

    kind: str
    value: Any
    spot: Spot


@dataclass(frozen=True, slots=True)
class Script:
    """A flow test: who writes to us and when, and how the chat goes."""

    name: str
    spot: Spot
    time: datetime
    contact: JSON
    channel: JSON
    chat: tuple[Line, ...]


def scripts(files: Mapping[str, str]) -> tuple[Script, ...]:
    """The tests in these files, one or a list in each. Raises FlowErrors with everything that is wrong with them."""
    problems: list[Problem] = []
    tests: list[Script] = []
    for name in sorted(files):
        document = read(name, files[name])
        if isinstance(document, Problem):
            problems.append(document)
        else:
            tests += _scripts(document, problems)
    if problems:
        raise FlowErrors(problems)
    return tuple(tests)


def _scripts(document: Document, problems: list[Problem]) -> list[Script]:
    """A file with a list of tests is read test by test, so that each has the same shape."""
    if not isinstance(document.data, list):
        return _script(document, problems)
    tests = []
    for number, data in enumerate(document.data):
        inside = Document(document.file, data)
        for marks, kept in ((document.keys, inside.keys), (document.values, inside.values)):
            kept.update({path[1:]: mark for path, mark in marks.items() if path[:1] == (number,)})
        tests += _script(inside, problems)
    return tests


def _script(document: Document, problems: list[Problem]) -> list[Script]:
    wrong = [problem for _, problem in shape.misshapen(document, SCHEMA)]
    problems += wrong
    if wrong:
        return []
    data = document.data
    given = data.get("given", {})
    time = _time(document, given.get("time"), problems)
    contact, channel = given.get("contact", {}), given.get("channel", {})
    spot = document.at(("test",), key=True)
    return [Script(f"{data['test']}{way}", spot, time, contact, channel, chat) for way, chat in _chats(document)]


def _chats(document: Document) -> Iterator[tuple[str, tuple[Line, ...]]]:
    """Where the contact writes one of a list, the chat goes once for each: first all first ones, then all second …"""
    chat = document.data["chat"]
    lists = [line["customer"] for line in chat if isinstance(line.get("customer"), list)]
    for turn in range(max(map(len, lists), default=1)):
        way = ", ".join(str(each[turn]) for each in lists if turn < len(each))
        lines = tuple(_line(document, ("chat", number), turn) for number in range(len(chat)))
        yield f" ({way})" if way else "", lines


def _line(document: Document, path: Path, turn: int) -> Line:
    ((kind, value),) = document.data["chat"][path[1]].items()
    if kind == "customer" and isinstance(value, list):
        value = value[min(turn, len(value) - 1)]
    if kind == "wait":
        value = timedelta(seconds=duration(value))
    return Line(kind, value, document.at((*path, kind), key=True))


def _time(document: Document, text: str | None, problems: list[Problem]) -> datetime:
    """`2025-11-03 10:00 Asia/Jakarta`; without a zone it is UTC."""
    if text is None:
        return SOME_DAY
    date, _, rest = text.strip().partition(" ")
    clock, _, zone = rest.strip().partition(" ")
    try:
        where: tzinfo = ZoneInfo(ZONES.get(zone.strip(), zone.strip())) if zone else UTC
        return datetime.fromisoformat(f"{date} {clock or '00:00'}").replace(tzinfo=where).astimezone(UTC)
    except (ValueError, OSError, KeyError):  # a zone that is not there is a KeyError, one with odd letters any of them
        problems.append(found(document.at(("given", "time")), "script-time", word=text[:60]))
        return SOME_DAY
