"""From the plain values of hours.yaml to a week, its holidays and the zone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from typing import Any
from zoneinfo import available_timezones

from roms.engine.book import Desk
from roms.engine.hours import DAY, DEFAULT_ZONE, ZONES, Holiday, Hours, Span, always, zone_named
from roms.engine.yamltext import Path

_DAYS = {
    name: number
    for number, names in enumerate(
        "mon senin, tue selasa, wed rabu, thu kamis, fri jumat, sat sabtu, sun minggu".split(", ")
    )
    for name in names.split()
}
_CLOSED = ("closed", "tutup")
_SPAN = re.compile(r"(\d{1,2})[:.](\d\d) ?- ?(\d{1,2})[:.](\d\d)", re.ASCII)
_DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)


def hours(desk: Desk) -> Hours:
    """Hours whose shape is right already."""
    name = desk.value(("zone",)) or DEFAULT_ZONE
    zone = zone_named(name)
    if zone is None:
        desk.add(("zone",), "zone", word=name, known=sorted({*ZONES, *available_timezones()}))
    days = {day: _spans(desk, ("days", written)) for written, _, day in _dated(desk, "days")}
    holidays = {day: _holiday(desk, ("holidays", written), value) for written, value, day in _dated(desk, "holidays")}
    return Hours(zone or always().zone, _week(desk), holidays, days)


def _week(desk: Desk) -> tuple[tuple[Span, ...], ...]:
    week: dict[int, tuple[Span, ...]] = {}
    for written in desk.value(("open",)):
        spans = _spans(desk, ("open", written))
        for day in _days(desk, written):
            if day in week:
                desk.book.add(desk.document.at(("open", written), key=True), "day-twice", word=written)
            week[day] = spans
    return tuple(week.get(day, ()) for day in range(7))


def _days(desk: Desk, written: str) -> list[int]:
    """`sat`, or `mon-fri`, or `fri-mon` round the end of the week."""
    first, dash, last = (part.strip().lower() for part in written.partition("-"))
    for word in (first, last) if dash else (first,):
        if word not in _DAYS:
            desk.book.add(desk.document.at(("open", written), key=True), "day", word=word, known=_DAYS)
            return []
    begin, end = _DAYS[first], _DAYS[last or first]
    return [(begin + step) % 7 for step in range((end - begin) % 7 + 1)]


def _spans(desk: Desk, path: Path) -> tuple[Span, ...]:
    found = [(word, at) for word, at in desk.words(path) if word.lower() not in _CLOSED]
    return tuple(span for word, at in found if (span := _span(desk, word, at)))


def _span(desk: Desk, written: str, path: Path) -> Span | None:
    """`08:00-17:00`; an end before the beginning is that of the next morning."""
    match = _SPAN.fullmatch(written.strip())
    if match:
        start, end = int(match[1]) * 60 + int(match[2]), int(match[3]) * 60 + int(match[4])
        if int(match[2]) < 60 and int(match[4]) < 60 and start < DAY and end <= DAY and start != end:
            return start, end if end > start else end + DAY
    desk.add(path, "span", word=written[:40])
    return None


def _dated(desk: Desk, part: str) -> Iterator[tuple[str, Any, date]]:
    for written, value in (desk.value((part,)) or {}).items():
        day = _date(written)
        if day is None:
            desk.book.add(desk.document.at((part, written), key=True), "holiday", word=str(written)[:40])
        else:
            yield written, value, day


def _date(written: str) -> date | None:
    try:
        return date.fromisoformat(written) if _DATE.fullmatch(written) else None
    except ValueError:
        return None


def _holiday(desk: Desk, path: Path, value: Any) -> Holiday:
    if isinstance(value, dict):
        return Holiday(value["name"], _spans(desk, (*path, "open")))
    return Holiday(value)
