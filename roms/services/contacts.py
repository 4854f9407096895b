"""The people outside, apart from what they write: found, looked at, and called by their right names."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Select, Text, cast, exists, false, func, or_, select

from roms import clock
from roms.db import db, table, transaction
from roms.engine.types import JSON
from roms.errors import Invalid
from roms.models import Channel, Contact, ContactAddress, ContactMerge, Conversation
from roms.services import access, channels, consent, frames, masking, people
from roms.services.actors import Actor
from roms.services.scene import Scene, add_history, finish, scene_of

MOST_ATTRIBUTES, LONGEST_VALUE = 50, 500
KEY = re.compile(r"[^\W_][\w .-]{0,39}")
FEWEST_DIGITS = 3


def listing(actor: Actor, q: str = "", before: int | None = None, limit: int = 50) -> JSON:
    """One page of contacts, those who came last first."""
    mine = Contact.merged_into.is_(None), access.visible_contacts(actor)
    query = select(Contact).where(*mine).order_by(Contact.id.desc())
    if q.strip():
        query = query.where(matches(actor, q.strip()))
    if before is not None:
        query = query.where(Contact.id < before)
    found = db.session.scalars(query.limit(limit + 1)).all()
    page = found[:limit]
    kinds = _channels(actor, [each.id for each in page])
    items = [_shown(each) | {"channels": kinds.get(each.id, [])} for each in page]
    return {"items": items, "next": page[-1].id if len(found) > limit else None}


def one(actor: Actor, contact_id: int) -> JSON:
    """A contact with every name it goes by, its threads and its merges; of one that was merged, whom it is now."""
    contact = _found(actor, contact_id)
    return _shown(contact) | {
        "identities": people.addresses_of(contact.id),
        "conversations": threads(actor, contact.id),
        "merges": _merges(contact.id),
    }


def conversations(actor: Actor, contact_id: int) -> JSON:
    return {"items": threads(actor, _found(actor, contact_id).id)}


@transaction()
def change(actor: Actor, contact_id: int, values: Mapping[str, Any]) -> None:
    """Name, language and attributes; an attribute that is None goes. What a person says outlives the provider."""
    at = clock.now()
    contact_id = _found(actor, contact_id).id
    ids = set(db.session.scalars(select(Conversation.id).filter_by(contact_id=contact_id)))
    locked = Conversation.all_locked(ids).values() if ids else ()
    scenes = [scene_of(each, channels.line(each.channel_id), at, actor.id) for each in locked]
    fresh = select(Contact).where(Contact.id == contact_id).with_for_update()
    contact = db.session.scalars(fresh.execution_options(populate_existing=True)).one()
    newest = max(scenes, key=lambda scene: scene.conversation.last_at, default=None)
    _change(contact, values, newest, actor, at)
    db.session.flush()
    for scene in scenes:
        if scene is not newest:
            scene.next_seq()
    finish(*scenes)


def _change(contact: Contact, values: Mapping[str, Any], newest: Scene | None, actor: Actor, at: Any) -> None:
    if "attributes" in values:
        contact.attributes = merged(contact.attributes, values["attributes"])
    if "name" in values:
        people.rename(contact, values["name"], newest, at, actor.id, "person")
        contact.named_by = actor.id if contact.name else None
    if "language" in values and values["language"] != contact.language:
        if newest is not None:
            news = {"field": "language", "old": contact.language, "new": values["language"], "by": "person"}
            add_history(newest, "contact", news, actor.id)
        contact.language = values["language"]
    contact.changed_at = at


def merged(old: Mapping[str, Any], changes: Mapping[str, Any]) -> JSON:
    """Attributes with these changed. Raises Invalid."""
    for key, value in changes.items():
        if not KEY.fullmatch(key):
            raise Invalid(f"{key!r:.60} cannot be the name of an attribute", field="attributes")
        if value is not None and len(value) > LONGEST_VALUE:
            raise Invalid(f"{key}: at most {LONGEST_VALUE} characters", field=f"attributes.{key}")
    now = {**old, **changes}
    now = {key: value for key, value in now.items() if value not in (None, "")}
    if len(now) > MOST_ATTRIBUTES:
        raise Invalid(f"a contact has at most {MOST_ATTRIBUTES} attributes", field="attributes")
    return now


# --- finding -----------------------------------------------------------------------------------------------------


def matches(actor: Actor, q: str) -> ColumnElement[bool]:
    """By name however it is accented, by number however it is typed, by any other name or attribute.
    Who sees no numbers finds by names alone, never by digits: a list of hits would tell the number bit by bit."""
    wanted = f"%{_escaped(fold(q))}%"
    if not actor.sees_numbers:
        return _folded(Contact.name).like(wanted, escape="\\") if masking.has_letters(q) else false()
    other = select(ContactAddress.id).where(ContactAddress.contact_id == Contact.id)
    named = other.where(ContactAddress.kind != "phone", _folded(ContactAddress.value).like(wanted, escape="\\"))
    ways = [
        _folded(Contact.name).like(wanted, escape="\\"),
        _folded(cast(Contact.attributes, Text)).like(wanted, escape="\\"),
        named.exists(),
    ]
    digits = national(q)
    if len(digits) >= FEWEST_DIGITS and not re.search(r"[^\W\d_]", q):
        called = ContactAddress.contact_id == Contact.id, ContactAddress.kind == "phone"
        ways.append(Contact.phone.like(f"%{digits}%"))
        ways.append(exists().where(*called, ContactAddress.value.like(f"%{digits}%")))
    return or_(*ways)


def national(typed: str) -> str:
    """The digits of a number as they stand inside the whole one: 0812… is 812…, and +62 (0)812… is 62812…"""
    digits = "".join(letter for letter in typed if letter.isascii() and letter.isdigit())
    digits = digits.lstrip("0")
    return "62" + digits[2:].lstrip("0") if digits.startswith("620") else digits


def fold(text: str) -> str:
    """In small letters, without accents."""
    parts = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in parts if not unicodedata.combining(letter))


@cache
def _accents() -> tuple[str, str]:
    """Letters with accents, and what they are without: for the database, which folds them one by one."""
    letters = [chr(code) for code in range(0xC0, 0x250)]
    plain = {letter: fold(letter) for letter in letters}
    kept = [letter for letter in letters if len(plain[letter]) == 1 and plain[letter] != letter]
    return "".join(kept), "".join(plain[letter] for letter in kept)


def _folded(column: Any) -> Any:
    return func.translate(func.lower(column), *_accents())


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


# --- showing -----------------------------------------------------------------------------------------------------


def threads(actor: Actor, contact_id: int) -> list[JSON]:
    """Their conversations on all channels that are this person's to see, the newest first."""
    found = (
        select(Conversation.public_id, Conversation.channel_id, Conversation.mode, Conversation.last)
        .add_columns(Conversation.last_at, Conversation.unread, Conversation.address, Conversation.created_at)
        .where(Conversation.contact_id == contact_id, access.visible_to(actor))
        .order_by(Conversation.last_at.desc(), Conversation.id.desc())
    )
    return [
        {
            "id": row.public_id,
            "channel": channels.line(row.channel_id).facts,
            "mode": row.mode.value,
            "last": row.last,
            "last_at": frames.moment(row.last_at),
            "unread": row.unread,
            "created_at": frames.moment(row.created_at),
        }
        for row in db.session.execute(found)
    ]


