"""Numbers as people write them: `1,5jt`, `25rb`, `dua puluh ribu`, `twenty five`, `1.000.000`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal
from unicodedata import category

LARGEST = Decimal(10**15)  # what JSON and the expressions carry exactly

_UNITS = (
    "nol satu dua tiga empat lima enam tujuh delapan sembilan",
    "zero one two three four five six seven eight nine",
)
_TEENS = "ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen".split()
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()
_SCALES = {
    "miliar": 10**9, "milyar": 10**9, "milliar": 10**9, "billion": 10**9,
    "juta": 10**6, "jt": 10**6, "jutaan": 10**6, "jtan": 10**6, "million": 10**6, "mio": 10**6,
    "ribu": 10**3, "rb": 10**3, "rbu": 10**3, "ribuan": 10**3, "rban": 10**3, "k": 10**3, "thousand": 10**3,
    "kodi": 20, "lusin": 12, "dozen": 12,
}  # fmt: skip
_WORDS: dict[str, tuple[str, int]] = {
    **{name: ("U", number) for names in _UNITS for number, name in enumerate(names.split())},
    **{name: ("X", number) for number, name in enumerate(_TEENS, 10)},
    **{name: ("T", number * 10) for number, name in enumerate(_TENS, 2)},
    "sepuluh": ("X", 10), "sebelas": ("X", 11), "belas": ("B", 10), "puluh": ("P", 10), "pulu": ("P", 10),
    "ratus": ("R", 100), "hundred": ("R", 100), "setengah": ("H", 0), "half": ("H", 0),
}  # fmt: skip
_SHORT = {"seratus": "satu ratus", "seribu": "satu ribu", "sejuta": "satu juta", "semiliar": "satu miliar",
          "selusin": "satu lusin", "goceng": "5 ribu", "ceban": "10 ribu", "anem": "enam"}  # fmt: skip
_GROUPED = re.compile(r"\d{1,3}(?:\.\d{3}){1,4}(?:,\d{1,2})?|\d{1,3}(?:,\d{3}){1,4}(?:\.\d{1,2})?", re.ASCII)
_PLAIN = re.compile(r"(?:\d{1,15})(?:[.,]\d{1,6})?", re.ASCII)
_GLUED = re.compile(r"(\d[\d.,]*)([a-z]{1,8})", re.ASCII)
_PICTURES = frozenset({"So", "Sk", "Mn", "Me", "Cf"})
_GROUP = re.compile(r"NH?|(?:U?R)?(?:X|TU?|UPU?|UB|U)?H?")


def literal(word: str) -> Decimal | None:
    """`1.000`, `1,000`, `1,5`, `0.75`, `-3`. A dot or comma before exactly three digits groups them."""
    sign, digits = (-1, word[1:]) if word.startswith("-") else (1, word)
    if _GROUPED.fullmatch(digits) and not digits.startswith("0"):
        decimal = "," if digits.find(".") < digits.find(",") and "." in digits else "."
        decimal = decimal if re.search(r"[.,]\d{1,2}$", digits) else ""
        whole, _, part = digits.rpartition(decimal) if decimal else (digits, "", "")
        return sign * Decimal(re.sub("[.,]", "", whole) + (f".{part}" if part else ""))
    return sign * Decimal(digits.replace(",", ".")) if _PLAIN.fullmatch(digits) else None


def without_pictures(text: str) -> str:
    """Emoji around an answer, and the frame of a keycap, say no number."""
    if text.isascii():
        return text
    return "".join(" " if sign > "\x7f" and category(sign) in _PICTURES else sign for sign in text)


def tokens(text: str) -> list[str]:
    """Words and numbers in small letters: `Rp25rb!` becomes `rp`, `25`, `rb`."""
    text = without_pictures(text)
    lowered = re.sub(r"\brp\.? ?(?=\d)|\bidr ?(?=\d)", "rp ", text.lower()).replace("½", " setengah ")
    lowered = re.sub(r"(?<=\d),-+(?!\d)", " ", lowered)
    words: list[str] = []
    for raw in lowered.replace("\u00a0", " ").split():
        word = raw.strip("*_~.,!()\"'")
        glued = _GLUED.fullmatch(word)
        words += [*(glued.groups() if glued else [word])] if word else []
    return " ".join(_SHORT.get(word, word) for word in words).split()


def _kind(word: str) -> tuple[str, Decimal]:
    """The class of a word: U unit, X teen, T tens, B belas, P puluh, R ratus, H half, S scale, N digits, blank."""
    if word in _WORDS:
        kind, value = _WORDS[word]
        return kind, Decimal(value)
    if word in _SCALES:
        return "S", Decimal(_SCALES[word])
    number = literal(word)
    return ("N", number) if number is not None else (" ", Decimal(0))


def is_number_word(word: str) -> bool:
    return _kind(word)[0] != " "


def value(words: Sequence[str]) -> Decimal | None:
    """The one number that all these words spell together, None when they do not spell one."""
    kinds = [_kind(word) for word in words if word not in ("and", "a")]
    shape = "".join(kind for kind, _ in kinds)
    total, at, scale = Decimal(0), 0, Decimal(10**12)
    while at < len(kinds):
        match = _GROUP.match(shape, at)
        end = match.end() if match else at
        if end == at:
            return None
        group = _group(shape[at:end], [number for _, number in kinds[at:end]])
        following = kinds[end][1] if shape[end : end + 1] == "S" else Decimal(1)
        if following >= scale or (following == 1 and end < len(kinds)):
            return None
        total, scale, at = total + group * following, following, end + (following != 1)
    return total if kinds and abs(total) <= LARGEST else None


def _group(shape: str, numbers: Sequence[Decimal]) -> Decimal:
    """What stands before a scale: at most 999 in words, or digits."""
    total = part = Decimal(0)
    for kind, number in zip(shape, numbers, strict=True):
        if kind == "R":
            total, part = (part or Decimal(1)) * 100, Decimal(0)
        elif kind == "P":
            total, part = total + part * 10, Decimal(0)
        elif kind == "H":
            part += Decimal("0.5")
        else:
            part += number
    return total + part


def spelled_as_digits(words: Sequence[str]) -> list[str]:
    """Runs of number words as digits: `jam tiga` as `jam 3`. What is no number stays."""
    result: list[str] = []
    run: list[str] = []
    for word in [*words, ""]:
        if word in _WORDS and word not in ("setengah", "half"):
            run.append(word)
            continue
        if run:
            number = value(run)
            result += [f"{number:f}"] if number is not None else run
            run = []
        result += [word] if word else []
    return result
