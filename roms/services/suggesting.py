"""Contacts that may be one person, each pair with the reason in words. Only people decide.

Looked for beside one contact, or page by page: every contact of the page against those before it. The names of the
others are compared in one go, their numbers are found by the database.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, Text, cast, func, or_, select

from roms.db import db
from roms.engine.types import JSON
from roms.models import Contact, ContactAddress, ContactMerge
from roms.services import access
from roms.services.actors import Actor
from roms.services.contacts import fold
from roms.services.frames import phone_text
from roms.services.numbers import e164

PAGE, MOST, LOOKED_AT = 50, 20, 20_000  # contacts a page; pairs of one contact; names compared, the newest
NUMBERS_OF_ONE = 20
ALIKE, LETTERS = 92, 8  # of 100; shorter names are too common
SAME_DIGITS = 9  # at the end of a number, however its beginning is written
BETWEEN = " -.()/"  # what people put between digits
WORDS: Mapping[str, Mapping[str, str]] = {
    "phone": {"id": "Sama-sama memakai nomor {value}.", "en": "Both give the number {value}."},
    "name": {
        "id": "Namanya hampir sama ({value}), dan salah satunya tidak punya nomor.",
        "en": "Their names are almost the same ({value}), and one of them has no number.",
    },
}
COLUMNS = (Contact.id, Contact.name, Contact.phone, Contact.attributes)


def suggestions(actor: Actor, contact: int | None = None, before: int | None = None) -> JSON:
    """Pairs with this contact; or those of a page of contacts, and where the next page begins. Surer ones first."""
    if contact is not None:
        return {"items": _told(actor, _looked_at(actor).where(Contact.id == contact), None), "next": None}
    page = _looked_at(actor).order_by(Contact.id.desc()).limit(PAGE)
    page = page if before is None else page.where(Contact.id < before)
    ids = [row.id for row in db.session.execute(page)]
    return {"items": _told(actor, page, max(ids, default=0)), "next": ids[-1] if len(ids) == PAGE else None}


def _told(actor: Actor, which: Select[Any], newest: int | None) -> list[JSON]:
    """Pairs of these contacts with anybody; with `newest`, every pair only where its newer contact is."""
    rows = db.session.execute(which).all()
    seen, found = _decided([row.id for row in rows]), []
    pairs = [*(each for row in rows for each in _same_number(actor, row)), *_alike(actor, rows, newest)]
    for one, other, reason, value in pairs:
        pair = (min(one.id, other.id), max(one.id, other.id))
        if one.id == other.id or pair in seen or (newest is not None and other.id > one.id):
            continue
        seen.add(pair)
        words = {language: text.format(value=value) for language, text in WORDS[reason].items()}
        kept, gone = sorted((one, other), key=lambda row: (row.phone is None, row.id))
        found.append({"contact": _shown(kept), "with": _shown(gone), "reason": reason, "say": words})
    return found


def _looked_at(actor: Actor) -> Select[Any]:
    """People, as far as they are the asker's to see: a pair tells of both."""
    groups = select(ContactAddress.contact_id).where(ContactAddress.kind == "group")
    return select(*COLUMNS).where(
        Contact.merged_into.is_(None), Contact.id.not_in(groups), access.visible_contacts(actor)
    )


def _decided(ids: Sequence[int]) -> set[tuple[int, int]]:
    """Pairs of which a person said already that they are two."""
    parted = select(ContactMerge.kept_id, ContactMerge.gone_id).where(ContactMerge.undone_at.is_not(None))
    parted = parted.where(or_(ContactMerge.kept_id.in_(ids), ContactMerge.gone_id.in_(ids)))
    return {(min(pair), max(pair)) for pair in db.session.execute(parted)}


def _same_number(actor: Actor, row: Any) -> Iterator[tuple[Any, Any, str, str]]:
    """A number that one told a flow, or that stands among the attributes, and that another writes from or gives."""
    called = select(ContactAddress.value).where(ContactAddress.kind == "phone", ContactAddress.contact_id == row.id)
    numbers = list(dict.fromkeys([*_numbers(row), *db.session.scalars(called)]))[:NUMBERS_OF_ONE]
    if not numbers:
        return
    owners = select(ContactAddress.contact_id).where(ContactAddress.kind == "phone", ContactAddress.value.in_(numbers))
    given = [_gives(number) for number in numbers]
    one_of = or_(Contact.id.in_(owners), Contact.phone.in_(numbers), *given)
    others = _looked_at(actor).where(Contact.id != row.id, one_of)
    for other in db.session.execute(others.order_by(Contact.id).limit(MOST)):
        theirs = select(ContactAddress.value).where(ContactAddress.contact_id == other.id)
        known = {*_numbers(other), *db.session.scalars(theirs.where(ContactAddress.kind == "phone"))}
        for number in numbers:
            if number in known:
                yield row, other, "phone", phone_text(number) or number
                break


def _gives(number: str) -> ColumnElement[bool]:
    """Whether the end of this number stands among the attributes, whatever is between its digits."""
    text: Any = cast(Contact.attributes, Text)
    for sign in BETWEEN:
        text = func.replace(text, sign, "")
    found: ColumnElement[bool] = text.like(f"%{number[-SAME_DIGITS:]}%")
    return found


def _numbers(row: Any) -> Iterator[str]:
    values = [row.phone or "", *map(str, row.attributes.values())]
    for value in values:
        if re.search(r"\d{5}", re.sub(r"[\s().-]", "", value)) and (number := e164(value)):
            yield number


def _alike(actor: Actor, rows: Sequence[Any], newest: int | None) -> Iterator[tuple[Any, Any, str, str]]:
    """Almost the same name, where one has no number to tell them apart by."""
    from rapidfuzz import fuzz, process

    asked = [row for row in rows if len(row.name) >= LETTERS]
    if not asked:
        return
    wanted = _looked_at(actor).with_only_columns(Contact.id, Contact.name, Contact.phone)
    wanted = wanted.where(func.length(Contact.name) >= LETTERS)
    if all(row.phone is not None for row in asked):
        wanted = wanted.where(Contact.phone.is_(None))
    if newest is not None:
        wanted = wanted.where(Contact.id <= newest)
    others = {row.id: row for row in db.session.execute(wanted.order_by(Contact.id.desc()).limit(LOOKED_AT))}
    names = {each: _sorted(row.name) for each, row in others.items()}
    for row in asked:
        close = process.extract(_sorted(row.name), names, scorer=fuzz.ratio, score_cutoff=ALIKE, limit=MOST)
        for _, _, other in close:
            if other != row.id and (row.phone is None or others[other].phone is None):
                yield row, others[other], "name", row.name


def _sorted(name: str) -> str:
    return " ".join(sorted(fold(name).split()))


def _shown(row: Any) -> JSON:
    return {"id": row.id, "name": row.name, "phone": row.phone, "phone_text": phone_text(row.phone)}
