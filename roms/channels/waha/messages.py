"""What people wrote, reacted, voted or rang, as WAHA tells it.

`_data` is an engine's own and only asked for a name and for whether a message was forwarded.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from roms.channels.addresses import NOT_A_CHAT, identities_of, is_group
from roms.channels.alike import SOME_FILE
from roms.channels.items import Echo, Identity, Incoming, Item, Reaction, Skipped
from roms.channels.leftovers import kept
from roms.channels.reading import each, id_of, moment, number_of, object_of, text_of
from roms.channels.waha.content import Content, content_of
from roms.channels.waha.ids import address_of, chat_of, key_of

Payload = Mapping[str, Any]
OFTEN = 5


def message(payload: Payload, at: datetime | None) -> Item:
    """A message of theirs or, with fromMe, one of ours: from the interface an echo, else typed on the phone."""
    if payload.get("fromMe") is True and payload.get("source") == "api":
        return echo(payload, at) or Skipped("own_echo")
    return _incoming(payload, content_of(payload), at)


def echo(payload: Payload, at: datetime | None) -> Echo | None:
    """A message that was sent through the interface, as WAHA tells and lists it."""
    content, key, address = content_of(payload), key_of(payload.get("id")), _chat(payload)
    is_file = payload.get("hasMedia") is True  # of what kind is not always told with our own
    kind = SOME_FILE if is_file else content.kind
    if not key or not address or kind == "unsupported":
        return None
    caption = text_of(payload.get("body")) if is_file else ""
    return Echo(address, key, kind, content.text, caption, moment(payload.get("timestamp")) or at)


def words_of(payload: Payload) -> str:
    """What a message says after it was changed, "" for nothing that we read."""
    content = content_of(payload)
    return content.text if content.kind != "unsupported" else ""


def reaction(payload: Payload, at: datetime | None) -> Item:
    address, ours = _chat(payload), payload.get("fromMe") is True
    told = object_of(payload.get("reaction"))
    target, reason = key_of(told.get("messageId")), _not_for_us(payload, address)
    if reason or not target:
        return Skipped(reason or "bad_item")
    author = () if ours else _writer(payload, address)
    when = moment(payload.get("timestamp")) or at
    return Reaction(target, text_of(told.get("text"), 40), address, author, _name(payload), ours, when)


def vote(payload: Payload, at: datetime | None) -> Item:
    """The answer to a poll, shown by its words: ROMS asks no polls, a person may have done on the phone."""
    told, poll = object_of(payload.get("vote")), object_of(payload.get("poll"))
    words = ", ".join(text for text in (text_of(option, 200) for option in each(told.get("selectedOptions"))) if text)
    quoted = key_of(poll.get("id"))
    extra = {"type": "vote", **({"quoted": {"id": quoted}} if quoted else {})}
    content = Content("unsupported", f"[vote] {words[:1000]}".strip(), extra)
    return _incoming({**told, "me": payload.get("me")}, content, at)


def call(payload: Payload, at: datetime | None) -> Item:
    """Somebody rang; the phone rings too, so here it is only told."""
    content = Content("unsupported", "[call]", {"type": "call"})
    return _incoming({**payload, "fromMe": False}, content, at)


def _incoming(payload: Payload, content: Content, at: datetime | None) -> Item:
    address, ours = _chat(payload), payload.get("fromMe") is True
    reason, key = _not_for_us(payload, address), key_of(payload.get("id")) or None
    if reason:
        return Skipped(reason)
    return Incoming(
        address=address,
        text=content.text,
        kind=content.kind,
        provider_id=key,
        fingerprint="" if key else _fingerprint(payload, address, content),
        name="" if ours else _name(payload),
        identities=identities_of(address, "waha"),
        author=_writer(payload, address) if is_group(address) and not ours else (),
        is_group=is_group(address),
        from_business=ours,
        unsure=ours and text_of(payload.get("source")) not in ("app", "api"),
        at=moment(payload.get("timestamp")) or at,
        extra={**_quoted(payload), **_forwarded(payload), **content.extra},
        raw=kept(payload) if content.kind == "unsupported" else None,
    )


def _chat(payload: Payload) -> str:
    """Where answers go. Engines differ in which end they call `to`; a group is the chat wherever it stands."""
    ends = [address_of(payload.get(key)) for key in ("from", "to")]
    ends = ends[::-1] if payload.get("fromMe") is True else ends
    named = chat_of(payload.get("id"))
    group = next((end for end in (*ends, named) if is_group(end)), "")
    me = [address_of(name) for name in each(payload.get("me"))]
    return group or next((end for end in (ends[0], named) if end and end not in me), "")


def _writer(payload: Payload, address: str) -> tuple[Identity, ...]:
    who = address_of(payload.get("participant")) or ("" if is_group(address) else address)
    return identities_of(who, "waha")


def _not_for_us(payload: Payload, address: str) -> str:
    if payload.get("fromMe") is True and payload.get("source") == "api":
        return "own_echo"
    broadcast = address_of(payload.get("from")).endswith(NOT_A_CHAT) or address.endswith(NOT_A_CHAT)
    return "not_a_chat" if broadcast else "" if address else "no_sender"


def _name(payload: Payload) -> str:
    """The name people gave themselves, where an engine lets it through; that nobody has one is fine too."""
    data = object_of(payload.get("_data"))
    names = (data.get("notifyName"), data.get("pushName"), object_of(data.get("Info")).get("PushName"))
    return next((name for name in (text_of(name, 120) for name in names) if name), "")


def _quoted(payload: Payload) -> dict[str, Any]:
    quoted = key_of(object_of(payload.get("replyTo")).get("id"))
    return {"quoted": {"id": quoted}} if quoted else {}


def _forwarded(payload: Payload) -> dict[str, Any]:
    """Told by WEBJS only; from five hands on WhatsApp says that it went through many."""
    data = object_of(payload.get("_data"))
    if data.get("isForwarded") is not True:
        return {}
    return {"forwarded": "often" if (number_of(data.get("forwardingScore"), 1e9) or 0) >= OFTEN else True}


def _fingerprint(payload: Payload, address: str, content: Content) -> str:
    who, when = id_of(payload.get("participant")), text_of(payload.get("timestamp"))
    said = json.dumps([address, who, when, content.kind, content.text, content.extra])
    return hashlib.blake2b(said.encode(), digest_size=16).hexdigest()
