"""The smallest webhooks of each provider: people's texts, and what we typed on the paired phone ourselves."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

OURS = "12025550142"


@dataclass(frozen=True, slots=True)
class Word:
    """A text message. ours: typed on the paired phone, to this person."""

    id: str
    person: str
    text: str
    at: datetime
    ours: bool = False

    @property
    def seconds(self) -> int:
        return int(self.at.timestamp())


def address(kind: str, person: str) -> str:
    """Where answers go, as that provider's adapter has it."""
    return {"whapi": f"{person}@s.whatsapp.net", "waha": f"{person}@c.us", "twilio": f"whatsapp:+{person}"}.get(
        kind, person
    )


def body(kind: str, words: Sequence[Word]) -> bytes:
    """One webhook with all of these; Twilio and WAHA bring one each time."""
    return {"whapi": _whapi, "meta": _meta, "twilio": _twilio, "waha": _waha}[kind](words)


def _whapi(words: Sequence[Word]) -> bytes:
    messages = [
        {
            "id": word.id,
            "from_me": word.ours,
            "type": "text",
            "source": "mobile",
            "chat_id": f"{word.person}@s.whatsapp.net",
            "timestamp": word.seconds,
            "text": {"body": word.text},
            "from": OURS if word.ours else word.person,
            "from_name": "Siti",
        }
        for word in words
    ]
    return json.dumps({"messages": messages, "event": {"type": "messages", "event": "post"}}).encode()


def _meta(words: Sequence[Word]) -> bytes:
    messages = [
        {
            "from": word.person,
            "id": word.id,
            "timestamp": str(word.seconds),
            "type": "text",
            "text": {"body": word.text},
        }
        for word in words
    ]
    contacts = [{"profile": {"name": "Siti"}, "wa_id": person} for person in dict.fromkeys(w.person for w in words)]
    value = {
        "messaging_product": "whatsapp",
        "metadata": {"display_phone_number": OURS, "phone_number_id": "106540352242922"},
        "contacts": contacts,
        "messages": messages,
    }
    entry = {"id": "102290129340398", "changes": [{"value": value, "field": "messages"}]}
    return json.dumps({"object": "whatsapp_business_account", "entry": [entry]}).encode()


def _twilio(words: Sequence[Word]) -> bytes:
    (word,) = words
    form = {
        "MessageSid": word.id,
        "SmsStatus": "received",
        "From": f"whatsapp:+{word.person}",
        "To": f"whatsapp:+{OURS}",
        "WaId": word.person,
        "ProfileName": "Siti",
        "Body": word.text,
        "MessageType": "text",
        "NumMedia": "0",
        "AccountSid": "AC" + 32 * "0",
    }
    return urlencode(form).encode()


def _waha(words: Sequence[Word]) -> bytes:
    (word,) = words
    chat, us = f"{word.person}@c.us", f"{OURS}@c.us"
    payload = {
        "id": f"{str(word.ours).lower()}_{chat}_{word.id}",
        "timestamp": word.seconds,
        "from": us if word.ours else chat,
        "to": chat if word.ours else us,
        "fromMe": word.ours,
        "source": "app",
        "body": word.text,
        "hasMedia": False,
        "_data": {"notifyName": "Siti", "type": "chat"},
    }
    event = "message.any" if word.ours else "message"
    whole = {"id": f"evt_{word.id}", "event": event, "session": "default", "me": {"id": us}, "payload": payload}
    return json.dumps(whole | {"timestamp": word.seconds * 1000, "engine": "WEBJS"}).encode()
