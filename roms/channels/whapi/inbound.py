"""Whapi's webhook bodies as items: messages, receipts, and whatever else it tells.

Written against the vendor's published specification 1.8.7 and captured bodies; the older shape with `from: ...@c.us`,
`pushname` and no id is read too.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from roms.channels.addresses import MOBILE, NOT_A_CHAT, identities_of, is_group
from roms.channels.addresses import address_of as address_in
from roms.channels.items import Deleted, Echo, Edited, Identity, Incoming, Item, Reaction, Receipt, Skipped
from roms.channels.leftovers import kept
from roms.channels.reading import each, id_of, moment, number_of, object_of, text_of
from roms.channels.whapi import news
from roms.channels.whapi.calls import failure_class
from roms.channels.whapi.content import Content, content_of, kind_of

EVENTS = {"messages", "statuses", "channel", "users", "chats", "contacts", "groups", "presences", "labels", "calls"}
ACTIONS = {"ephemeral", "comment", "event_response", "pin", "unpin"}  # nothing is said by these
OFTEN = 4  # times forwarded, above which WhatsApp says so
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
    account = id_of(document.get("channel_id"))[:100]
    for item in _items(document):
        yield replace(item, account=account) if account else item


def _items(document: Mapping[str, Any]) -> Iterator[Item]:
    event = object_of(document.get("event"))
    empty = True
    for section, read in SECTIONS.items():
        for raw in each(document.get(section)):
            empty = False
            yield read(raw) if isinstance(raw, dict) else Skipped("bad_item")
    for raw in each(document.get("messages_removed")):
        empty = False
        yield Deleted(id_of(raw)) if id_of(raw) else Skipped("bad_item")
    for item in news.of_the_account(document, event):
        empty = False
        yield item
    if empty:
        said = text_of(event.get("type"))
        yield Skipped(f"event_{said}" if said in EVENTS else "nothing_for_us")


def address_of(value: object) -> str:
    """A chat's address in the form Whapi uses today, "" if it is none: digits@s.whatsapp.net for a person."""
    return address_in(value, MOBILE)


def _message(raw: Mapping[str, Any]) -> Item:
    address = address_of(raw.get("chat_id") or raw.get("from"))
    kind, in_group = kind_of(raw), is_group(address)
    reason = _not_for_us(raw, address, kind)
    if reason:
        return Skipped(reason)
    if kind == "action" and text_of(object_of(raw.get("action")).get("type")) != "vote":
        return _action(raw, address)
    ours, content = raw.get("from_me") is True, _vote(raw) if kind == "action" else content_of(raw)
    provider_id = id_of(raw.get("id")) or None
    if ours and raw.get("source") == "api":
        return echo(raw) or Skipped("own_echo")
    return Incoming(
        address=address,
        text=content.text,
        kind=content.kind,
        provider_id=provider_id,
        fingerprint="" if provider_id else _fingerprint(raw, address, content),
        payload=content.payload,
        name=_name(raw, ours),
        identities=identities_of(address, "whapi"),
        author=_writer(raw) if in_group and not ours else (),
        is_group=in_group,
        from_business=ours,
        unsure=ours and text_of(raw.get("source")) in ("", "unknown"),
        at=moment(raw.get("timestamp")),
        extra={**_context(raw), **content.extra},
        raw=kept(raw) if content.kind == "unsupported" else None,
    )


def echo(raw: Mapping[str, Any]) -> Echo | None:
    """A message that was sent through the interface, as Whapi tells and lists it."""
    content, provider_id = content_of(raw), id_of(raw.get("id"))
    if not provider_id or content.kind == "unsupported":
        return None
    address = address_of(raw.get("chat_id"))
    caption = text_of(content.extra.get("caption"))
    return Echo(address, provider_id, content.kind, content.text, caption, moment(raw.get("timestamp")))


def _writer(raw: Mapping[str, Any]) -> tuple[Identity, ...]:
    return identities_of(address_of(raw.get("from")), "whapi")


def _not_for_us(raw: Mapping[str, Any], address: str, kind: str) -> str:
    if raw.get("from_me") is True and raw.get("source") == "api" and kind == "action":
        return "own_echo"
    if kind == "story":
        return "story"
    if raw.get("chat_id") == "stories" or address.endswith(NOT_A_CHAT):
        return "not_a_chat"
    return "" if address else "no_sender"


