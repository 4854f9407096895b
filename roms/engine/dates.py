"""Days and times as people write them: `besok siang`, `senin depan jam 3`, `17/8`, `next monday at 3pm`.

An answer is understood whole or not at all: one word that means nothing here, and the question is put again.
"""

from __future__ import annotations

import datetime as calendars
import re
from collections.abc import Callable
from datetime import datetime, time, timedelta

from roms.engine.moments import written
from roms.engine.numerals import spelled_as_digits
from roms.engine.slang import SLANG

_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "januari january jan", "februari february feb pebruari", "maret march mar", "april apr", "mei may",
            "juni june jun", "juli july jul", "agustus august agt aug agu agst",
            "september sept sep", "oktober october okt oct",
            "november nopember nov nop", "desember december des dec",
        ),
        1,
    )
    for name in names.split()
}  # fmt: skip
_WEEKDAYS = {
    name: number
    for number, names in enumerate(
        (
            "senin monday mon sen", "selasa tuesday tue tues", "rabu wednesday wed", "kamis thursday thu thurs kms",
            "jumat jum'at jumaat friday fri jmt", "sabtu saturday sat sbt", "minggu ahad sunday sun",
        )
    )
    for name in names.split()
}  # fmt: skip
_PARTS = {"subuh": 5, "pagi": 8, "morning": 8, "siang": 12, "noon": 12, "afternoon": 15, "sore": 16, "petang": 17,
          "malam": 19, "mlm": 19, "evening": 19, "night": 19, "tonight": 19, "am": 8, "pm": 15}  # fmt: skip
_ALIKE = {"bsk": "besok", "bsok": "besok", "besuk": "besok", "esok": "besok", "tomorrow": "besok", "tmr": "besok",
          "tmrw": "besok", "kmrn": "kemarin", "kemaren": "kemarin", "yesterday": "kemarin", "today": "hariini",
          "sekarang": "hariini", "mgg": "minggu", "tgl": "tanggal", "pkl": "jam", "pukul": "jam", "at": "jam",
          "thn": "tahun", "bln": "bulan", "next": "depan", "this": "ini", "last": "lalu", "kemudian": "lagi", "a": "1",
          "lg": "lagi"}  # fmt: skip
_PHRASES = (
    (r"\b(?:the )?day after (?:tomorrow|besok)\b|\bbesok lusa\b", "lusa"),
    (r"\b(?:the )?day before (?:yesterday|kemarin)\b|\bkemarin lusa\b", "kemarinlusa"),
    (r"\bhari ini\b", "hariini"), (r"\b(\d{1,2})(?:st|nd|rd|th)\b", r"\1"), (r"\bse(hari|minggu|bulan)\b", r"1 \1"),
    (r"\b(?:tengah malam|midnight)\b", "jam 00:00"), (r"\btengah hari\b", "jam 12:00"), (r"\bo'?clock\b", ""),
    (r"\b(?:malam|sore|siang|pagi) ini\b", lambda hit: f"hariini {hit[0].split()[0]}"),
    (r"\btonight\b", "hariini malam"),
    (r"\bini (morning|afternoon|evening)\b", r"hariini \1"),
    (r"\b(?:nanti|ntar|nnti) (siang|sore|malam)\b", r"hariini \1"),
    (r"(\d)(am|pm)\b", r"\1 \2"), (r"\bdini hari\b", "subuh"), (r"\b(\d{1,2})([a-z]{3,9})\b", r"\1 \2"),
)  # fmt: skip
_FILLERS = frozenset(
    """
    hari tanggal bulan jam on the of for in pada untuk kak kakak ya aja saja dong deh min gan pak bu mbak mas please pls
    mau bisa sekitar kira-kira around saya wib dan tahun oke ok yang yg itu nya di
    """.split()
)
_CLOCK = re.compile(r"(?:\bjam )?\b(\d{1,2})[:.](\d\d)\b(?![./-]?\d)")
_HALF = re.compile(r"(?:\bjam )?\bsetengah (\d{1,2})\b")
_PAST = re.compile(r"\bhalf past (\d{1,2})\b|\bjam (\d{1,2}) lewat (\d{1,2})\b|\bquarter past (\d{1,2})\b")
_TO = re.compile(r"\bjam (\d{1,2}) kurang (\d{1,2})\b|\bquarter to (\d{1,2})\b")
_HOUR = re.compile(r"\bjam (\d{1,2})\b(?! ?/)|\b(\d{1,2})(?= (?:am|pm)\b)")
_PART = re.compile(rf"\b(?:in the |at )?({'|'.join(_PARTS)})\b")


