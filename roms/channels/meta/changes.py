"""What happens to messages and people that are there already: signs, edits, new numbers, and the fate of our own."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from roms.channels import sentences
from roms.channels.items import (
    Deleted,
    Edited,
    Identity,
    IdentityChanged,
    Item,
    Preference,
    Profile,
    Reaction,
    Receipt,
    Skipped,
)
from roms.channels.meta.content import content_of
from roms.channels.meta.people import People, Person, group_of
from roms.channels.meta.words import RECEIPTS
from roms.channels.reading import each, id_of, moment, object_of, printable, text_of
from roms.channels.whatsapp import phone_of, user_id_of

CHANGED = re.compile(r"changed from (\S{1,140}) to (\S{1,140})")
MARK = 64  # characters; what is longer is none of ours


def group(group_id: str) -> tuple[Identity, ...]:
    """The one identity of a group."""
    return (Identity("group", group_id),) if group_id else ()


def status(account: str, people: People, raw: Mapping[str, Any]) -> Iterator[Item]:
    """Meta's word on a message of ours, and whom it reached, where the business spoke first."""
    provider_id, word = id_of(raw.get("id")), text_of(raw.get("status"), 40)
    if not provider_id or word not in RECEIPTS:
        yield Skipped("status_deleted" if word == "deleted" else "status_unknown", account)
        return
    error = object_of(next(each(raw.get("errors")), None)) if word == "failed" else {}
    code = text_of(error.get("code"), 40)
    known = sentences.entry("meta", code)
    yield Receipt(
        provider_id=provider_id,
        status=RECEIPTS[word],
        at=moment(raw.get("timestamp")),
        error_code=code,
        error_text=_words(error),
        error_class="" if word != "failed" else known["class"] if known else "permanent",
        mark=text_of(raw.get("biz_opaque_callback_data"), MARK),
        account=account,
    )
    reached = people.recipient(raw)
    began = text_of(object_of(raw.get("pricing")).get("category")) in ("marketing", "utility", "authentication")
    if began and word == "sent" and len(reached.identities) > 1:
        yield Profile(reached.identities, account=account)  # an answer may come under either name


def error(account: str, people: People, raw: Mapping[str, Any]) -> Iterator[Item]:
    """A complaint of Meta's that belongs to no message."""
    code = text_of(raw.get("code"), 20)
    yield Skipped(f"error_{code}" if sentences.entry("meta", code) else "error_unknown", account)


def preference(account: str, people: People, raw: Mapping[str, Any]) -> Iterator[Item]:
    """Somebody stopped our advertising in WhatsApp's own menu, or took it up again."""
    who, word = people.chooser(raw), text_of(raw.get("value"), 20).lower()
    if text_of(raw.get("category"), 40) != "marketing_messages" or word not in ("stop", "resume"):
        yield Skipped("preference_unknown", account)
    elif not who.identities:
        yield Skipped("no_sender", account)
    else:
        at, text = moment(raw.get("timestamp")), text_of(raw.get("detail"), 200)
        yield Preference(who.identities, word == "resume", text, at, account)


def _reaction(account: str, person: Person, raw: Mapping[str, Any], ours: bool) -> Iterator[Item]:
    sign = object_of(raw.get("reaction"))
    target, address = id_of(sign.get("message_id")), group_of(raw) or person.address
    if not target or not address:
        yield Skipped("bad_item", account)
        return
    yield Reaction(
        provider_id=target,
        emoji=text_of(sign.get("emoji"), 40),
        address=address,
        author=() if ours else person.identities,
        name="" if ours else person.name,
        from_business=ours,
        at=moment(raw.get("timestamp")),
        account=account,
    )


def _edit(account: str, person: Person, raw: Mapping[str, Any], ours: bool) -> Iterator[Item]:
    edit = object_of(raw.get("edit"))
    target, content = id_of(edit.get("original_message_id")), content_of(object_of(edit.get("message")))
    if not target or content.kind == "unsupported":
        yield Skipped("bad_item", account)
        return
    text = text_of(content.extra.get("caption")) if "media" in content.extra else content.text
    yield Edited(target, text, moment(raw.get("timestamp")), account)


def _revoke(account: str, person: Person, raw: Mapping[str, Any], ours: bool) -> Iterator[Item]:
    target = id_of(object_of(raw.get("revoke")).get("original_message_id"))
    yield Deleted(target, moment(raw.get("timestamp")), account) if target else Skipped("bad_item", account)


def _system(account: str, person: Person, raw: Mapping[str, Any], ours: bool) -> Iterator[Item]:
    """A new number brings a new id with it; either may be told alone, the old one perhaps only in the words."""
    system = object_of(raw.get("system"))
    told = CHANGED.search(text_of(system.get("body"), 1000))
    before, after = told.groups() if told else ("", "")
    phones = phone_of(raw.get("from")) or phone_of(before), phone_of(system.get("wa_id")) or phone_of(after)
    parents = user_id_of(system.get("previous_parent_user_id")), user_id_of(system.get("parent_user_id"))
    known = user_id_of(system.get("previous_user_id")) or user_id_of(before) or user_id_of(raw.get("from_user_id"))
    ids = known, user_id_of(system.get("user_id")) or user_id_of(after)
    pairs = [("phone", *phones), ("user_id", *ids), ("user_id", *parents)]
    changed = [(kind, old, new) for kind, old, new in pairs if old and new and old != new]
    if ours or not changed:
        yield Skipped("system", account)
        return
    at = moment(raw.get("timestamp"))
    for kind, old, new in changed:
        address = _address(kind, new, has_phone=bool(phones[0] or phones[1]), is_parent=(old, new) == parents)
        yield IdentityChanged(Identity(kind, old), Identity(kind, new), address, at, account)


def _address(kind: str, new: str, has_phone: bool, is_parent: bool) -> str:
    """Where answers go from now on: to the new number; to an id only where there is no number."""
    if kind == "phone":
        return new.removeprefix("+")
    return "" if has_phone or is_parent else new


def _passed_over(account: str, person: Person, raw: Mapping[str, Any], ours: bool) -> Iterator[Item]:
    yield Skipped("request_welcome", account)


def _words(error: Mapping[str, Any]) -> str:
    said = text_of(error.get("message"), 200) or text_of(error.get("title"), 200)
    details = text_of(object_of(error.get("error_data")).get("details"), 300) or text_of(error.get("details"), 300)
    return printable(" · ".join(dict.fromkeys(filter(None, (said, details)))))


Reader = Callable[[str, Person, Mapping[str, Any], bool], Iterator[Item]]
READERS: Mapping[str, Reader] = {
    "reaction": _reaction,
    "edit": _edit,
    "revoke": _revoke,
    "system": _system,
    "request_welcome": _passed_over,  # somebody opened the chat and has said nothing yet
}
