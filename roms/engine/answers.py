"""Answers as people write them in Indonesian and English. None means: that was no answer to this question."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from roms.engine.words import folded, words_of

_YES = frozenset(
    "ya iya iyah y yes yep yup yeah ok oke okay okey boleh betul benar sip setuju siap mau tentu jadi lanjut".split()
)
_NO = frozenset("tidak tdk tak nggak enggak ngga gak ga gk no nope bukan jangan batal belum nanti t n".split())
_SOFTENERS = frozenset("kak min dong deh lah sih aja saja gan sis bang mas mbak pak bu please".split())
_NUMBERS = (
    "nol satu dua tiga empat lima enam tujuh delapan sembilan sepuluh".split(),
    "zero one two three four five six seven eight nine ten".split(),
)
_GROUPED = re.compile(r"-?\d{1,3}(?:[.,]\d{3})+", re.ASCII)
_INTEGER = re.compile(r"-?\d{1,15}", re.ASCII)


def text(answer: str) -> str | None:
    return answer.strip() or None


def integer(answer: str) -> int | None:
    """`3`, `1.000`, `1,000`, `tiga`, `3 pcs`, but not `1,5` and not two numbers."""
    for number, names in enumerate(zip(*_NUMBERS, strict=True)):
        if folded(answer) in names:
            return number
    numbers = [word for word in answer.split() if any(c.isdigit() for c in word)]
    if len(numbers) != 1:
        return None
    word = numbers[0].strip(".,!?()")
    if _GROUPED.fullmatch(word):
        return int(re.sub("[.,]", "", word)) if len(word) < 20 else None
    return int(word) if _INTEGER.fullmatch(word) else None


def yes_no(answer: str) -> bool | None:
    """A yes or a no, softened or doubled as people do (`iya kak`, `ya boleh`), but not both."""
    said = [word for word in words_of(answer) if word not in _SOFTENERS]
    if not said or len(said) > 4:
        return None
    if all(word in _YES for word in said):
        return True
    return False if said[0] in _NO and all(word in _NO or word in _YES for word in said) else None


def phone(answer: str) -> str | None:
    """`0812-3456-7890`, `+62 812 …`, `62812…` as +6281234567890."""
    import phonenumbers  # takes 77 ms: only for those who ask for a phone number

    typed = answer.strip()
    digits = re.sub(r"\D", "", typed)
    if not 7 <= len(digits) <= 15 or len(typed) > 40:
        return None
    for candidate in (typed, "+" + digits):
        try:
            number = phonenumbers.parse(candidate, "ID")
        except phonenumbers.NumberParseException:
            return None
        if phonenumbers.is_valid_number(number):
            return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))
    return None


@lru_cache(maxsize=1024)
def phone_shown(number: str) -> str:
    """+6281234567890 as +62 812-3456-7890; anything else as it is."""
    import phonenumbers

    try:
        parsed = phonenumbers.parse(number, "ID")
    except phonenumbers.NumberParseException:
        return number
    return str(phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.INTERNATIONAL))


READ: dict[str, Callable[[str], Any]] = {"text": text, "integer": integer, "phone": phone, "yes_no": yes_no}