def plain(answer: str) -> str:
    """Small letters, one spelling for each word, digits for number words; empty when it is too long to be a day."""
    if len(answer) > 100:
        return ""
    text = re.sub(r"[^\w\s:./'-]|_", " ", answer.lower()).strip(" .")
    words = [SLANG.get(word.strip(".-"), word.strip(".-")) for word in text.split()]
    joined = " ".join(spelled_as_digits([_ALIKE.get(word, word) for word in words if word]))
    for pattern, instead in _PHRASES:
        joined = re.sub(pattern, instead, joined)
    return " ".join(joined.split())


def date(answer: str, now: datetime) -> str | None:
    """`2026-11-22`, with the time as `2026-11-22T15:00` where one was said; `now` is the time on the wall."""
    from roms.engine.days import day  # it reads with the words of this module

    rest, clock, late = _time(_without_iso(answer))
    found, rest = day(rest, now.date())
    if found is None or _left(rest):
        return None
    if clock is None:
        return found.isoformat() if not late else None
    return written(datetime.combine(found, clock) + timedelta(days=1 if late else 0))


def time_(answer: str, now: datetime) -> str | None:
    """`15:00`. An hour from 1 to 6 without more is in the afternoon."""
    text = plain(answer)
    text = (
        f"jam {text}"
        if re.fullmatch(r"\d{1,2}(?: [a-z]+)*", text) and not re.search(r" [a-z]*(?:am|pm)$", text)
        else text
    )
    rest, clock, _ = _time(text.replace("hariini", ""))
    return clock.isoformat(timespec="minutes") if clock and not _left(rest) else None


def _without_iso(answer: str) -> str:
    match = re.fullmatch(r"\s*(\d{4}-\d\d-\d\d)t(\d\d:\d\d)(?::\d\d)?\s*", answer.lower())
    return f"{match[1]} {match[2]}" if match else plain(answer)


def _left(rest: str) -> bool:
    """Is there a word that nobody has understood?"""
    return any(word not in _FILLERS for word in rest.replace("|", " ").split())


def _time(text: str) -> tuple[str, time | None, bool]:
    """What is left of the text, the time said in it, and whether that midnight belongs to the day after."""
    hour, minute, rest, exact = _hour(text)
    parts = _PART.findall(rest)
    rest = _PART.sub("|", rest)
    if len(set(parts)) > 1:
        return "?", None, False
    if hour is None:
        return rest, time(_PARTS[parts[0]]) if parts and parts[0] not in ("am", "pm") else None, False
    turned = _turned(hour, parts[0] if parts else "", exact)
    if turned is None or not 0 <= minute < 60:
        return "?", None, False
    return rest, time(turned, minute), turned == 0 and bool(parts) and hour == 12


def _hour(text: str) -> tuple[int | None, int, str, bool]:
    """Hour, minute, the rest, and whether it was written as clocks do (`03:00`)."""
    if hit := _CLOCK.search(text):
        found = int(hit[1]), int(hit[2]), hit[1].startswith("0") or int(hit[1]) > 12
    elif hit := _HALF.search(text):
        found = (int(hit[1]) - 1) % 12 or 12, 30, False
    elif hit := _PAST.search(text):
        found = int(hit[1] or hit[2] or hit[4]), 30 if hit[1] else int(hit[3] or 15), False
    elif hit := _TO.search(text):
        found = (int(hit[1] or hit[3]) - 1) % 12 or 12, 60 - int(hit[2] or 15), False
    elif hit := _HOUR.search(text):
        found = int(hit[1] or hit[2]), 0, (hit[1] or "").startswith("0")
    else:
        return None, 0, text, False
    return found[0], found[1], text[: hit.start()] + "|" + text[hit.end() :], found[2]


def _turned(hour: int, part: str, exact: bool) -> int | None:
    """The hour of 24 that is meant; None for `jam 20 pagi` and for what no clock shows."""
    if hour > 23:
        return None
    if not part:
        return hour + 12 if 1 <= hour <= 6 and not exact else hour
    if part in ("pagi", "morning", "subuh", "am"):
        return None if hour > 12 else hour % 12
    if part in ("malam", "mlm", "night", "tonight", "evening"):
        return hour % 12 if hour == 12 or hour < 4 else hour + 12 if hour < 12 else hour
    if hour > 12:
        return hour
    return 12 if hour == 12 else hour if part in ("siang", "noon") and hour >= 10 else hour + 12


READ: dict[str, Callable[[str, datetime], str | None]] = {"date": date, "time": time_}


def numbered_month(name: str) -> int:
    """1 to 12; 0 for what is no month."""
    return _MONTHS.get(name, 0)


def numbered_weekday(name: str) -> int:
    """0 for Monday to 6; -1 for what is no day of the week."""
    return _WEEKDAYS.get(name, -1)


def calendar(year: int, month: int, day: int) -> calendars.date | None:
    """The day, None when the calendar has none (31 February)."""
    try:
        return calendars.date(year, month, day) if 1900 <= year <= 2200 else None
    except ValueError:
        return None
