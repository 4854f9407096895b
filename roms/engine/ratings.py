"""What a contact means when asked how it was: 1 to 5, as a number, in stars or in words; and what is kept of it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from roms.engine.effects import Effect, KeepRating
from roms.engine.flow import Ask, Question, Rate
from roms.engine.slang import squeezed, standard
from roms.engine.thanks import AROUND, THANKS

COMMENT = "comment"  # the kind of an ask whose answer is kept with the rating
SCALE = (5, 4, 3, 2, 1)
LONGEST = 8  # words of a sentence in which a word of praise or blame still counts
STARS = re.compile("[⭐★🌟✨*\ufe0f\\s]+")
STAR = re.compile("[⭐★🌟✨*]")


def _table(text: str) -> frozenset[str]:
    return frozenset(squeezed(standard(word)) for word in text.split())


GRADES = {
    5: _table("mantap mantul sempurna keren top terbaik excellent perfect great awesome amazing best istimewa"),
    4: _table("puas bagus baik good happy nice memuaskan membantu ramah cepat satisfied helpful senang fast"),
    3: _table("lumayan biasa standar average"),
    2: _table("lambat lama slow lelet"),
    1: _table("buruk jelek parah kecewa mengecewakan payah bad terrible awful worst unhappy poor ngecewain"),
}
WORDS = {word: grade for grade, words in GRADES.items() for word in words}
VERY = _table("sangat banget bgt sekali very so super pol paling really bener benar-benar amat")
NOT = _table("tidak not bukan no")
LITTLE = _table("kurang")
QUITE = _table("cukup quite fairly agak")
NUMBERS = {"satu": 1, "dua": 2, "tiga": 3, "empat": 4, "lima": 5, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5}
BESIDE = AROUND | _table(
    """
    nilai bintang skor rating star stars poin point points kasih beri saya aku dari out of per deh aja saja dong sih
    pelayanan pelayanannya layanan layanannya service admin adminnya cs csnya respon orangnya kakaknya semuanya semua
    sudah it was is were the tadi kok nih lah i am we with terima makasih thanks thank you
    """
)


def is_of_a_survey(question: Question) -> bool:
    """Whatever is no answer to it is another matter: nobody is asked twice how it was."""
    return isinstance(question, Rate) or (isinstance(question, Ask) and question.kind == COMMENT)


def kept(question: Question, value: object) -> Iterable[Effect]:
    """What an answer leaves behind."""
    if isinstance(question, Rate):
        return (KeepRating(int(str(value))),)
    return (KeepRating(None, str(value)),) if is_of_a_survey(question) else ()


def understood(rate: Rate, text: str, words: Sequence[str], payload: str | None) -> tuple[int | None, bool]:
    """The score, and whether nothing else is said: `5`, `4 dari 5`, `⭐⭐⭐⭐`, `bagus banget kak`.

    A score that is found among other words counts only where no flow wants them.
    """
    if payload and payload in map(str, SCALE):
        return int(payload), True
    if text.strip() and STARS.fullmatch(text):
        return min(5, len(STAR.findall(text))) or None, True
    assert rate.choices is not None
    if own := rate.choices.by_phrase.get(" ".join(words)):
        return int(own.value), True
    said = [squeezed(standard(word)) if not word.isdigit() else word for word in words]
    if numbers := [number for word in said if (number := _number(word)) is not None]:
        return _numbered(numbers, said, text), True
    grades, others = _graded(said)
    if not grades or len(said) > LONGEST or "?" in text:
        return None, False
    return round(sum(grades) / len(grades)), not others


def _number(word: str) -> int | None:
    return int(word) if word.isdigit() and len(word) < 3 else NUMBERS.get(word)


def _numbered(numbers: list[int], said: list[str], text: str) -> int | None:
    """Only where all other words are about the rating: `pesanan 3 belum datang` gives nobody a 3."""
    around = [word for word in said if _number(word) is None]
    if not all(word in BESIDE or word in WORDS or word in THANKS or word in VERY for word in around):
        return None
    score, *of = numbers
    if of == [10] and "?" not in text and 0 < score <= 10:
        return max(1, round(score / 2))
    return score if score in SCALE and of in ([], [5], [score]) else None


def _graded(said: list[str]) -> tuple[list[int], list[str]]:
    """The grades in a sentence, each with what stands before or behind it, and the words that say nothing of it."""
    grades: list[int] = []
    others: list[str] = []
    before = ""
    for word in said:
        if word in WORDS:
            grades.append(_turned(WORDS[word], before))
            before = ""
        elif word in VERY and grades and not before:
            grades[-1] = _turned(grades[-1], "very")
        elif kind := next((name for name, group in TURNS.items() if word in group), ""):
            before = before if kind == "very" and before else kind  # both "sangat tidak" and "tidak sangat" are a no
        elif word not in BESIDE and word not in THANKS:
            others.append(word)
    if before in ("little", "quite") and not grades:
        grades.append(2 if before == "little" else 3)
    return grades, others


TURNS = {"very": VERY, "not": NOT, "little": LITTLE, "quite": QUITE}


def _turned(grade: int, by: str) -> int:
    if by == "very":
        return {4: 5, 2: 1}.get(grade, grade)
    if by == "not":
        return 1 if grade > 3 else 3
    if by == "little":
        return 2 if grade > 2 else 1
    return 3 if by == "quite" and grade > 3 else grade
