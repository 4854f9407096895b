"""Who somebody is: the many names one person goes by, in one form each, and whose they are.

Everything here is called inside a transaction. Names are serialized on before any conversation is locked, so that of
several first messages of one person one makes the contact and the others find it.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from sqlalchemy import Select, bindparam, select, tuple_, update

from roms.channels.items import Identity, Incoming
from roms.db import db, insert_once, serialize, table
from roms.models import Contact, ContactAddress, ContactMerge, Conversation
from roms.services import merging
from roms.services.channels import Line

LONGEST = 200
PHONE = re.compile(r"[1-9]\d{4,14}", re.ASCII)
HANDED_ON = "username"  # a name that others may take over: it tells who somebody is only where nothing else does


def canonical(identity: Identity) -> Identity | None:
    """The one form that this name has with us; None where it is none."""
    value = identity.value.strip()
    if identity.kind == "phone":
        digits = re.sub(r"\D", "", value.partition("@")[0].partition(":")[0])
        return Identity("phone", f"+{digits}") if PHONE.fullmatch(digits) else None
    if identity.kind == "lid":
        name = value.partition("@")[0].partition(":")[0]
        value = f"{name}@lid" if name else ""
    elif identity.kind == HANDED_ON:
        value = value.removeprefix("@").lower()
    return Identity(identity.kind, value) if 0 < len(value) <= LONGEST else None


def all_canonical(identities: Iterable[Identity]) -> tuple[Identity, ...]:
    return tuple(dict.fromkeys(found for each in identities if (found := canonical(each))))


def of(line: Line, incoming: Incoming) -> tuple[Identity, ...]:
    """The names that this message gives of whom it belongs to, surest first; at least one."""
    if incoming.is_group:
        return (Identity("group", incoming.address),)
    return all_canonical(incoming.identities) or (Identity(line.kind, incoming.address),)


def are_settled(identities: Sequence[Identity]) -> bool:
    """Whether nothing is to be learned from these: a single name is what the thread's address says already."""
    if len(identities) < 2:
        return True
    return are_one(identities, owners(identities))


def are_one(identities: Sequence[Identity], known: Mapping[Identity, int]) -> bool:
    """Whether all of these are known, and as the same contact's."""
    found = {known.get(each) for each in identities}
    return len(found) == 1 and None not in found


def owners(identities: Sequence[Identity]) -> dict[Identity, int]:
    """Whose contact each of these is, of those that are known."""
    rows = db.session.execute(_owners(), {"names": [(each.kind, each.value) for each in identities]})
    found = {Identity(row.kind, row.value): row.contact_id for row in rows}
    return {each: found[each] for each in identities if each in found}


@functools.cache
def _owners() -> Select[str, str, int]:
    """Made once: where people have several names, every message asks this."""
    columns = table(ContactAddress).c
    wanted = tuple_(columns.kind, columns.value).in_(bindparam("names", expanding=True))
    return select(columns.kind, columns.value, columns.contact_id).where(wanted)


def one_at_a_time(identities: Iterable[Identity], *more: str) -> None:
    """Let nobody else decide meanwhile who these are. Before any conversation is locked."""
    serialize(*sorted({f"contact {each.kind} {each.value}" for each in identities} | set(more)))


def owner(identities: Sequence[Identity], also: int | None, at: datetime) -> int | None:
    """The one contact with these names; two that turn out to be one person become one. None: nobody knows them.

    also: the contact of the thread that the message came to.
    """
    known = owners(identities)
    sure = [contact for each, contact in known.items() if each.kind != HANDED_ON]
    everybody = list(dict.fromkeys([*sure, *([also] if also is not None else [])])) or list(known.values())
    if not everybody:
        return None
    one, *others = everybody
    for other in others:
        if not were_parted(one, other):
            one = merging.join(min(one, other), max(one, other), "provider", None, at)
    return one


def were_parted(one: int, other: int) -> bool:
    """Whether a person said that these two are not the same; no provider knows better."""
    pair = [one, other]
    parted = select(ContactMerge.id).where(ContactMerge.undone_at.is_not(None))
    parted = parted.where(ContactMerge.kept_id.in_(pair), ContactMerge.gone_id.in_(pair)).limit(1)
    return db.session.scalar(parted) is not None


def live(contact_id: int) -> Contact:
    """This contact, or the one it became part of; it stays so until we commit. No conversation is locked after."""
    found = select(Contact).execution_options(populate_existing=True).with_for_update(key_share=True)
    contact = db.session.scalars(found.where(Contact.id == contact_id)).one()
    return contact if contact.merged_into is None else live(contact.merged_into)


def learn(contact: Contact, identities: Iterable[Identity], at: datetime) -> None:
    """This contact goes by these names, too; those that somebody else has stay theirs, but for one handed on."""
    for each in identities:
        row = {"contact_id": contact.id, "kind": each.kind, "value": each.value, "created_at": at}
        is_new = insert_once(table(ContactAddress), row, "kind", "value") is not None
        if not is_new and each.kind == HANDED_ON:
            taken = update(ContactAddress).where(ContactAddress.kind == each.kind, ContactAddress.value == each.value)
            db.session.execute(taken.values(contact_id=contact.id))
    phone = next((each.value for each in identities if each.kind == "phone"), None)
    if phone and not contact.phone:
        contact.phone = phone


def thread_of(contact_id: int, channel_id: int) -> Conversation | None:
    """The newest thread of this contact on this channel, locked."""
    newest = select(Conversation.id).filter_by(contact_id=contact_id, channel_id=channel_id)
    found = db.session.scalar(newest.order_by(Conversation.last_at.desc(), Conversation.id.desc()).limit(1))
    return None if found is None else Conversation.locked(Conversation.id == found)
