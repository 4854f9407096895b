"""Words as people type them: any case, any accent, and now and then a slip of the finger."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping

from rapidfuzz import fuzz

from roms.engine.slang import COMMON, held, squeezed, standard

LONGEST_TEXT = 4096  # characters of a message that are looked at or kept
MOST_WORDS = 200  # words of a message that are looked up
SHORTEST_TYPO = 4  # letters a word needs before a slip is forgiven
NEAR_ENOUGH = 80  # of 100, by rapidfuzz

_WORD = re.compile(r"\w+")
_SLANTED = re.compile(r"[^\W_]+(?:_+[^\W_]+)*")  # WhatsApp writes _slanted_; slower, so only where it is needed


def clean(text: str) -> str:
    """The text without what no database and no pattern takes (NUL, half characters), cut to a sane length."""
    text = text[:LONGEST_TEXT]
    if not text.isascii():
        text = text.encode("utf-8", "replace").decode("utf-8")
    return text.replace("\x00", "") if "\x00" in text else text


def words_of(text: str) -> list[str]:
    """The words of a text, folded: `Café, NO. 1!` becomes `cafe`, `no`, `1`."""
    if text.isascii():
        low = text.lower()
        if low.isalnum():  # one word, as most answers are
            return [low]
        return (_SLANTED if "_" in low else _WORD).findall(low)[:MOST_WORDS]
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text).casefold())
    return _SLANTED.findall("".join(c for c in plain if not unicodedata.combining(c)))[:MOST_WORDS]


def folded(text: str) -> str:
    """One spelling for all the ways to type the same phrase."""
    return " ".join(words_of(text))


class Typos:
    """Finds the known word that was meant: spelled in a hurry, with a key held down, or one slip away.

    Every known word is filed under itself with each single letter left out; a mistyped word shares such a spelling
    with the word that was meant. So the cost grows with the length of the word, not with the number of words.
    """

    __slots__ = ("_initials", "_known", "_spellings", "_squeezed", "_standard")

    def __init__(self, known: Iterable[str]) -> None:
        spellings: dict[str, list[str]] = {}
        self._known = frozenset(known)
        self._initials = frozenset(word[:1] for word in self._known)
        self._standard: dict[str, str] = {}
        self._squeezed: dict[str, str] = {}
        for word in sorted(self._known):
            self._standard.setdefault(standard(word), word)
            self._squeezed.setdefault(squeezed(word), word)
            self._squeezed.setdefault(squeezed(standard(word)), word)
            if len(word) >= SHORTEST_TYPO and not word.isdigit():
                for spelling in _one_letter_less(word):
                    spellings.setdefault(spelling, []).append(word)
        self._spellings: Mapping[str, list[str]] = spellings

    def nearest(self, word: str) -> str | None:
        """The known word that `word` most likely means. Of a slip the first letter must be right."""
        if word in self._known:
            return word
        if len(word) > 40 or word.isdigit():
            return None
        return self._standard.get(standard(word)) or self._held(word) or self._slip(word)

    def _held(self, word: str) -> str | None:
        if not held(word):
            return None
        short = squeezed(word)
        return self._squeezed.get(short) or self._standard.get(standard(short))

    def _slip(self, word: str) -> str | None:
        if len(word) < SHORTEST_TYPO or word[0] not in self._initials or word in COMMON:
            return None
        best, best_score = None, 0.0
        for spelling in _one_letter_less(word):
            for known in self._spellings.get(spelling, ()):
                score = fuzz.ratio(word, known, score_cutoff=NEAR_ENOUGH) if known[0] == word[0] else 0.0
                if score > best_score:
                    best, best_score = known, score
        return best


def _one_letter_less(word: str) -> tuple[str, ...]:
    """The word itself and every spelling with one letter left out."""
    return (word, *dict.fromkeys(word[:i] + word[i + 1 :] for i in range(len(word))))
