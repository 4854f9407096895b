"""What Whapi's bodies look like, made anew: the fake says nothing that the real one would not."""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from typing import Any

from roms.channels.fake import contents

BUSINESS = "12025550142"
CHANNEL = "PURA-PURA"
RECIPIENT = re.compile(r"\d{5,20}(@s\.whatsapp\.net)?|[\d-]{5,40}@g\.us|\d{5,20}@lid")
CODES = {"failed": 0, "pending": 1, "sent": 2, "delivered": 3, "read": 4, "played": 5, "deleted": 6}


def new_id(prefix: str = "") -> str:
    """An id of the provider's look; those of our own messages begin with p."""
    return f"{prefix}{secrets.token_urlsafe(15)}-g{secrets.token_urlsafe(6)}"


def address_of(recipient: str) -> str:
    """A recipient, which may be bare digits, as the address of the chat."""
    return recipient if "@" in recipient else f"{recipient}@s.whatsapp.net"


def incoming(provider_id: str, address: str, name: str, text: str, at: float) -> dict[str, Any]:
    """A message from a person's phone."""
    return {
        "id": provider_id,
        "from_me": False,
        "type": "text",
        "chat_id": address,
        "timestamp": int(at),
        "source": "mobile",
        "text": {"body": text},
        "from": address.partition("@")[0],
        "from_name": name,
        "chat_name": name,
    }


def sent(provider_id: str, address: str, kind: str, text: str, at: float) -> dict[str, Any]:
    """The answer to a message that was taken."""
    message = {
        "id": provider_id,
        "from_me": True,
        "type": kind,
        "chat_id": address,
        "timestamp": int(at),
        "source": "api",
        "status": "pending",
        kind: {"body": text} if kind == "text" else {"caption": text},
        "from": BUSINESS,
        "device_id": 1,
    }
    return {"sent": True, "message": message}


def status(provider_id: str, address: str, word: str, at: float) -> dict[str, Any]:
    """The word on a message of ours; the time is text here, as it is at the provider."""
    body = {"id": provider_id, "code": CODES.get(word, 0), "status": word, "recipient_id": address}
    failed = {"errors": [{"code": 500, "message": "The message could not be sent"}]} if word == "failed" else {}
    return {**body, "timestamp": str(int(at)), **failed}


def envelope(kind: str, *items: Mapping[str, Any]) -> dict[str, Any]:
    """A webhook's body: a list of one kind and the event it belongs to."""
    return {kind: list(items), "event": {"type": kind, "event": "post"}, "channel_id": CHANNEL}


def error(code: int, message: str, details: str = "") -> dict[str, Any]:
    """Whapi's error body: the code is the HTTP status."""
    return {"error": {"code": code, "message": message, **({"details": details} if details else {})}}


def fault_in(kind: str, body: object) -> str:
    """What is wrong with the body of POST /messages/<kind>, "" when nothing is."""
    if not isinstance(body, dict):
        return "body should be object"
    if not isinstance(body.get("to"), str) or not RECIPIENT.fullmatch(body["to"]):
        return "body.to should match pattern"
    return contents.fault_in(kind, body)
