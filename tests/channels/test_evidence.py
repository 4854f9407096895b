"""How each provider is asked whether it has a message, and what of its answer counts."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from roms.channels import ADAPTERS
from roms.channels.base import Account, Evidence, Parcel
from tests.channels.contract import Contract

SINCE = datetime.fromtimestamp(1795226400, UTC)
SAID = "Pesanan sedang diproses."
VALUES = {
    "twilio": {"base_url": "https://api.twilio.com", "account_sid": "AC" + 32 * "0", "auth_token": "t"},
    "whapi": {"base_url": "https://gate.whapi.cloud", "token": "t"},
    "waha": {"base_url": "http://waha:3000", "api_key": "k", "session": "toko"},
}
TO = {"twilio": "whatsapp:+6280000001002", "whapi": "6280000001002@s.whatsapp.net", "waha": "6280000001002@c.us"}


def twilio(sid: str, words: str, at: int, **more: Any) -> dict[str, Any]:
    made = datetime.fromtimestamp(1795226400 + at, UTC).strftime("%a, %d %b %Y %H:%M:%S +0000")
    message = {"sid": sid, "body": words, "date_created": made, "direction": "outbound-api", "num_media": "0"}
    return message | more


def whapi(id_: str, words: str, at: int, **more: Any) -> dict[str, Any]:
    chat = {"chat_id": TO["whapi"], "from_me": True, "source": "api", "timestamp": 1795226400 + at}
    return {"id": id_, "type": "text", "text": {"body": words}, **chat, **more}


def waha(id_: str, words: str, at: int, **more: Any) -> dict[str, Any]:
    ends = {"from": "12025550142@c.us", "to": TO["waha"], "fromMe": True, "source": "api", "hasMedia": False}
    return {"id": f"true_{TO['waha']}_{id_}", "body": words, "timestamp": 1795226400 + at, **ends, **more}


LISTS = {
    "twilio": lambda all_: {"messages": all_},
    "whapi": lambda all_: {"messages": all_, "count": len(all_)},
    "waha": lambda all_: all_,
}
MADE = {"twilio": twilio, "whapi": whapi, "waha": waha}
THEIRS = {"twilio": {"direction": "inbound"}, "whapi": {"source": "mobile"}, "waha": {"source": "app"}}


def asked(kind: str, answer: Any) -> tuple[Evidence, httpx.Request]:
    seen: list[httpx.Request] = []

    def told(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(200, json=answer)

    look = ADAPTERS[kind].evidence
    assert look is not None
    with httpx.Client(transport=httpx.MockTransport(told)) as client:
        found = look(Account(1, kind, VALUES[kind]), client, Parcel(6, TO[kind], SAID), SINCE)
    return found, seen[0]


@pytest.mark.parametrize("kind", LISTS)
def test_what_says_the_same_since_then_and_was_sent_by_us_is_found_oldest_first(kind: str) -> None:
    made = MADE[kind]
    listed = [made("b2", SAID, 9), made("a1", f" {SAID}\n", 5), made("old", SAID, -5), made("x", "lain", 6)]
    found, request = asked(kind, LISTS[kind]([*listed, made("phone", SAID, 7, **THEIRS[kind]), "junk", None]))
    assert found == Evidence(("a1", "b2"))
    assert request.method == "GET"
    if kind == "twilio":
        Contract("twilio/openapi.twilio.json").check(request)


@pytest.mark.parametrize("kind", LISTS)
@pytest.mark.parametrize("answer", [{}, [], None, "x", {"messages": "x"}, {"messages": [{"id": 1}]}, [[1]]])
def test_an_answer_that_makes_no_sense_proves_nothing(kind: str, answer: Any) -> None:
    assert asked(kind, answer)[0] == Evidence()
