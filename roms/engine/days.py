"""Which day a few words mean, seen from today. Every way of naming a day is one function."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta

from roms.engine.dates import calendar, numbered_month, numbered_weekday

_MONTH = "(?:jan|feb|peb|mar|apr|mei|may|jun|jul|agu?s?t?|aug|sep|okt|oct|no[pv]|de[sc])[a-z]*"
_BESIDE = {"hariini": 0, "besok": 1, "lusa": 2, "kemarin": -1, "kemarinlusa": -2}


def day(text: str, today: date) -> tuple[date | None, str]:
    """The day, and what is left of the text. Two days that differ are none."""
    for pattern, mean in _WAYS:
        if hit := pattern.search(text):
            found = mean(hit, today)
            rest = text[: hit.start()] + "|" + text[hit.end() :]
            return found, " ".join(word for word in rest.split() if found is None or not _agrees(word, found))
    return None, text


def _agrees(word: str, found: date) -> bool:
    """`sabtu 28 november` says it twice; where the two differ, it is no day."""
    return numbered_weekday(word) == found.weekday()


def _written(hit: re.Match[str], _: date) -> date | None:
    return calendar(int(hit[1]), int(hit[2]), int(hit[3]))


def _of_numbers(hit: re.Match[str], today: date) -> date | None:
    """Day before month; the other way round only where that is the only way."""
    first, second = int(hit[1]), int(hit[3])
    first, second = (second, first) if second > 12 >= first else (first, second)
    return _of_year(today, hit[4], second, first)


def _named(hit: re.Match[str], today: date) -> date | None:
    month, number = (hit[2], hit[1]) if hit[1] else (hit[3], hit[4])
    return _of_year(today, hit[5], numbered_month(month), int(number)) if numbered_month(month) else None


def _of_year(today: date, year: str | None, month: int, number: int) -> date | None:
    """Without a year the next such day; `95` is 1995 and `26` is 2026."""
    if year:
        full = int(year) if len(year) == 4 else int(year) + (2000 if int(year) <= (today.year + 20) % 100 else 1900)
        return calendar(full, month, number)
    days = (calendar(today.year + more, month, number) for more in range(9))
    return next((found for found in days if found and found >= today), None)


def _beside(hit: re.Match[str], today: date) -> date:
    return today + timedelta(days=_BESIDE[hit[1]])


def _in_a_while(hit: re.Match[str], today: date) -> date | None:
    count, unit = int(hit[1] or hit[3]), (hit[2] or hit[4])
    if count > 400:
        return None
    if unit[0] in "hd":
        return today + timedelta(days=count)
    if unit.startswith(("ming", "week")):
        return today + timedelta(weeks=count)
    return _months_on(today, count, today.day)


def _months_on(today: date, count: int, number: int) -> date | None:
    months = today.month - 1 + count
    year, month = today.year + months // 12, months % 12 + 1
    return next((found for back in range(4) if (found := calendar(year, month, number - back))), None)


def _weekday(hit: re.Match[str], today: date) -> date | None:
    """`senin` is the next one, `senin ini` may be today, `senin depan` of next week, `senin lalu` the one before."""
    which, before, after = numbered_weekday(hit[2]), hit[1], hit[3]
    if which < 0 or (before and after):
        return None
    word = (before or after or "").split()[-1:]
    if word and word[0] in ("depan",):
        return today + timedelta(days=7 - today.weekday() + which)
    if word and word[0] in ("lalu", "kemarin"):
        return today - timedelta(days=(today.weekday() - which - 1) % 7 + 1)
    ahead = (which - today.weekday()) % 7
    return today + timedelta(days=ahead if word else ahead or 7)


def _number_alone(hit: re.Match[str], today: date) -> date | None:
    """`tanggal 17` is the next 17th; `bulan depan` the one of next month."""
    number = int(hit[1])
    if hit[2]:
        following = today.replace(day=1) + timedelta(days=32)
        return calendar(following.year, following.month, number)
    months = (today.replace(day=1) + timedelta(days=31 * more) for more in range(4))
    days = (calendar(first.year, first.month, number) for first in months)
    return next((found for found in days if found and found >= today), None)


_WAYS: tuple[tuple[re.Pattern[str], Callable[[re.Match[str], date], date | None]], ...] = (
    (re.compile(r"\b(\d{4})[-/](\d\d?)[-/](\d\d?)\b"), _written),
    (re.compile(r"(?<![\d/.-])(\d\d?)([-/])(\d\d?)(?:\2(\d{4}|\d\d))?(?![\d/.-])"), _of_numbers),
    (
        re.compile(
            rf"\b(?:(\d\d?)(?: of)? ({_MONTH})|({_MONTH}) (?:the )?(\d\d?))(?:,? (\d{{4}}))?\b"
        ),
        _named,
    ),
    (re.compile(r"\b(\d{1,3}) (hari|minggu|bulan) lagi\b"
                r"|\b(?:in|dalam) (\d{1,3}) (days?|weeks?|months?|hari|minggu|bulan)\b"),
     _in_a_while),
    (re.compile(r"\b(hariini|besok|lusa|kemarinlusa|kemarin)\b"), _beside),
    (re.compile(r"\b(?:(depan|lalu|ini|coming) )?(minggu(?! (?:depan|ini|lalu))|(?<=hari )minggu|sen|senin|monday|mon"
                r"|selasa|tuesday|tues?|rabu|wednesday|wed|kamis|kms|thursday|thurs?|jum'?aa?t|jmt|friday|fri|sabtu|sbt|saturday|sat"
                r"|ahad|sunday|sun)(?: ((?:minggu )?(?:depan|lalu|ini)))?\b"), _weekday),
    (re.compile(r"(?:^|\btanggal |\bthe |\bon )(\d\d?)(?= bulan depan|$| ?\|| [a-z])( bulan depan)?"), _number_alone),
)  # fmt: skip
