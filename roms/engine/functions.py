"""The closed set of functions that expressions may call. Each refuses what it does not understand."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from roms.engine.moments import at, days_since, open_at, seconds_since, shifted
from roms.engine.scope import Broken, is_number, shown
from roms.engine.words import words_of

_DURATION = re.compile(r"(?:(\d{1,6})d)?(?:(\d{1,6})h)?(?:(\d{1,6})m)?(?:(\d{1,6})s)?")
_SECONDS = (86400, 3600, 60, 1)


def duration(text: object) -> int:
    """Seconds of `90s`, `30m`, `24h`, `7d` or `1h30m`. Raises Broken."""
    match = _DURATION.fullmatch(text) if isinstance(text, str) and text else None
    if match is None:
        raise Broken(f"{text!r} is no duration like 30m, 24h or 1h30m")
    return sum(int(count) * size for count, size in zip(match.groups(), _SECONDS, strict=True) if count)


def _text(value: object) -> str:
    if value is None or isinstance(value, (list, dict)):
        raise Broken("a text is needed, but there is no value")
    return shown(value)


def _number(value: object) -> Any:
    if is_number(value):
        return value
    raise Broken(f"a number is needed, not {value!r:.40}")


def _contains(whole: object, part: object) -> bool:
    """Whole words, so that `contains("tidak mau", "ida")` is false."""
    inner, outer = words_of(_text(part)), words_of(_text(whole))
    return any(outer[i : i + len(inner)] == inner for i in range(len(outer) - len(inner) + 1))


def _length(value: object) -> int:
    return len(value) if isinstance(value, (list, tuple, dict)) else len(_text(value))


def _to_number(value: object) -> Any:
    if is_number(value):
        return value
    text = _text(value).strip()
    if re.fullmatch(r"-?\d{1,15}", text, re.ASCII):
        return int(text)
    if re.fullmatch(r"-?\d{1,15}\.\d{1,15}", text, re.ASCII):
        return float(text)
    raise Broken(f"{text!r:.40} is no number")


def _round(value: object) -> int:
    """Half a number goes away from zero; a whole one stays, however large another system sent it."""
    number = _number(value)
    return number if isinstance(number, int) else int(number + (0.5 if number >= 0 else -0.5))


FUNCTIONS: dict[str, tuple[int, Callable[..., Any]]] = {
    "at": (2, at),
    "contains": (2, _contains),
    "duration": (1, duration),
    "ends_with": (2, lambda whole, end: _text(whole).lower().endswith(_text(end).lower())),
    "known": (1, lambda value: value is not None and value != ""),
    "length": (1, _length),
    "lower": (1, lambda value: _text(value).lower()),
    "max": (2, lambda one, other: max(_number(one), _number(other))),
    "min": (2, lambda one, other: min(_number(one), _number(other))),
    "minus": (2, lambda moment, length: shifted(moment, -duration(length), "minus()")),
    "number": (1, _to_number),
    "plus": (2, lambda moment, length: shifted(moment, duration(length), "plus()")),
    "round": (1, _round),
    "starts_with": (2, lambda whole, start: _text(whole).lower().startswith(_text(start).lower())),
    "text": (1, _text),
    "trim": (1, lambda value: " ".join(_text(value).split())),
    "upper": (1, lambda value: _text(value).upper()),
}
TIMELY: dict[str, tuple[int, Callable[..., Any]]] = {
    "days_since": (1, days_since),
    "open_at": (1, open_at),
    "seconds_since": (1, seconds_since),
}
PATTERN_FUNCTION = "matches"  # its pattern is compiled with the flow, so it is not in the table
