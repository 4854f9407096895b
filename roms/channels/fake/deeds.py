"""What a person does on the phone: read from words, written down, and told to ROMS in the account's dialect."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from roms.channels.fake import samples
from roms.channels.fake.dialects import DIALECTS
from roms.channels.fake.model import Deed, File, Person
from roms.channels.fake.people import GROUP

if TYPE_CHECKING:
    from roms.channels.fake.box import Box

FILES = samples.KINDS
PLACE = {
    "latitude": samples.MONAS[0],
    "longitude": samples.MONAS[1],
    "name": "Monumen Nasional",
    "address": "Gambir, Jakarta Pusat, DKI Jakarta",
}
CARD = {"name": "Gudang Surabaya", "phone": "+62 800-0000-1999"}
ORDER = {
    "catalog": "100000000000301",
    "text": "Tolong dikirim besok pagi",
    "items": [
        {"id": "KOPI-GAYO-250", "quantity": 2, "price": 78000, "currency": "IDR"},
        {"id": "MADU-HUTAN", "quantity": 1, "price": 95000, "currency": "IDR"},
    ],
}
USUAL: Mapping[str, Mapping[str, Any]] = {  # what a kind says when nothing is said
    "location": PLACE,
    "contact": {"contacts": [CARD]},
    "order": ORDER,
    "unsupported": {"type": "poll_creation"},
}
NEEDS: Mapping[str, tuple[str, ...]] = {
    "reaction": ("target",),
    "edit": ("target", "text"),
    "delete": ("target",),
    "tap": ("target", "id", "title", "how"),
    "text": ("text",),
}
KINDS = ("text", *FILES, *USUAL, "reaction", "tap", "edit", "delete", "number_changed", "user_id_changed")
SHARED = ("text", "caption", "name", "file", "quotes", "forwarded", "group", "by_business", "at", "hidden")


def do(box: Box, who: str | Person, kind: str, account: str, details: Mapping[str, Any]) -> str:
    """Have a person do this; the id of it at the provider. Raises ValueError for what cannot be done."""
    person = _person(box, who, details)
    deed = read(box, person, kind, account, details)
    dialect = DIALECTS[account]
    if deed.file:
        box.phones.keep(deed.file_id, deed.file)
    box.phones.write(account, deed, _shown(deed))
    if not deed.by_business and not deed.group:
        box.limits.wrote(account, person.key, deed.at)
    docs = dialect.news(box, deed)
    for place, doc in enumerate(docs):
        last = place == len(docs) - 1
        told = (lambda taken: _arrived(box, deed, "arrived" if taken else "refused")) if last else None
        box.couriers[account].later(doc, told)
    if not docs:  # this provider tells nobody of such a thing
        _arrived(box, deed, "untold")
    return deed.id


def read(box: Box, person: Person, kind: str, account: str, details: Mapping[str, Any]) -> Deed:
    """The deed that these words describe. Raises ValueError naming what is missing or unknown."""
    if account not in DIALECTS:
        raise ValueError(f"account is one of {', '.join(DIALECTS)}")
    if kind not in KINDS:
        raise ValueError(f"kind is one of {', '.join(KINDS)}")
    text = str(details.get("text") or details.get("caption") or details.get("emoji") or "")
    more = {**USUAL.get(kind, {}), **{key: value for key, value in details.items() if key not in SHARED}}
    missing = [key for key in NEEDS.get(kind, ()) if not (text.strip() if key == "text" else more.get(key))]
    if missing:
        raise ValueError(f"{kind} needs {', '.join(missing)}")
    group = GROUP if details.get("group") is True else str(details.get("group") or "")
    if kind == "tap":
        text = str(more["title"])
    at = float(details.get("at") or time.time())
    quotes = str(more["target"] if kind == "tap" else details.get("quotes") or "")
    by_business = bool(details.get("by_business"))
    new_id = DIALECTS[account].new_id(person, by_business, group)
    file = _file(kind, details)
    file_id = f"{kind}-{new_id[-24:]}" if file else ""
    forwarded = details.get("forwarded")
    often = "often" if forwarded == "often" else "once" if forwarded else ""
    _move(box, person, kind, more)
    return Deed(person, kind, new_id, at, text, file, file_id, more, quotes, often, group, by_business)


def _person(box: Box, who: str | Person, details: Mapping[str, Any]) -> Person:
    person = who if isinstance(who, Person) else box.phones.find(str(who))
    if person is None:
        raise ValueError("that is nobody's number")
    name = str(details.get("name") or "")[:60]
    if name and name != person.name:
        person.name = name
        box.phones.touched()
    if "hidden" in details:
        person.hidden = bool(details["hidden"])
    return person


def _file(kind: str, details: Mapping[str, Any]) -> File | None:
    given = details.get("file")
    if isinstance(given, File):
        return given
    return samples.sample(kind) if kind in FILES else None


def _move(box: Box, person: Person, kind: str, more: dict[str, Any]) -> None:
    """A new number or user id: who it was before goes into the deed."""
    more |= {"old_number": person.number, "old_user_id": person.user_id}
    if kind == "number_changed":
        new = str(more.get("number") or int(person.number or "6280000001000") + 100)
        box.phones.rename(person, lambda people: people.moved(person, number=new))
        more["number"] = new
    elif kind == "user_id_changed":
        new = str(more.get("user_id") or f"{person.user_id}9")
        box.phones.rename(person, lambda people: people.moved(person, user_id=new))
        more["user_id"] = new


def _shown(deed: Deed) -> dict[str, Any]:
    """What the page needs beside the words."""
    if deed.file:
        return {"type": deed.file.type, "name": deed.file.name or deed.kind}
    keys = ("latitude", "longitude", "name", "address", "contacts", "items", "type")
    return {key: deed.more[key] for key in keys if key in deed.more}


def _arrived(box: Box, deed: Deed, status: str) -> None:
    if not deed.by_business:
        box.phones.mark(deed.id, status)
