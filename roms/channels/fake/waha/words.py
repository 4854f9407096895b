"""What both directions of WAHA need: addresses, envelopes and errors."""

from __future__ import annotations

import secrets
import time
from typing import Any

from roms.channels.fake.model import BUSINESS, BUSINESS_NAME, Doc, Person, Refusal, Reply
from roms.channels.fake.people import is_group

SESSION = "default"
US = f"{BUSINESS}@c.us"
ME = {"id": US, "lid": "100000000000900@lid", "pushName": BUSINESS_NAME}
ENVIRONMENT = {"version": "2026.7.1", "engine": "WEBJS", "tier": "CORE", "browser": "/usr/bin/chromium"}
MESSAGES = {401: "Unauthorized", 404: "Not Found", 429: "Too Many Requests", 500: "Internal server error"}


def address(person: Person) -> str:
    """The chat with this person."""
    if is_group(person):
        return person.user_id
    return f"{person.shown_number}@c.us" if person.shown_number else f"{person.lid}@lid"


def envelope(event: str, payload: dict[str, Any], metadata: object = None) -> Doc:
    """What every event comes in."""
    head = {"id": f"evt_{secrets.token_hex(13)}", "timestamp": int(time.time() * 1000), "event": event}
    body = head | {"session": SESSION, "metadata": metadata or {}, "me": ME, "payload": payload}
    return Doc(body | {"environment": ENVIRONMENT, "engine": "WEBJS"})


def refusal(status: int, code: int = 0, message: str = "") -> Reply:
    """WAHA's error body: it has HTTP statuses only."""
    status = code or status
    return Reply(status, {"statusCode": status, "message": message or MESSAGES.get(status, "Fault by dial")})


def wrong(message: str) -> Refusal:
    """The body is not as it must be."""
    return Refusal(refusal(400, 0, message))
