"""Contacts that may be one person, each pair with the reason in words. Only people decide."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import select

from roms.db import db
from roms.engine.types import JSON
from roms.models import Contact, ContactAddress, ContactMerge
from roms.services.actors import Actor
from roms.services.contacts import fold
from roms.services.frames import phone_text
from roms.services.numbers import e164

MOST, LOOKED_AT = 50, 20_000  # pairs shown; contacts looked at, the newest
ALIKE, LETTERS = 92, 8  # of 100; shorter names are too common
WORDS: Mapping[str, Mapping[str, str]] = {
    "phone": {"id": "Sama-sama memakai nomor {value}.", "en": "Both give the number {value}."},
    "name": {
        "id": "Namanya hampir sama ({value}), dan salah satunya tidak punya nomor.",
        "en": "Their names are almost the same ({value}), and one of them has no number.",
    },
}


def suggestions(actor: Actor) -> JSON:
    """Pairs, the surer ones first."""
    rows = _looked_at()
    seen = _decided()
    found = []
    for one, other, reason, value in (*_same_number(rows), *_alike(rows)):
        pair = (min(one.id, other.id), max(one.id, other.id))
        if one.id != other.id and pair not in seen:
            seen.add(pair)
            words = {language: text.format(value=value) for language, text in WORDS[reason].items()}
            kept, gone = sorted((one, other), key=lambda row: (row.phone is None, row.id))
            found.append({"contact": _shown(kept), "with": _shown(gone), "reason": reason, "say": words})
        if len(found) >= MOST:
            break
    return {"items": found}


def _looked_at() -> Sequence[Any]:
    groups = select(ContactAddress.contact_id).where(ContactAddress.kind == "group")
    columns = select(Contact.id, Contact.name, Contact.phone, Contact.attributes).where(Contact.merged_into.is_(None))
    return db.session.execute(
        columns.where(Contact.id.not_in(groups)).order_by(Contact.id.desc()).limit(LOOKED_AT)
    ).all()


def _decided() -> set[tuple[int, int]]:
    """Pairs of which a person said already that they are two."""
    parted = select(ContactMerge.kept_id, ContactMerge.gone_id).where(ContactMerge.undone_at.is_not(None))
    return {(min(pair), max(pair)) for pair in db.session.execute(parted)}


def _same_number(rows: Sequence[Any]) -> Iterator[tuple[Any, Any, str, str]]:
    """A number that one told a flow, or that stands among the attributes, and that another writes from."""
    by_id = {row.id: row for row in rows}
    owner: dict[str, Any] = {}
    named = select(ContactAddress.value, ContactAddress.contact_id).where(ContactAddress.kind == "phone")
    for value, contact in db.session.execute(named):
        if contact in by_id:
            owner[value] = by_id[contact]
    for row in reversed(rows):
        for number in _numbers(row):
            if owner.setdefault(number, row) is not row:
                yield owner[number], row, "phone", phone_text(number) or number


def _numbers(row: Any) -> Iterator[str]:
    values = [row.phone or "", *map(str, row.attributes.values())]
    for value in values:
        if re.search(r"\d{5}", re.sub(r"[\s().-]", "", value)) and (number := e164(value)):
            yield number


def _alike(rows: Sequence[Any]) -> Iterator[tuple[Any, Any, str, str]]:
    """Almost the same name, where one has no number to tell them apart by."""
    from rapidfuzz import fuzz, process

    names = {row.id: " ".join(sorted(fold(row.name).split())) for row in rows if len(row.name) >= LETTERS}
    by_id = {row.id: row for row in rows}
    for row in [each for each in rows if each.phone is None and each.id in names][:500]:
        close = process.extract(names[row.id], names, scorer=fuzz.ratio, score_cutoff=ALIKE, limit=5)
        for _, _, other in close:
            if other != row.id:
                yield by_id[other], row, "name", row.name


def _shown(row: Any) -> JSON:
    return {"id": row.id, "name": row.name, "phone": row.phone, "phone_text": phone_text(row.phone)}
