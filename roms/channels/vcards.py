"""Contact cards (vCard 2.1 to 4.0) as people send them: who it is, and how to reach them."""

from __future__ import annotations

import quopri
import re
from collections.abc import Iterator
from typing import Any

from roms.channels.reading import printable, text_of

LONGEST, MOST, KEPT = 100_000, 20, 8000  # characters of a card that are read; values of a kind; characters kept
_LEFT_OUT = ("PHOTO", "LOGO", "SOUND", "KEY")  # data in letters
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)


def contact(card: object, name: object = "") -> dict[str, Any]:
    """{name, phones, emails, org?, vcard?}; a number is in E.164 where the card says so, else as it was written."""
    lines = list(_lines(text_of(card)[:LONGEST]))
    found = {key: [value for said, _, value in lines if said == key and value] for key in ("FN", "N", "EMAIL", "ORG")}
    phones = [_phone(parameters, value) for said, parameters, value in lines if said == "TEL" and value]
    parts = " ".join(reversed([part for part in "".join(found["N"][:1]).split(";")[:2] if part]))
    org = ", ".join(part for part in "".join(found["ORG"][:1]).split(";") if part)
    words = {"org": printable(org[:200]), "vcard": _kept(text_of(card)[:LONGEST])}
    return {
        "name": printable((text_of(name) or "".join(found["FN"][:1]) or parts or org)[:200].strip()),
        "phones": list(dict.fromkeys(phone for phone in phones if phone))[:MOST],
        "emails": [printable(mail[:200]) for mail in found["EMAIL"][:MOST]],
        **{key: value for key, value in words.items() if value},
    }


def contacts(cards: str) -> list[dict[str, Any]]:
    """Every card of a file that holds nothing else; none where it is something else."""
    if not cards.lstrip("\ufeff \r\n").upper().startswith("BEGIN:VCARD"):
        return []
    found = re.split(r"^(?=BEGIN:VCARD)", cards[:LONGEST], flags=re.IGNORECASE | re.MULTILINE)
    return [contact(card) for card in found if card.strip("\ufeff \r\n")][:MOST]


def _lines(card: str) -> Iterator[tuple[str, str, str]]:
    """NAME, its parameters and its value, line by line, long lines put together again."""
    for line in re.sub(r"\r?\n[ \t]|=\r?\n", "", card).splitlines():
        head, colon, value = line.partition(":")
        said, _, parameters = head.partition(";")
        if not colon:
            continue
        if "QUOTED-PRINTABLE" in parameters.upper():
            value = quopri.decodestring(value.encode("utf-8", "replace")).decode("utf-8", "replace")
        value = _ESCAPED.sub(lambda escaped: " " if escaped[1] in "nN" else escaped[1], value)
        yield said.rpartition(".")[2].strip().upper(), parameters, value.strip()


def _phone(parameters: str, value: str) -> str:
    known = re.search(r"waid=([0-9]{7,15})(?![0-9])", parameters, re.IGNORECASE)
    if known:
        return f"+{known[1]}"
    written = value.removeprefix("tel:")[:40]
    digits = re.sub(r"[^0-9]", "", written)
    return f"+{digits}" if written.startswith("+") and 7 <= len(digits) <= 15 else printable(written)


def _kept(card: str) -> str:
    """The card without its pictures: those are lines, and lines that begin with a blank after them."""
    kept, leaving = [], False
    for line in card.splitlines():
        leaving = leaving if line[:1] in (" ", "\t") else line.upper().startswith(_LEFT_OUT)
        kept += [] if leaving else [line]
    return printable("\n".join(kept)[:KEPT])
