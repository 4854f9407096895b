"""When people are there: a week of opening hours with holidays, on the wall of one zone. Pure calendar arithmetic.

Nothing is reckoned before somebody asks: `hours.open` costs a turn that does not read it nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta, tzinfo
from functools import lru_cache
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

DEFAULT_ZONE = "Asia/Jakarta"
ZONES = {"WIB": DEFAULT_ZONE, "WITA": "Asia/Makassar", "WIT": "Asia/Jayapura"}  # as Indonesians name them
DAY = 24 * 60
HORIZON = 60  # days that are looked ahead
_MINUTE = timedelta(minutes=1)

Span = tuple[int, int]  # minutes since midnight on the wall; past midnight more than DAY
ALL_DAY: tuple[Span, ...] = ((0, DAY),)


def zone_named(name: str) -> tzinfo | None:
    """`Asia/Makassar` or `WITA`; None for what is no zone."""
    try:
        return ZoneInfo(ZONES.get(name, name))
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


@dataclass(frozen=True, slots=True)
class Holiday:
    """A day with hours of its own, none where it is closed."""

    name: str
    spans: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Hours:
    """The opening hours of a release, Monday first, and its zone: what it says is the time on the wall."""

    zone: tzinfo = field(default_factory=lambda: ZoneInfo(DEFAULT_ZONE))
    week: tuple[tuple[Span, ...], ...] = (ALL_DAY,) * 7
    holidays: Mapping[date, Holiday] = field(default_factory=dict)
    days: Mapping[date, tuple[Span, ...]] = field(default_factory=dict)  # single days, whatever else holds

    def on(self, day: date) -> tuple[Span, ...]:
        """The hours that begin on this day; they may last into the next."""
        if day in self.days:
            return self.days[day]
        holiday = self.holidays.get(day)
        return holiday.spans if holiday else self.week[day.weekday()]


@lru_cache(maxsize=1)
def always() -> Hours:
    """What holds without hours.yaml: open day and night, in Jakarta."""
    return Hours()


def is_open(hours: Hours, now: datetime) -> bool:
    wall = now.astimezone(hours.zone)
    today, minute = wall.date(), wall.hour * 60 + wall.minute
    if any(start <= minute < end for start, end in hours.on(today)):
        return True
    return any(minute < end - DAY for _, end in hours.on(today - timedelta(days=1)))


def opens_at(hours: Hours, now: datetime) -> datetime | None:
    """The next moment at which it opens, None when there is none in sixty days."""
    return next((moment for moment in _turns(hours, now) if is_open(hours, moment)), None)


def closes_at(hours: Hours, now: datetime) -> datetime | None:
    """The next moment at which it closes, None when there is none in sixty days."""
    return next((moment for moment in _turns(hours, now) if not is_open(hours, moment)), None)


def holiday(hours: Hours, now: datetime) -> str | None:
    found = hours.holidays.get(now.astimezone(hours.zone).date())
    return found.name if found else None


def after(hours: Hours, now: datetime, seconds: float) -> datetime:
    """The moment when so many seconds of opening hours are over; where it never opens again, of plain time.

    Whoever asks while it is closed waits until it opens; what is left at closing time goes on from the next opening.
    """
    left, begun, counts = timedelta(seconds=seconds), now, is_open(hours, now)
    for turn in _turns(hours, now):
        if counts and begun + left <= turn:
            break
        left -= turn - begun if counts else timedelta()
        begun, counts = turn, not counts
    return begun + left


def rests(hours: Hours, start: datetime, end: datetime) -> tuple[tuple[datetime, datetime], ...]:
    """When it is closed between two moments; the last of these times may end later than the second.

    From where it never opens again plain time counts, so that nothing rests there.
    """
    begun = None if is_open(hours, start) else start
    found = []
    for turn in _turns(hours, start):
        if begun is not None:
            found.append((begun, turn))
            begun = None
        elif turn >= end:
            break
        else:
            begun = turn
        if turn >= end:
            break
    return tuple(found)


def _turns(hours: Hours, now: datetime) -> Iterator[datetime]:
    """The moments to come, in order, at which open turns to closed or back."""
    if hours.week == (ALL_DAY,) * 7 and not hours.holidays and not hours.days:
        return
    today = now.astimezone(hours.zone).date()
    for ahead in range(HORIZON + 1):
        day = today + timedelta(days=ahead)
        for moment in sorted({*_written(hours, day), *_changes(hours, day)}):
            if moment > now and is_open(hours, moment) != is_open(hours, moment - _MINUTE):
                yield moment


def _written(hours: Hours, day: date) -> Iterator[datetime]:
    """Where hours begin and end on this day: twice where the clock is turned back over them."""
    yesterday = day - timedelta(days=1)
    marks = {mark for span in hours.on(day) for mark in span if mark < DAY}
    marks |= {end - DAY for _, end in hours.on(yesterday) if end >= DAY}
    for mark in marks:
        wall = datetime(day.year, day.month, day.day, mark // 60, mark % 60, tzinfo=hours.zone)
        for fold in (0, 1):
            moment = wall.replace(fold=fold).astimezone(UTC)
            if moment.astimezone(hours.zone).date() == day:  # not where the clock is turned on over it
                yield moment


def _changes(hours: Hours, day: date) -> Iterator[datetime]:
    """The moment on this day at which the clock itself is turned, if it is."""
    midnight = datetime(day.year, day.month, day.day, tzinfo=UTC)
    marks = [midnight + timedelta(hours=hour) for hour in range(-14, 39)]  # this day, wherever on earth
    if _offset(hours, marks[0]) == _offset(hours, marks[-1]):
        return
    for before, after in pairwise(marks):
        if _offset(hours, before) != _offset(hours, after):
            low, high = before, after
            while high - low > _MINUTE:
                middle = low + (high - low) // 2 // _MINUTE * _MINUTE
                low, high = (middle, high) if _offset(hours, middle) == _offset(hours, before) else (low, middle)
            if high.astimezone(hours.zone).date() == day:
                yield high


def _offset(hours: Hours, moment: datetime) -> timedelta | None:
    return moment.astimezone(hours.zone).utcoffset()


def _shown(hours: Hours, moment: datetime | None) -> str | None:
    """As `now` and the dates people write are kept: `2026-11-22T08:00`."""
    if moment is None:
        return None
    return moment.astimezone(hours.zone).replace(tzinfo=None).isoformat(timespec="minutes")


FACTS: dict[str, Callable[[Hours, datetime], Any]] = {
    "open": is_open,
    "opens_at": lambda hours, now: _shown(hours, opens_at(hours, now)),
    "closes_at": lambda hours, now: _shown(hours, closes_at(hours, now)),
    "holiday": holiday,
}
