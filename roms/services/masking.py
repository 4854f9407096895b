"""Telephone numbers hidden from those who are not to see them: the last three digits stay, to tell people apart.

Whatever is told to such a person goes through here, so a field that somebody adds later is hidden by default. What
people wrote to each other is left alone: a number in a message, or a card that was sent, is part of the talk. The bot's
own words are not: it greets by name, and a name may be a number.
"""

from __future__ import annotations

import re
from typing import Any

from roms.models import Sender

LEFT = 3  # digits
SIGNS = "••••"
# What somebody said, and our own names for things: digits there are no telephone number, or are meant to be read.
SAID = frozenset(("text", "prompt", "options", "content", "details", "edited", "template", "parameters"))
OURS = frozenset(("id", "c", "client_id", "file", "url", "picture", "hash", "ticket", "csrf", "code", "next"))
UNTOUCHED = SAID | OURS
NAMED_BY_OTHERS = frozenset(("attributes", "values"))  # whatever a key in there is called, it is none of the above
MOMENT = re.compile(r"\d{4}-\d\d-\d\d(?:[T ][\d:.]+(?:Z|[+-]\d\d:\d\d)?)?")
NUMBER = re.compile(r"\+?[\d\s().-]*\d[\d\s().-]*")  # all of a text
FEWEST = 7  # digits of a telephone number
INSIDE = re.compile(
    r"\+\d[\d\s().-]{5,}\d"  # +62 812-3456-7890
    r"|(?<![\d:.+-])(?:62|0)\d[\d\s()-]{6,}\d"  # as it is written here, or by a provider
    r"|(?<!\d)\d{7,}(?=@)"  # a provider's own form
)
LETTERS = re.compile(r"[^\W\d_]")


def masked(told: Any) -> Any:
    """The same with all numbers hidden but in what was said."""
    if isinstance(told, dict):
        by_bot = {"text": masked(told["text"])} if told.get("sender") == Sender.BOT and "text" in told else {}
        return {key: _masked(key, value) for key, value in told.items()} | by_bot
    if isinstance(told, list | tuple):
        return [masked(each) for each in told]
    return in_text(told) if isinstance(told, str) else told


def _masked(key: str, value: Any) -> Any:
    if key in NAMED_BY_OTHERS and isinstance(value, dict):
        return {name: masked(each) for name, each in value.items()}
    return value if key in UNTOUCHED else masked(value)


def in_text(text: str) -> str:
    """A text without the numbers that stand in it, or that it is."""
    if MOMENT.fullmatch(text):
        return text
    if NUMBER.fullmatch(text) and _count(text) >= FEWEST:
        return short(text)
    return INSIDE.sub(lambda found: short(found[0]), text)


def short(number: str) -> str:
    """•••• 890"""
    digits = "".join(letter for letter in number if letter.isdigit())
    return f"{SIGNS} {digits[-LEFT:]}"


def has_letters(q: str) -> bool:
    return LETTERS.search(q) is not None


def _count(text: str) -> int:
    return sum(letter.isdigit() for letter in text)
