"""Answers as people write them in Indonesian and English. None means: that was no answer to this question."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from decimal import Decimal
from functools import lru_cache
from typing import Any

from roms.engine.numerals import is_number_word, literal, spelled_as_digits, tokens, value
from roms.engine.slang import held, squeezed
from roms.engine.words import words_of

_YES = frozenset(
    """
    ya iya iyah iye yoi yaps yap y yes yep yup yeah yea ok oke okay okey okeh okelah oks boleh betul benar bener bnr
    btul sip siap setuju mau jadi lanjut lanjutkan tentu pasti bisa perlu cocok deal acc gas gaskan sure correct right
    true
    absolutely definitely agreed agree confirm konfirmasi fine great 👍 ✅ 👌
    """.split()
)
_NO = frozenset(
    """
    tidak tdk tak nggak enggak engga ngga gak ga gk kagak ogah no nope nah bukan bkn jangan jgn batal belum blm nanti
    t n dont don cancel salah wrong false keliru not 👎 ❌
    """.split()
)
_WRONG = frozenset("salah wrong false keliru batal cancel jangan jgn problem".split())  # "not wrong" is no "no"
_SOFTENERS = frozenset(
    """
    kak kakak min admin dong deh lah sih aja saja gan sis bang bro mas mbak pak bu please pls kok nih banget
    makasih mksh thanks thank you terima kasih usah i do it is that thats sekali
    """.split()
)
_ABOUT = frozenset(
    """
    saya aku sy budget anggaran dana harga nominal total totalnya jumlah jumlahnya sekitar kira-kira kira2 kurleb
    kurang lebih kira paling palingan perkiraan sebesar senilai transfer bayar dp maksimal max maks minimal min rp
    idr rupiah perak about around roughly my is it kak kakak aja saja dong deh ya gan sis mas mbak pak bu please for
    ada punya mau pesan beli minta
    """.split()
)
_COUNTED = frozenset(
    """
    orang org pcs pc buah bh biji bungkus bks box dus kotak porsi kali x kg kgs kilo kilos kilogram
    kiloan kgan an gram liter lembar lbr pasang botol cup gelas
    hari malam minggu bulan tahun thn jam unit item items people persons guests pieces days nights tiket paket
    """.split()
)
_CHOOSING = frozenset(
    """
    nomor nomer no nmr pilih pilihan opsi option number yang yg ke aja saja kak kakak min dong deh ya please pls
    the mau saya ambil choose pick
    """.split()
)
_ORDINALS = {"pertama": "1", "kedua": "2", "ketiga": "3", "keempat": "4", "kelima": "5", "keenam": "6",
             "first": "1", "second": "2", "third": "3", "fourth": "4", "fifth": "5", "sixth": "6"}  # fmt: skip
_EMAIL = re.compile(
    r"[a-z0-9](?:[a-z0-9._%+'-]{0,62}[a-z0-9_+-])?@(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,24}"
)
_TELEPHONE = re.compile(r"[+(]?\d[\d\s().-]{5,}\d", re.ASCII)
_RUPIAH = re.compile(r"\b(?:rp|idr|rupiah)\b", re.IGNORECASE)
_SIGNS = re.compile("👍|✅|👌|👎|❌")


def text(answer: str) -> str | None:
    return answer.strip() or None


def integer(answer: str) -> int | None:
    """`3`, `1.000`, `1,000`, `tiga`, `2rb`, `selusin`, `beli 3 pcs`, but not `1,5` and not two numbers."""
    number = _single(answer, _ABOUT | _COUNTED) if len(answer) <= 200 else None
    if number is None:
        digits = [word for word in answer.split() if any(c.isdigit() for c in word)]
        words = tokens(answer)
        spelled = [word for word in words if is_number_word(word)]
        number = literal(digits[0].strip(".,!?()")) if len(digits) == 1 and len(spelled) == 1 else None
    return int(number) if number is not None and number == number.to_integral_value() else None


def decimal(answer: str) -> int | float | None:
    """`1,5`, `2.75 kg`, `dua setengah`, `1.250,5`: a whole number where it is one."""
    number = _single(answer, _ABOUT | _COUNTED) if len(answer) <= 200 else None
    if number is None:
        return None
    return int(number) if number == number.to_integral_value() else float(number)


def money(answer: str) -> int | None:
    """Whole rupiah: `1,5jt`, `rp 25.000`, `25rb`, `dua puluh ribu`. A bare number under 100 means nobody knows what."""
    words = tokens(answer) if len(answer) <= 200 else []
    number = _single(answer, _ABOUT)
    if number is None or number < 0 or number != number.to_integral_value() or any(_no_price(word) for word in words):
        return None
    return int(number) if number >= 100 or {"rp", "idr", "rupiah", "perak"} & set(words) else None


def _no_price(word: str) -> bool:
    """`0812…` is a telephone, a dozen is no money."""
    return (word[:1] == "0" and word[1:2].isdigit()) or word in ("lusin", "kodi", "dozen")


def _single(answer: str, around: frozenset[str]) -> Decimal | None:
    """The only number of an answer in which all other words are known to mean nothing."""
    words = [word for word in tokens(answer) if word not in around]
    return value(words) if words and len(words) <= 12 else None


def yes_no(answer: str) -> bool | None:
    """A yes or a no, softened or doubled as people do (`iya kak`, `gak jadi`), but not both, and no question."""
    if "?" in answer or len(answer) > 200:
        return None
    words = [*words_of(answer), *_SIGNS.findall(answer)]
    said = [squeezed(word) if held(word) else word for word in words if word not in _SOFTENERS]
    if not said or len(said) > 4 or not all(word in _YES or word in _NO for word in said):
        return None
    if said[0] in _YES:
        return True if all(word in _YES for word in said) else None
    denied = [word for word in said if word in _NO]
    return None if len(denied) > 1 and not _WRONG.isdisjoint(denied) else False


def email(answer: str) -> str | None:
    """The one address in the answer, in small letters."""
    if len(answer) > 400:
        return None
    flat = re.sub(r"\s*@\s*", "@", answer.lower())
    if flat.count("@") != 1:
        return None
    word = next(word for word in flat.split() if "@" in word).removeprefix("mailto:").removeprefix("email:")
    word = word.strip("<>()[]*_~.,;:!?\"'")
    return word if len(word) <= 254 and ".." not in word and _EMAIL.fullmatch(word) else None


def phone(answer: str) -> str | None:
    """`0812-3456-7890`, `+62 812 …`, `62812…` as +6281234567890."""
    import phonenumbers  # takes 77 ms: only for those who ask for a phone number

    digits = re.sub(r"\D", "", answer)
    run = _TELEPHONE.search(answer)
    if run is None or not 7 <= len(digits) <= 15 or len(answer) > 80 or _RUPIAH.search(answer):
        return None
    typed = run[0]
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


def number_chosen(words: Sequence[str]) -> str:
    """The number that picks from a list: `nomor dua`, `yang kedua`, `2 aja kak`; empty when there is none."""
    if len(words) > 6:
        return ""
    rest = [word for word in words if word not in _CHOOSING]
    if len(rest) == 2 and rest[1] in ("one", "choice"):
        rest = rest[:1]
    if len(rest) != 1:
        return ""
    return _ORDINALS.get(rest[0]) or spelled_as_digits(rest)[0]


READ: dict[str, Callable[[str], Any]] = {
    "text": text,
    "integer": integer,
    "decimal": decimal,
    "money": money,
    "phone": phone,
    "email": email,
    "yes_no": yes_no,
}
