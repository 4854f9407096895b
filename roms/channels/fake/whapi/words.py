"""What both directions of Whapi need: addresses, envelopes and errors."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from roms.channels.fake.model import Doc, Person, Refusal, Reply
from roms.channels.fake.people import is_group

CHANNEL = "PURA-PURA"
MESSAGES = {
    400: "wrong request parameters",
    401: "Need channel authorization for using this action",
    402: "Trial limit exceeded",
    403: "Forbidden",
    404: "Specified message not found",
    409: "Channel already authorized",
    413: "File too large",
    429: "Too many requests",
    500: "Internal error",
}


def address(person: Person) -> str:
    """The chat with this person."""
    if is_group(person):
        return person.user_id
    return f"{person.shown_number}@s.whatsapp.net" if person.shown_number else f"{person.lid}@lid"


def envelope(kind: str, *items: Mapping[str, Any], event: str = "post") -> Doc:
    """A webhook's body: a list of one kind and the event it belongs to."""
    return Doc({kind: list(items), "event": {"type": kind, "event": event}, "channel_id": CHANNEL})


def refusal(status: int, code: int = 0, details: str = "") -> Reply:
    """Whapi's error body: the code is the HTTP status."""
    status = code or status
    said: dict[str, Any] = {"code": status, "message": MESSAGES.get(status, "Fault by dial")}
    return Reply(status, {"error": said | ({"details": details} if details else {})})


def wrong(details: str) -> Refusal:
    """The body is not as it must be."""
    return Refusal(refusal(400, 0, details))
