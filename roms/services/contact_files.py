"""Contacts as files: out as CSV or JSON lines, and in again, all of a file or nothing."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import insert, select

from roms import clock
from roms.channels.reading import printable
from roms.db import db, serialize, table, transaction
from roms.engine.types import JSON
from roms.errors import Invalid, NotAllowed, TooLarge
from roms.models import Contact, ContactAddress
from roms.services import masking
from roms.services.actors import Actor
from roms.services.contacts import merged
from roms.services.frames import moment
from roms.services.numbers import e164

PAGE, MOST_LINES = 500, 20_000
COLUMNS = ("id", "name", "phone", "language", "identities", "opted_out_at", "created_at")
ATTRIBUTE = "attribute:"
KNOWN = {*COLUMNS, "attributes"}
LANGUAGES = ("", "id", "en")
LONGEST_NAME = 200
RISKY = ("=", "+", "-", "@", "\t", "\r", "\n")  # a spreadsheet would take what begins so for a formula


# --- out ---------------------------------------------------------------------------------------------------------


def exported(actor: Actor, form: str, bom: bool = False) -> Iterator[str]:
    """The lines of the file, read from the database as they are wanted."""
    _require_admin(actor)
    return _csv(actor, bom) if form == "csv" else _jsonl(actor)


def _jsonl(actor: Actor) -> Iterator[str]:
    for each in _all(actor):
        yield json.dumps(each, ensure_ascii=False, separators=(",", ":")) + "\n"


def _csv(actor: Actor, bom: bool) -> Iterator[str]:
    keys = sorted({key for each in _all(actor) for key in each["attributes"]})
    names = [ATTRIBUTE + key for key in keys]
    yield ("\ufeff" if bom else "") + _line([*COLUMNS, *map(_harmless, names)])
    for each in _all(actor):
        cells = {**each, "identities": " ".join(f"{one['kind']}:{one['value']}" for one in each["identities"])}
        cells |= {ATTRIBUTE + key: value for key, value in each["attributes"].items()}
        yield _line([_harmless(cells.get(name)) for name in (*COLUMNS, *names)])


def _line(cells: Iterable[Any]) -> str:
    written = io.StringIO()
    csv.writer(written).writerow(cells)
    return written.getvalue()


def _harmless(value: Any) -> str:
    text = "" if value is None else str(value)
    return "'" + text if text.startswith((*RISKY, "'")) else text


def _all(actor: Actor) -> Iterator[JSON]:
    """Every living contact, in pages: nothing holds the database while somebody reads slowly. With numbers only for
    those who see them."""
    after = 0
    living = select(Contact).where(Contact.merged_into.is_(None)).order_by(Contact.id).limit(PAGE)
    while page := db.session.scalars(living.where(Contact.id > after)).all():
        after = page[-1].id
        names: dict[int, list[JSON]] = {each.id: [] for each in page}
        found = select(ContactAddress).where(ContactAddress.contact_id.in_(names)).order_by(ContactAddress.id)
        for row in db.session.scalars(found):
            names[row.contact_id].append({"kind": row.kind, "value": row.value})
        lines = [_written(each, names[each.id]) for each in page]
        lines = lines if actor.sees_numbers else masking.masked(lines)
        db.session.rollback()
        db.session.expunge_all()
        yield from lines


def _written(contact: Contact, names: list[JSON]) -> JSON:
    values = {name: getattr(contact, name) for name in ("id", "name", "phone", "language")}
    times = {"opted_out_at": moment(contact.opted_out_at), "created_at": moment(contact.created_at)}
    return {**values, "identities": names, **times, "attributes": dict(contact.attributes)}


# --- in ----------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class Person:
    """One line of a file that makes sense."""

    line: int
    phone: str
    values: JSON = field(default_factory=dict)


@dataclass(slots=True)
class Read:
    people: dict[str, Person] = field(default_factory=dict)
    bad: list[JSON] = field(default_factory=list)
    ignored: set[str] = field(default_factory=set)  # columns that mean nothing to us


def imported(actor: Actor, data: bytes, form: str, dry_run: bool, skip_bad: bool) -> JSON:
    """Take the file in: people with a number we know are updated, others are new. Invalid, with every bad line, and
    nothing stored, unless bad lines are to be skipped."""
    _require_admin(actor)
    read = _read(data, form)
    if read.bad and not (skip_bad or dry_run):
        raise Invalid(f"{len(read.bad)} lines cannot be taken; nothing was stored", field="file", bad=read.bad[:200])
    told: JSON = {"bad": read.bad[:200], "bad_count": len(read.bad), "ignored": sorted(read.ignored)[:20]}
    return _store(actor, read, dry_run) | told | {"dry_run": dry_run}


def _require_admin(actor: Actor) -> None:
    if not actor.is_admin:
        raise NotAllowed("only admins take contacts in and out")


def _read(data: bytes, form: str) -> Read:
    try:
        text = printable(data.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise Invalid(f"the file is not UTF-8: see byte {error.start}", field="file") from error
    read = Read()
    rows = _csv_rows(text) if form == "csv" else _jsonl_rows(text, read)
    for count, (line, row) in enumerate(rows):
        if count >= MOST_LINES:
            raise TooLarge(f"a file has at most {MOST_LINES} contacts")
        _take(read, line, row)
    return read


def _csv_rows(text: str) -> Iterator[tuple[int, Mapping[str, Any]]]:
    head = text.split("\n", 1)[0]
    rows = csv.DictReader(io.StringIO(text, newline=""), delimiter=max(",;\t", key=head.count), strict=True)
    try:
        names = [_plain(name).strip() for name in rows.fieldnames or ()]
        if "phone" not in [name.lower() for name in names]:
            raise Invalid("the first line must name the columns, and one of them must be `phone`", field="file")
        rows.fieldnames = [name if name.startswith(ATTRIBUTE) else name.lower() for name in names]
        for row in rows:
            if any(value for value in row.values()):
                yield rows.line_num, row
    except csv.Error as error:
        raise Invalid(f"line {rows.line_num}: this is no CSV ({error})", field="file") from error


def _jsonl_rows(text: str, read: Read) -> Iterator[tuple[int, Mapping[str, Any]]]:
    for line, written in enumerate(text.split("\n"), 1):
        if not written.strip():
            continue
        try:
            row = json.loads(written)
        except (ValueError, RecursionError):
            row = None
        if isinstance(row, dict):
            attributes = row.get("attributes")
            own = attributes if isinstance(attributes, dict) else {}
            yield line, {**row, **{ATTRIBUTE + str(key): value for key, value in own.items()}}
        else:
            _refuse(read, line, "", "this is no JSON object", "ini bukan objek JSON")


def _take(read: Read, line: int, row: Mapping[str | None, Any] | Mapping[str, Any]) -> None:
    """Read one line, or say what is wrong with it."""
    read.ignored |= {name[:60] for name in row if name and not (name in KNOWN or name.startswith(ATTRIBUTE))}
    if None in row:
        return _refuse(read, line, "", "there are more cells than columns", "selnya lebih banyak daripada kolom")
    cells = {str(name): _plain(value).strip() for name, value in row.items() if isinstance(value, str | int | float)}
    phone = e164(cells.get("phone", ""))
    if phone is None:
        return _refuse(read, line, "phone", "this is no phone number", "ini bukan nomor telepon")
    if phone in read.people:
        first = read.people[phone].line
        return _refuse(
            read, line, "phone", f"the number of line {first} again", f"nomor yang sama dengan baris {first}"
        )
    name, language = " ".join(cells.get("name", "").split()), cells.get("language", "").lower()
    if len(name) > LONGEST_NAME:
        return _refuse(read, line, "name", f"at most {LONGEST_NAME} characters", f"paling banyak {LONGEST_NAME} huruf")
    if language not in LANGUAGES:
        return _refuse(read, line, "language", "id or en is expected", "isinya id atau en")
    own = {key.removeprefix(ATTRIBUTE): value for key, value in cells.items() if key.startswith(ATTRIBUTE) and value}
    try:
        merged({}, own)
    except Invalid as error:
        return _refuse(read, line, "attributes", str(error), "atribut ini tidak dapat dipakai")
    read.people[phone] = Person(line, phone, {"name": name, "language": language, "attributes": own})
    return None


def _refuse(read: Read, line: int, field_: str, en: str, id_: str) -> None:
    read.bad.append(
        {"line": line, "field": field_, "say": {"id": f"Baris {line}: {id_}.", "en": f"Line {line}: {en}."}}
    )


def _plain(value: Any) -> str:
    """Without the mark that keeps a spreadsheet from taking it for a formula."""
    text = str(value)
    return text[1:] if text.startswith("'") else text


@transaction()
def _store(actor: Actor, read: Read, dry_run: bool) -> JSON:
    serialize("contacts import")
    known = _known(list(read.people))
    fresh = [person for phone, person in read.people.items() if phone not in known]
    old = [(person, known[phone]) for phone, person in read.people.items() if phone in known]
    news = [(contact, person, after) for person, contact in old if (after := _news(contact, person))]
    if not dry_run:
        for contact, person, after in news:
            _update(contact, person, after, actor)
        _create(fresh, actor)
    return {"created": len(fresh), "updated": len(news), "unchanged": len(old) - len(news)}


def _known(phones: list[str]) -> dict[str, Contact]:
    """Whose these numbers are; locked, because a flow may learn something of them meanwhile."""
    found: dict[str, Contact] = {}
    for start in range(0, len(phones), PAGE):
        some = phones[start : start + PAGE]
        rows = (
            select(ContactAddress.value, Contact)
            .join(Contact, Contact.id == ContactAddress.contact_id)
            .where(ContactAddress.kind == "phone", ContactAddress.value.in_(some))
            .order_by(Contact.id)
            .with_for_update(of=Contact)
        )
        found |= {row[0]: row[1] for row in db.session.execute(rows.execution_options(populate_existing=True))}
    return found


def _news(contact: Contact, person: Person) -> JSON | None:
    """What the contact will be where the file says something new; what it leaves empty stays."""
    values = person.values
    after = {"name": values["name"] or contact.name, "language": values["language"] or contact.language}
    after["attributes"] = merged(contact.attributes, values["attributes"])
    return after if any(getattr(contact, name) != value for name, value in after.items()) else None


def _update(contact: Contact, person: Person, after: JSON, actor: Actor) -> None:
    """Write the news down; a name that a file gives is one that a person gave."""
    name = person.values["name"]
    if name and name != contact.name:
        contact.named_by = actor.id
        contact.named_at = contact.named_at or (None if contact.name else clock.now())
    for key, value in after.items():
        setattr(contact, key, value)
    contact.changed_at = clock.now()


def _create(people: list[Person], actor: Actor) -> None:
    at = clock.now()
    for start in range(0, len(people), PAGE):
        some = people[start : start + PAGE]
        rows = [
            {**person.values, "phone": person.phone, "named_by": actor.id if person.values["name"] else None}
            | {"created_at": at}
            for person in some
        ]
        made = insert(table(Contact)).returning(table(Contact).c.id, sort_by_parameter_order=True)
        ids = db.session.scalars(made, rows).all()
        names = [
            {"contact_id": id_, "kind": "phone", "value": person.phone, "created_at": at}
            for id_, person in zip(ids, some, strict=True)
        ]
        db.session.execute(insert(table(ContactAddress)), names)