def _merges(contact_id: int) -> list[JSON]:
    """What was joined into this contact and could be parted again, the newest first."""
    found = select(ContactMerge).where(ContactMerge.kept_id == contact_id, ContactMerge.undone_at.is_(None))
    return [
        {
            "id": row.id,
            "contact": row.gone_id,
            "name": row.moved["before"]["gone"]["name"],
            "phone": row.moved["before"]["gone"]["phone"],
            "reason": row.reason,
            "by": row.user_id,
            "at": frames.moment(row.at),
        }
        for row in db.session.scalars(found.order_by(ContactMerge.id.desc()))
    ]


def _shown(contact: Contact) -> JSON:
    return {
        "id": contact.id,
        "name": contact.name,
        "phone": contact.phone,
        "phone_text": frames.phone_text(contact.phone),
        "language": contact.language,
        "attributes": contact.attributes,
        "labels": contact.labels,
        "named_by": contact.named_by,
        "picture": frames.picture_url(contact),
        "opted_out_at": frames.moment(contact.opted_out_at),
        "consent": consent.shown(contact),
        "created_at": frames.moment(contact.created_at),
    }


def _found(actor: Actor, contact_id: int) -> Contact:
    """NotFound where there is none, or it is not his to see; one that became part of another leads there."""
    access.check_contact(actor, contact_id)
    return _living(contact_id)


def _living(contact_id: int) -> Contact:
    contact = db.session.scalars(_by_id(contact_id)).one()
    return contact if contact.merged_into is None else _living(contact.merged_into)


def _by_id(contact_id: int) -> Select[Contact]:
    return select(Contact).where(Contact.id == contact_id).execution_options(populate_existing=True)


def _channels(actor: Actor, contacts: Sequence[int]) -> dict[int, list[str]]:
    columns = table(Conversation).c
    found = select(columns.contact_id, Channel.kind).join(Channel, Channel.id == columns.channel_id).distinct()
    found = found.where(access.visible_to(actor))
    kinds: dict[int, list[str]] = {}
    for row in db.session.execute(found.where(columns.contact_id.in_(contacts)).order_by(Channel.kind)):
        kinds.setdefault(row.contact_id, []).append(row.kind)
    return kinds
