"""Whapi's webhook bodies as Incoming, Receipt and Skipped.

Written against the vendor's published specification 1.8.7 and captured bodies; the older shape with `from: ...@c.us`,
`pushname` and no id is read too.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from roms.channels.items import Identity, Incoming, Item, Receipt, Skipped
from roms.channels.reading import each, id_of, moment, object_of, text_of
from roms.channels.whapi.content import Content, content_of, kind_of

PERSON = "s.whatsapp.net"
GROUP = "g.us"
ADDRESS = re.compile(r"\+?([\w.-]{1,64})(?::\d{1,3})?(?:@([a-z.]{1,30}))?", re.ASCII)
NOT_A_CHAT = ("broadcast", "newsletter")  # somebody's status for all, a channel's news
NOT_A_MESSAGE = {"action", "system", "story", "pin"}  # reactions, edits and votes change no talk
EVENTS = {"messages", "statuses", "channel", "users", "chats", "contacts", "groups", "presences", "labels", "calls"}
STATUSES = {
    "pending": "accepted",
    "sent": "sent",
    "delivered": "delivered",
    "read": "read",
    "played": "read",
    "failed": "failed",
}
CODES = {"0": "failed", "1": "pending", "2": "sent", "3": "delivered", "4": "read", "5": "played", "6": "deleted"}


def items(document: Mapping[str, Any]) -> Iterator[Item]:
    """Everything in one webhook body, at least one item; what cannot be read does not keep the rest from being read."""
    empty = True
    for section, read in (("messages", _message), ("statuses", _receipt)):
        for raw in each(document.get(section)):
            empty = False
            yield read(raw) if isinstance(raw, dict) else Skipped("bad_item")
    if empty:
        event = text_of(object_of(document.get("event")).get("type"))
        yield Skipped(f"event_{event}" if event in EVENTS else "nothing_for_us")


def address_of(value: object) -> str:
    """A chat's address in the form Whapi uses today, "" if it is none: digits@s.whatsapp.net for a person."""
    match = ADDRESS.fullmatch(text_of(value))
    if not match:
        return ""
    name, domain = match[1], match[2] or PERSON
    if domain in ("c.us", PERSON):
        return f"{name}@{PERSON}" if name.isdigit() and len(name) <= 15 else ""
    return f"{name}@{domain}"


def phone_of(address: str) -> str | None:
    """The number behind a person's address, with plus; a group or a hidden identity has none."""
    name, _, domain = address.partition("@")
    return f"+{name}" if domain == PERSON and len(name) >= 7 else None


def _message(raw: Mapping[str, Any]) -> Item:
    address = address_of(raw.get("chat_id") or raw.get("from"))
    reason = _not_for_us(raw, address)
    if reason:
        return Skipped(reason)
    ours, group = raw.get("from_me") is True, address.endswith("@" + GROUP)
    content = content_of(raw)
    provider_id = id_of(raw.get("id")) or None
    return Incoming(
        address=address,
        text=content.text,
        kind=content.kind,
        provider_id=provider_id,
        fingerprint="" if provider_id else _fingerprint(raw, address, content),
        payload=content.payload,
        name=_name(raw, ours),
        identities=(Identity("group", address),) if group else _identities(address),
        author=_identities(address_of(raw.get("from"))) if group and not ours else (),
        is_group=group,
        from_business=ours,
        at=moment(raw.get("timestamp")),
        extra={**_context(raw), **content.extra},
    )


def _identities(address: str) -> tuple[Identity, ...]:
    """The number behind an address or, where it hides one, the address itself."""
    phone = phone_of(address)
    if phone:
        return (Identity("phone", phone),)
    return (Identity("lid" if address.endswith("@lid") else "whapi", address),) if address else ()


def _not_for_us(raw: Mapping[str, Any], address: str) -> str:
    kind = kind_of(raw)
    if raw.get("from_me") is True and raw.get("source") == "api":
        return "own_echo"
    if kind in NOT_A_MESSAGE:
        return kind
    if raw.get("chat_id") == "stories" or address.endswith(NOT_A_CHAT):
        return "not_a_chat"
    return "" if address else "no_sender"


def _name(raw: Mapping[str, Any], ours: bool) -> str:
    keys = ("chat_name",) if ours else ("from_name", "pushname")
    return next((name for name in (text_of(raw.get(key), 120) for key in keys) if name), "")


def _fingerprint(raw: Mapping[str, Any], address: str, content: Content) -> str:
    who, when = text_of(raw.get("from")), text_of(raw.get("timestamp"))  # two of a group may say the same
    said = json.dumps([address, who, when, content.kind, content.text, content.payload, content.extra])
    return hashlib.blake2b(said.encode(), digest_size=16).hexdigest()


def _context(raw: Mapping[str, Any]) -> dict[str, Any]:
    context = object_of(raw.get("context"))
    quoted = id_of(context.get("quoted_id"))
    return {
        **({"quoted_id": quoted} if quoted else {}),
        **({"forwarded": True} if context.get("forwarded") is True else {}),
    }


def _receipt(raw: Mapping[str, Any]) -> Item:
    """Key on the status text: of the numbers only 4 (read) was ever seen in a captured body."""
    provider_id = id_of(raw.get("id"))
    word = text_of(raw.get("status")) or CODES.get(text_of(raw.get("code")), "")
    if not provider_id or word not in STATUSES:
        return Skipped("status_deleted" if word == "deleted" else "status_unknown")
    error = object_of(next(each(raw.get("errors")), None))
    return Receipt(
        provider_id=provider_id,
        status=STATUSES[word],
        at=moment(raw.get("timestamp")),
        error_code=text_of(error.get("code"), 40),
        error_text=text_of(error.get("message"), 300),
    )