def _action(raw: Mapping[str, Any], address: str) -> Item:
    """What somebody did to a message that is there already."""
    action, at = object_of(raw.get("action")), moment(raw.get("timestamp"))
    kind, target = text_of(action.get("type")), id_of(action.get("target"))
    if target and kind == "reaction":
        ours = raw.get("from_me") is True
        author = () if ours else _writer(raw) or identities_of(address, "whapi")
        emoji = text_of(action.get("emoji"), 40)
        return Reaction(target, emoji, address, author, _name(raw, ours), from_business=ours, at=at)
    if target and kind == "delete":
        return Deleted(target, at)
    if target and kind in ("edit", "edited"):
        said = text_of(action.get("edited_type"), 40) or "text"
        content = content_of({"type": said, said: action.get("edited_content")})
        return Edited(target, content.text, at) if content.kind != "unsupported" else Skipped("action_edit")
    return Skipped(f"action_{kind}" if kind in ACTIONS else "action")


def _vote(raw: Mapping[str, Any]) -> Content:
    """A vote comes with the choices as hashes, which say nothing to a person; words are shown."""
    votes = [text_of(vote, 100) for vote in each(object_of(raw.get("action")).get("votes"))]
    words = ", ".join(vote for vote in votes if vote and not re.fullmatch(r"[A-Za-z0-9+/=_-]{24,}", vote))
    poll = id_of(object_of(raw.get("action")).get("target"))
    extra = {"type": "vote", **({"quoted": {"id": poll}} if poll else {})}
    return Content("unsupported", f"[vote] {words}".strip(), extra=extra)


def _update(raw: Mapping[str, Any]) -> Item:
    """A message that is another one than before: by what did it or, where that is not told, by its words."""
    trigger, after = object_of(raw.get("trigger")), object_of(raw.get("after_update"))
    target = id_of(raw.get("id")) or id_of(after.get("id"))
    chat = {"chat_id": after.get("chat_id"), "from": after.get("from"), "from_me": after.get("from_me")}
    if trigger.get("type") == "action":
        done = {"target": target, **object_of(trigger.get("action"))}
        return _message({**chat, **trigger, "action": done})
    now, before = content_of(after), content_of(object_of(raw.get("before_update")))
    if not target or not after or now.kind == "unsupported" or now.text == before.text:
        return Skipped("update")
    return Edited(target, now.text)


def _name(raw: Mapping[str, Any], ours: bool) -> str:
    keys = ("chat_name",) if ours else ("from_name", "pushname")
    return next((name for name in (text_of(raw.get(key), 120) for key in keys) if name), "")


def _fingerprint(raw: Mapping[str, Any], address: str, content: Content) -> str:
    who, when = text_of(raw.get("from")), text_of(raw.get("timestamp"))  # two of a group may say the same
    said = json.dumps([address, who, when, content.kind, content.text, content.payload, content.extra])
    return hashlib.blake2b(said.encode(), digest_size=16).hexdigest()


def _context(raw: Mapping[str, Any]) -> dict[str, Any]:
    context = object_of(raw.get("context"))
    if not context:
        return {}
    quoted = id_of(context.get("quoted_id"))
    often = (number_of(context.get("forwarding_score"), 1e9) or 0) > OFTEN
    forwarded = "often" if often else context.get("forwarded") is True
    referral = _referral(object_of(context.get("ad")))
    return {
        **({"quoted": {"id": quoted}} if quoted else {}),
        **({"forwarded": forwarded} if forwarded else {}),
        **({"referral": referral} if referral else {}),
    }


def _referral(ad: Mapping[str, Any]) -> dict[str, str]:
    """The advertisement that somebody came through."""
    source = object_of(ad.get("source"))
    told = {
        "source": text_of(source.get("id"), 200) or text_of(source.get("type"), 200),
        "headline": text_of(ad.get("title"), 300),
        "body": text_of(ad.get("body"), 1000),
        "url": text_of(source.get("url"), 1000),
    }
    return {key: value for key, value in told.items() if value}


def _receipt(raw: Mapping[str, Any]) -> Item:
    """Key on the status text: of the numbers only 4 (read) was ever seen in a captured body."""
    provider_id = id_of(raw.get("id"))
    word = text_of(raw.get("status")).lower() or CODES.get(text_of(raw.get("code")), "")
    if not provider_id or word not in STATUSES:
        return Skipped("status_deleted" if word == "deleted" else "status_unknown")
    error = object_of(next(each(raw.get("errors")), None)) if word == "failed" else {}
    code = text_of(error.get("code"), 40)
    return Receipt(
        provider_id=provider_id,
        status=STATUSES[word],
        at=moment(raw.get("timestamp")),
        error_code=code,
        error_text=text_of(error.get("message"), 300),
        error_class=failure_class(code) if word == "failed" else "",
    )


SECTIONS = {
    "messages": _message,
    "statuses": _receipt,
    "messages_updates": _update,
    "contacts": news.person,
    "contacts_updates": news.person_updated,
    "chats": news.person,
    "chats_updates": news.person_updated,
}
