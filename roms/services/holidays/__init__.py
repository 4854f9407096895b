"""Days on which people are free: those of Indonesia that we bring along, and those of a file that somebody has."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from importlib.resources import files

from roms.errors import Invalid

MOST_DAYS = 400  # in one file
LONGEST_NAME = 100  # as hours.yaml has it
_ISO, _SLASHED = re.compile(r"(\d{4})-(\d\d)-(\d\d)"), re.compile(r"(\d\d?)[/.](\d\d?)[/.](\d{4})")
_STAMP = re.compile(r"(\d{4})(\d\d)(\d\d)(?:T\d{6}Z?)?")
_ESCAPED = re.compile(r"\\([\\;,nN])")


@dataclass(frozen=True, slots=True)
class Day:
    """`kind`: holiday or leave; `certainty`: fixed, moon (it may move by a day) or estimate (no decree named it)."""

    date: date
    name: str
    kind: str = "holiday"
    certainty: str = "fixed"


@cache
def indonesian() -> tuple[Day, ...]:
    text = files("roms.services.holidays").joinpath("indonesia.csv").read_text(encoding="utf-8")
    rows = csv.DictReader(line for line in text.splitlines() if not line.startswith("#"))
    return tuple(Day(date.fromisoformat(row["date"]), row["name"], row["kind"], row["certainty"]) for row in rows)


def years() -> list[int]:
    """Those we have."""
    return sorted({day.date.year for day in indonesian()})


def of_year(year: int, with_leave: bool) -> list[Day]:
    """The national holidays, and the joint leave where it is wanted: private firms need not give it."""
    found = [day for day in indonesian() if day.date.year == year and (with_leave or day.kind == "holiday")]
    if not found:
        raise Invalid(f"the holidays of {year} are not known here; there are those of {years()}", field="year")
    return found


def of_file(text: str) -> list[Day]:
    """`date,name` a line (also with semicolons or tabs, and 25/12/2026), or an iCalendar file. Raises Invalid, with the
    number of the line."""
    is_calendar = text.lstrip("\ufeff \r\n").upper().startswith("BEGIN:VCALENDAR")
    found = list(_calendar(text) if is_calendar else _lines(text))
    if not found:
        raise Invalid("there is no day in this file", field="file")
    if len(found) > MOST_DAYS:
        raise Invalid(f"these are more than {MOST_DAYS} days", field="file")
    return sorted(found, key=lambda day: day.date)


def _lines(text: str) -> Iterator[Day]:
    for number, line in enumerate(text.lstrip("\ufeff").splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        sign = next((sign for sign in "\t;," if sign in line), ",")
        first, *more = next(csv.reader([line], delimiter=sign, skipinitialspace=True))
        day = _date(first.strip())
        if day is None and number == 1:
            continue  # what stands over the columns
        if day is None or not more or not more[0].strip():
            raise Invalid(f"line {number}: write a date and a name, like 2026-12-25,Natal", field="file", line=number)
        yield Day(day, _short(more[0]))


def _date(text: str) -> date | None:
    if hit := _ISO.fullmatch(text):
        parts = int(hit[1]), int(hit[2]), int(hit[3])
    elif hit := _SLASHED.fullmatch(text):
        parts = int(hit[3]), int(hit[2]), int(hit[1])
    else:
        return None
    try:
        return date(*parts)
    except ValueError:
        return None


def _short(name: str) -> str:
    return " ".join(name.split())[:LONGEST_NAME]


def _calendar(text: str) -> Iterator[Day]:
    """Whole days of the events; a day at a time where one lasts several. What repeats by a rule is taken once."""
    event: dict[str, str] = {}
    for line in _unfolded(text):
        name, _, value = line.partition(":")
        name = name.partition(";")[0].upper()
        if (name, value.upper()) == ("BEGIN", "VEVENT"):
            event = {}
        elif (name, value.upper()) == ("END", "VEVENT"):
            yield from _event(event)
        else:
            event.setdefault(name, value)


def _unfolded(text: str) -> list[str]:
    """A line that begins with a blank goes on the one before (RFC 5545, 3.1)."""
    return re.sub(r"\r?\n[ \t]", "", text.lstrip("\ufeff")).splitlines()


def _event(event: dict[str, str]) -> Iterator[Day]:
    start, end = _stamp(event.get("DTSTART", "")), _stamp(event.get("DTEND", ""))
    name = _short(_ESCAPED.sub(lambda hit: " " if hit[1] in "nN" else hit[1], event.get("SUMMARY", "")))
    if start is None or not name:
        raise Invalid(f"an event of the calendar has no day or no name: {event.get('SUMMARY', '')[:60]}", field="file")
    last = min(end or start, start + timedelta(days=60))
    yield Day(start, name)
    while (start := start + timedelta(days=1)) < last:  # DTEND is the day after the last
        yield Day(start, name)


def _stamp(text: str) -> date | None:
    hit = _STAMP.fullmatch(text.strip())
    try:
        return date(int(hit[1]), int(hit[2]), int(hit[3])) if hit else None
    except ValueError:
        return None
