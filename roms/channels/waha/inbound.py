"""WAHA's webhook bodies as items: one event a body, in an envelope. Written against its specification 2026.7.1."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from roms.channels.items import AccountState, Deleted, Edited, Item, Receipt, Skipped
from roms.channels.reading import each, id_of, moment, object_of, text_of
from roms.channels.waha import messages
from roms.channels.waha.ids import key_of

Reader = Callable[[Mapping[str, Any], datetime | None], Item]
SKIPPED = {"presence.update", "chat.archive", "engine.event", "state.change", "poll.vote.failed", "message.waiting"}
ACKS = {"PENDING": "accepted", "SERVER": "sent", "DEVICE": "delivered", "READ": "read", "PLAYED": "read"}
NUMBERS = {"-1": "ERROR", "0": "PENDING", "1": "SERVER", "2": "DEVICE", "3": "READ", "4": "PLAYED"}
STATES = {
    "WORKING": "connected",
    "SCAN_QR_CODE": "needs_scan",
    "PASSKEY_REQUIRED": "needs_person",
    "PASSKEY_CONFIRMATION_REQUIRED": "needs_person",
    "STARTING": "starting",
    "STOPPED": "stopped",
    "FAILED": "failed",
}


def items(document: Mapping[str, Any]) -> Iterator[Item]:
    """What this event tells, for the session it names; a list of payloads would be read one by one."""
    event, session = text_of(document.get("event"), 60), id_of(document.get("session"))[:100]
    read, at, empty = READERS.get(event), moment(document.get("timestamp")), True
    me = [object_of(document.get("me")).get(key) for key in ("id", "lid")]
    for payload in each(document.get("payload")) if read else ():
        empty = False
        item = read({**payload, "me": me}, at) if read and isinstance(payload, dict) else Skipped("bad_item")
        yield replace(item, account=session)
    if empty:
        reason = "bad_item" if read else f"event_{event}" if event in SKIPPED else "nothing_for_us"
        yield Skipped(reason, session)


def state_of(told: Mapping[str, Any], at: datetime | None = None) -> Item:
    """A session's state; with a passkey what the person at the page must be shown."""
    status = text_of(told.get("status"), 60).upper()
    if status not in STATES:
        return Skipped("state_unknown")
    data = {"passkey": object_of(told.get("data"))} if STATES[status] == "needs_person" else {}
    return AccountState(STATES[status], status, data=data, at=at)


def _receipt(payload: Mapping[str, Any], at: datetime | None) -> Item:
    """The word goes before the number; UNKNOWN and whatever comes later than this was written change nothing."""
    key = key_of(payload.get("id"))
    name = text_of(payload.get("ackName")).upper() or NUMBERS.get(text_of(payload.get("ack")), "")
    if payload.get("fromMe") is False or not key:
        return Skipped("ack_of_theirs" if key else "bad_item")
    if name == "ERROR":
        return Receipt(key, "failed", at, "ERROR", "WhatsApp did not take the message.", "permanent")
    return Receipt(key, ACKS[name], at) if name in ACKS else Skipped("status_unknown")


def _edited(payload: Mapping[str, Any], at: datetime | None) -> Item:
    key, words = key_of(payload.get("editedMessageId")), messages.words_of(payload)
    return Edited(key, words, moment(payload.get("timestamp")) or at) if key and words else Skipped("edit")


def _revoked(payload: Mapping[str, Any], at: datetime | None) -> Item:
    before, after = object_of(payload.get("before")), object_of(payload.get("after"))
    key = key_of(payload.get("revokedMessageId")) or key_of(before.get("id"))
    return Deleted(key, moment(after.get("timestamp")) or at) if key else Skipped("bad_item")


READERS: Mapping[str, Reader] = {
    "message": messages.message,
    "message.any": messages.message,
    "message.ack": _receipt,
    "message.ack.group": _receipt,
    "message.reaction": messages.reaction,
    "message.edited": _edited,
    "message.revoked": _revoked,
    "session.status": state_of,
    "poll.vote": messages.vote,
    "call.received": messages.call,
}
