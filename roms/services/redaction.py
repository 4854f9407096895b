"""A provider's own words without whom they are about: the shape of something that nobody understood yet."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

HIDDEN = "…"
PEOPLE = re.compile(
    r"name|phone|from|to$|author|participant|contact|chat|sender|recipient|wa_?id|user|vcard|email|notify|mention|jid"
    r"|token|secret|key|url|link|thumb|preview|address|latitude|longitude",
    re.IGNORECASE,
)
TIMES = re.compile(r"time|date|_at$|^t$", re.IGNORECASE)
DIGITS = re.compile(r"\d{5,}")
MAIL = re.compile(r"\S+@\S+")
OPAQUE = re.compile(r"[\w+/=.:-]{24,}", re.ASCII)  # ids: some hold a number, encoded
LONGEST, MOST, DEEPEST = 120, 60, 12


def without_people(value: Any, key: str = "", depth: int = 0) -> Any:
    """The same JSON with names, numbers, addresses and links blanked out, cut to a sane size."""
    if depth > DEEPEST:
        return HIDDEN
    if isinstance(value, Mapping):
        few = list(value.items())[:MOST]
        return {_text(str(name)): without_people(each, str(name), depth + 1) for name, each in few}
    if isinstance(value, list | tuple):
        return [without_people(each, key, depth + 1) for each in value[:MOST]]
    if isinstance(value, str):
        return HIDDEN if value and PEOPLE.search(key) else _text(value)
    if isinstance(value, int | float) and not isinstance(value, bool):
        is_telling = PEOPLE.search(key) or (abs(value) >= 10_000 and not TIMES.search(key))
        return HIDDEN if is_telling else value
    return value if value is None or isinstance(value, bool) else HIDDEN


def _text(text: str) -> str:
    for pattern in (MAIL, OPAQUE, DIGITS):
        text = pattern.sub(HIDDEN, text)
    return text[:LONGEST]
