"""Days and times as text that JSON carries and that sorts: `2026-11-22`, `15:00`, `2026-11-22T15:00`."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import Any

from roms.engine.hours import is_open
from roms.engine.scope import Broken, Scope

_DAYS = {
    "id": "Senin Selasa Rabu Kamis Jumat Sabtu Minggu".split(),
    "en": "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split(),
}
_MONTHS = {
    "id": "Januari Februari Maret April Mei Juni Juli Agustus September Oktober November Desember".split(),
    "en": "January February March April May June July August September October November December".split(),
}
_WRITTEN = re.compile(
    r"(\d{4}-\d\d-\d\d)?(?:(?:^|[T ])(\d\d:\d\d)(?::\d\d(?:\.\d{1,6})?)?(Z|[+-]\d\d:?\d\d)?)?", re.ASCII
)


def local(now: datetime, zone: tzinfo) -> datetime:
    """The time on the wall where the workspace is (the zone of hours.yaml), without a zone, to the minute."""
    return now.astimezone(zone).replace(tzinfo=None, second=0, microsecond=0)


def written(moment: datetime) -> str:
    """As it is stored and compared: `2026-11-22T15:00`."""
    return moment.isoformat(timespec="minutes")


def _day(value: object, what: str) -> date:
    match = _WRITTEN.fullmatch(value) if isinstance(value, str) else None
    try:
        return date.fromisoformat(match[1] if match and match[1] else "")
    except ValueError:
        raise Broken(f"{what} needs a date, not {value!r:.40}") from None


def days_since(scope: Scope, value: object) -> int:
    """Midnights that have passed since a day, by the calendar on the wall; negative for a day to come."""
    return (local(scope.now, scope.hours.zone).date() - _day(value, "days_since()")).days


def seconds_since(scope: Scope, value: object) -> int:
    """Seconds since a moment on the wall, clock changes counted; a day alone begins at midnight."""
    return int((scope.now - instant(scope, value, "seconds_since()")) / timedelta(seconds=1))


def instant(scope: Scope, value: object, what: str) -> datetime:
    """When it is (in UTC) that the wall shows this moment. Raises Broken; `what` is who needed it."""
    try:
        return wall(value, what).replace(tzinfo=scope.hours.zone).astimezone(UTC)
    except OverflowError:
        raise Broken(f"{what} needs a time, not {value!r:.40}") from None


def open_at(scope: Scope, value: object) -> bool:
    """Is the business open at that moment? A day alone is its midnight. Raises Broken."""
    return is_open(scope.hours, instant(scope, value, "open_at()"))


def wall(value: object, what: str) -> datetime:
    """A moment or a day (its midnight) as text, as what the wall shows then. Raises Broken."""
    day = _day(value, what)
    match = _WRITTEN.fullmatch(str(value))
    hour, minute = map(int, match[2].split(":")) if match and match[2] else (0, 0)
    if hour > 23 or minute > 59:
        raise Broken(f"{what} needs a time, not {value!r:.40}")
    return datetime(day.year, day.month, day.day, hour, minute)


def shifted(value: object, seconds: int, what: str) -> str:
    """So much later on the wall; a day stays a day when whole days are added. Raises Broken."""
    try:
        moved = wall(value, what) + timedelta(seconds=seconds)
    except OverflowError:
        raise Broken(f"{what} leads beyond the calendar") from None
    has_time = len(str(value)) > len("2026-11-22")
    return written(moved) if has_time or seconds % 86400 else moved.date().isoformat()


def at(value: object, clock: object) -> str:
    """That day at this time: `2026-11-22T17:00`. Raises Broken."""
    match = _WRITTEN.fullmatch(clock) if isinstance(clock, str) else None
    if match is None or not match[2]:
        raise Broken(f"at() needs a time like 17:00, not {clock!r:.40}")
    return written(wall(f"{_day(value, 'at()').isoformat()}T{match[2]}", "at()"))


def date_shown(value: Any, language: str) -> Any:
    """`2026-11-22` as `Minggu, 22 November 2026`; what is no date stays as it is."""
    try:
        day = _day(value, "date")
    except Broken:
        return value
    which = "en" if language == "en" else "id"
    return f"{_DAYS[which][day.weekday()]}, {day.day} {_MONTHS[which][day.month - 1]} {day.year}"


def time_shown(value: Any, language: str) -> Any:
    """`15:00`, or the time of `2026-11-22T15:00`, as `15.00`, in English as `15:00`; what has no time stays."""
    match = _WRITTEN.fullmatch(value) if isinstance(value, str) else None
    if match is None or not match[2]:
        return value
    return match[2] if language == "en" else match[2].replace(":", ".")
