"""One text message, or many, as each provider posts them: a maker of signed knocks for every kind of channel.

Shapes as the providers document them; all numbers and secrets are made up. A kind without a maker is left out of the
benchmark with a line.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlencode

from roms.channels.base import Account, Knock

SECRET = "a secret for measuring"
WEBHOOK = "https://shop.example/webhook/twilio/key"
AT = 1795226400
VALUES: Mapping[str, Mapping[str, str]] = {
    "whapi": {"base_url": "http://127.0.0.1:9", "token": "token", "secret": SECRET},
    "meta": {
        "phone_number_id": "106540352242922",
        "business_id": "102290129340398",
        "token": "token",
        "app_secret": SECRET,
    },
    "twilio": {"account_sid": "AC" + 32 * "0", "auth_token": SECRET, "from": "whatsapp:+12025550142"},
    "waha": {"base_url": "http://127.0.0.1:9", "session": "default", "api_key": "key", "hmac_key": SECRET},
}


def account(kind: str) -> Account:
    """The account that these are posted for."""
    return Account(1, kind, VALUES[kind], WEBHOOK)


@dataclass(frozen=True, slots=True)
class Maker:
    """knocks: of so many messages, as few requests as the provider would make. floor: reading one with nothing but
    the standard library."""

    knocks: Callable[[int], Sequence[Knock]]
    floor: Callable[[Knock], object]


def _person(number: int) -> str:
    return f"62800{number:08d}"


def _dumped(body: Any) -> bytes:
    return json.dumps(body).encode()


def _meta(count: int) -> list[Knock]:
    people = [
        {"profile": {"name": "Siti"}, "wa_id": _person(n), "user_id": f"ID.1{n:015d}"} for n in range(1, count + 1)
    ]
    messages = [
        {"from": _person(n), "id": f"wamid.{n}", "timestamp": str(AT + n), "type": "text", "text": {"body": "halo"}}
        for n in range(1, count + 1)
    ]
    number = {"display_phone_number": "12025550142", "phone_number_id": VALUES["meta"]["phone_number_id"]}
    value = {"messaging_product": "whatsapp", "metadata": number, "contacts": people, "messages": messages}
    entry = {"id": VALUES["meta"]["business_id"], "changes": [{"field": "messages", "value": value}]}
    body = _dumped({"object": "whatsapp_business_account", "entry": [entry]})
    return [Knock(body, {"x-hub-signature-256": "sha256=" + _signed(body, "sha256")}, "203.0.113.1")]


def _whapi(count: int) -> list[Knock]:
    messages = [
        {
            "id": f"wa-{n}",
            "from_me": False,
            "type": "text",
            "chat_id": f"{_person(n)}@s.whatsapp.net",
            "timestamp": AT + n,
            "text": {"body": "halo"},
            "from": _person(n),
            "from_name": "Siti",
        }
        for n in range(1, count + 1)
    ]
    body = _dumped({"messages": messages, "event": {"type": "messages", "event": "post"}, "channel_id": "X-1"})
    return [Knock(body, {"x-webhook-secret": SECRET}, "203.0.113.1")]


def _waha(count: int) -> list[Knock]:
    return [_waha_one(n) for n in range(1, count + 1)]


def _waha_one(n: int) -> Knock:
    chat = f"{_person(n)}@c.us"
    payload = {"id": f"false_{chat}_{n:032X}", "timestamp": AT + n, "from": chat, "fromMe": False, "body": "halo"}
    payload |= {"source": "app", "to": "12025550142@c.us", "hasMedia": False, "media": None, "vCards": [], "_data": {}}
    envelope = {"id": f"evt_{n}", "timestamp": (AT + n) * 1000, "event": "message.any", "session": "default"}
    body = _dumped(envelope | {"metadata": {}, "me": {"id": "12025550142@c.us"}, "payload": payload, "engine": "WEBJS"})
    headers = {"x-webhook-hmac": _signed(body, "sha512"), "x-webhook-hmac-algorithm": "sha512"}
    return Knock(body, headers, "203.0.113.1")


def _twilio(count: int) -> list[Knock]:
    return [_twilio_one(n) for n in range(1, count + 1)]


def _twilio_one(n: int) -> Knock:
    form = {"MessageSid": f"SM{n:032x}", "AccountSid": VALUES["twilio"]["account_sid"], "MessageType": "text"}
    form |= {"From": f"whatsapp:+{_person(n)}", "To": VALUES["twilio"]["from"], "WaId": _person(n), "Body": "halo"}
    form |= {"ProfileName": "Siti", "NumMedia": "0", "SmsStatus": "received", "ApiVersion": "2010-04-01"}
    body = urlencode(form).encode()
    headers = {"x-twilio-signature": _twilio_signature(form), "content-type": "application/x-www-form-urlencoded"}
    return Knock(body, headers, "203.0.113.1")


def _twilio_signature(form: Mapping[str, str]) -> str:
    signed = WEBHOOK + "".join(name + form[name] for name in sorted(form))
    return base64.b64encode(hmac.new(SECRET.encode(), signed.encode(), hashlib.sha1).digest()).decode()


def _signed(body: bytes, algorithm: str) -> str:
    return hmac.new(SECRET.encode(), body, algorithm).hexdigest()


def _floor(algorithm: str) -> Callable[[Knock], object]:
    return lambda knock: (_signed(knock.body, algorithm), json.loads(knock.body))


MAKERS: Mapping[str, Maker] = {
    "whapi": Maker(_whapi, lambda knock: (hmac.compare_digest(SECRET, SECRET), json.loads(knock.body))),
    "meta": Maker(_meta, _floor("sha256")),
    "waha": Maker(_waha, _floor("sha512")),
    "twilio": Maker(_twilio, lambda knock: _twilio_signature(dict(parse_qsl(knock.body.decode())))),
}
