"""What Twilio is sent, every request held against its specification, and what its answers prove."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qsl

import httpx
import pytest

from roms.channels import twilio
from roms.channels.base import Account, Parcel, Signal
from roms.channels.failures import (
    Ambiguous,
    ChannelBroken,
    NeedsTemplate,
    OptedOut,
    Permanent,
    SendFailed,
    Throttled,
    Tomorrow,
    Transient,
)
from roms.channels.items import Template
from roms.channels.twilio import looking
from tests.channels.contract import FIXTURES, Contract

SENT = FIXTURES / "twilio" / "send"
SID = "AC00000000000000000000000000000001"
ACCOUNT = Account(
    1,
    "twilio",
    {
        "base_url": "https://api.twilio.com",
        "content_url": "https://content.twilio.com",
        "account_sid": SID,
        "auth_token": "token-rahasia-uji-twilio",
        "from": "whatsapp:+12025550142",
    },
    "https://cs.contoh.example/webhooks/twilio/status",
)
TO = "whatsapp:+6280000001001"
Answer = Callable[[httpx.Request], httpx.Response]


def wanted(name: str) -> dict[str, str]:
    return dict(parse_qsl((SENT / f"{name}.request.form").read_text(), keep_blank_values=True))


def answered(name: str) -> httpx.Response:
    told = json.loads((SENT / f"{name}.response.json").read_text())
    return httpx.Response(told["http_status"], json=told["body"])


def provider(answer: Answer | None = None) -> tuple[httpx.Client, Contract]:
    contract = Contract("twilio/openapi.twilio.json", "twilio/openapi.twilio.more.json")
    return httpx.Client(transport=contract.guarding(answer or (lambda _: answered("send_ok")))), contract


def sent(parcel: Parcel, account: Account = ACCOUNT) -> dict[str, str]:
    """The form that this parcel becomes."""
    client, contract = provider()
    assert twilio.send(account, client, parcel) == "SMdfb6a6ad24efa8166ade0a31acf26ae8"
    [request] = contract.seen
    assert request.url == f"https://api.twilio.com/2010-04-01/Accounts/{SID}/Messages.json"
    pair = base64.b64encode(f"{SID}:token-rahasia-uji-twilio".encode()).decode()
    assert request.headers["authorization"] == f"Basic {pair}"
    return dict(parse_qsl(request.content.decode(), keep_blank_values=True))


def parcel(kind: str, text: str = "x", **payload: Any) -> Parcel:
    return Parcel(6, TO, text, kind, payload)


def test_a_text_is_the_one_that_twilio_documents() -> None:
    assert sent(parcel("text", wanted("text")["Body"])) == wanted("text")


def test_an_id_is_written_to_and_a_service_may_choose_the_number() -> None:
    bsuid, service = wanted("text_to_bsuid"), wanted("text_messaging_service")
    assert sent(replace(parcel("text", bsuid["Body"]), address=bsuid["To"])) == bsuid
    account = replace(ACCOUNT, values={**ACCOUNT.values, "from": service["MessagingServiceSid"]})
    assert sent(parcel("text", service["Body"]), account) == service


def test_files_go_by_an_address_that_twilio_can_reach() -> None:
    image, document = wanted("image"), wanted("document")
    file = replace(parcel("image", content={"caption": image["Body"], "mime": "image/jpeg"}), link=image["MediaUrl"])
    assert sent(file) == image
    assert sent(parcel("document", content={"source": document["MediaUrl"], "name": "faktur.pdf"})) == document
    audio = replace(parcel("audio", "[x]", content={"mime": "audio/ogg", "voice": True}), link=image["MediaUrl"])
    assert "Body" not in sent(audio)


def test_places_are_points_with_a_name_and_cards_are_words() -> None:
    place = wanted("location")
    form = sent(parcel("location", content={"latitude": -6.175392, "longitude": 106.827153, "name": "Toko Contoh"}))
    assert form == place | {"Body": "Toko Contoh"}
    assert sent(parcel("contact", content={"name": "Ani", "phone": "+628123"}))["Body"] == "Ani: +628123"


def test_questions_are_numbered_text_unless_a_made_template_is_named() -> None:
    buttons = wanted("quick_reply_buttons_content_sid")
    options = [{"key": "1", "label": "Ya"}]
    assert sent(parcel("text", "Mau?\n1. Ya", prompt="Mau?", options=options))["Body"] == "Mau?\n1. Ya"
    assert sent(parcel("buttons", "Mau?\n▸ Ya", prompt="Mau?", options=options))["Body"] == "Mau?\n▸ Ya"
    assert sent(parcel("text", content={"content_sid": buttons["ContentSid"]})) == buttons


def test_templates_take_their_values_by_number_or_by_name() -> None:
    form = wanted("template_content_sid")
    content = {"name": "konfirmasi", "language": "id", "provider_id": form["ContentSid"]}
    for values in (["Budi", "INV-2026-1187"], {"body": ["Budi\n", "INV-2026-1187"]}):
        found = sent(parcel("template", content=content | {"parameters": values}))
        assert json.loads(found.pop("ContentVariables")) == json.loads(form["ContentVariables"])
        assert found == {key: value for key, value in form.items() if key != "ContentVariables"}
    named = {"body": {"nama": "Budi"}, "buttons": [{"index": 0, "key": "3", "value": "abc"}]}
    found = sent(parcel("template", content=content | {"parameters": named}))
    assert json.loads(found["ContentVariables"]) == {"nama": "Budi", "3": "abc"}


@pytest.mark.parametrize(
    ("refused", "code"),
    [
        (parcel("text", "x" * 1601), "too_long"),
        (parcel("text", ""), "empty"),
        (parcel("image", content={"source": "media/x.jpg"}), "no_file"),
        (replace(parcel("video", content={"mime": "video/x-msvideo"}), link="https://a.example/b"), "file_type"),
        (
            replace(parcel("document", content={"mime": "application/pdf", "size": 2**25}), link="https://a.example/b"),
            "file_size",
        ),
        (parcel("reaction", content={"target": "SM1", "emoji": "x"}), "cannot"),
        (parcel("template", content={"name": "promo", "language": "id"}), "21655"),
        (parcel("location", content={}), "cannot"),
        (replace(parcel("text"), address="whatsapp:nobody"), "bad_address"),
    ],
)
def test_what_can_never_go_is_refused_before_anything_is_asked(refused: Parcel, code: str) -> None:
    client, contract = provider()
    with pytest.raises(Permanent) as failure:
        twilio.send(ACCOUNT, client, refused)
    assert (failure.value.code, contract.seen) == (code, [])


def outcome(answer: httpx.Response) -> SendFailed:
    with pytest.raises(SendFailed) as failure:
        twilio.send(ACCOUNT, provider(lambda _: answer)[0], parcel("text"))
    assert "token-rahasia" not in f"{failure.value!r}"
    return failure.value


ANSWERS: dict[str, tuple[type[SendFailed], str]] = {
    "error_20003_auth": (ChannelBroken, "20003"),
    "error_20404_not_found": (Permanent, "20404"),
    "error_20429_too_many_requests": (Throttled, "20429"),
    "error_20500_internal": (Ambiguous, "20500"),
    "error_21211_invalid_to": (Permanent, "21211"),
    "error_21610_unsubscribed": (OptedOut, "21610"),
    "error_21617_body_too_long": (Permanent, "21617"),
    "error_63007_from_not_found": (ChannelBroken, "63007"),
}


def test_every_error_answer_we_know_of_has_its_line() -> None:
    assert {path.name.removesuffix(".response.json") for path in SENT.glob("error_*")} == set(ANSWERS)


@pytest.mark.parametrize(("name", "expected"), ANSWERS.items())
def test_an_error_answer_has_its_class_and_code(name: str, expected: tuple[type[SendFailed], str]) -> None:
    failure = outcome(answered(name))
    assert (type(failure), failure.code) == expected


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (httpx.Response(400, json={"code": 63016}), NeedsTemplate),
        (httpx.Response(400, json={"code": 63038}), Tomorrow),
        (httpx.Response(503, json={"code": 20503}), Transient),
        (httpx.Response(400, json={"code": 99999}), Permanent),
        (httpx.Response(500, json={"code": 99999}), Ambiguous),
        (httpx.Response(502, text="<html>"), Ambiguous),
        (httpx.Response(408), Ambiguous),
        (httpx.Response(429), Throttled),
        (httpx.Response(401), ChannelBroken),
        (httpx.Response(307, headers={"location": "https://elsewhere.example"}), ChannelBroken),
        (httpx.Response(201, json={}), Ambiguous),
        (httpx.Response(201, json={"sid": "SM1", "status": "failed", "error_code": 63016}), NeedsTemplate),
    ],
)
def test_only_evidence_makes_a_send_failed(answer: httpx.Response, expected: type[SendFailed]) -> None:
    assert type(outcome(answer)) is expected


def test_twilio_may_say_how_long_to_wait() -> None:
    answer = answered("error_20429_too_many_requests")
    answer.headers["retry-after"] = "9"
    failure = outcome(answer)
    assert isinstance(failure, Throttled)
    assert failure.retry_after == 9.0


@pytest.mark.parametrize("change", [{"auth_token": ""}, {"account_sid": "../x"}, {"base_url": ""}, {"from": "me"}])
def test_an_account_that_cannot_work_breaks_its_channel(change: dict[str, str]) -> None:
    client, contract = provider()
    with pytest.raises(ChannelBroken):
        twilio.send(replace(ACCOUNT, values=ACCOUNT.values | change), client, parcel("text"))
    assert contract.seen == []


MESSAGE = "SM28317868116cbe961e41d37eb798bea3"


@pytest.mark.parametrize(
    ("what", "asked"),
    [
        (Signal(TO, MESSAGE, typing=True), 1),
        (Signal(TO, MESSAGE, read=True), 0),
        (Signal(TO, "MM1:1", typing=True), 0),
    ],
)
def test_typing_is_shown_and_nothing_pretends_to_type(what: Signal, asked: int) -> None:
    client, contract = provider(lambda _: answered("typing_ok"))
    twilio.signal(ACCOUNT, client, what)
    assert len(contract.seen) == asked
    for request in contract.seen:
        assert request.url == "https://messaging.twilio.com/v3/Indicators/Typing.json"
        assert json.loads(request.content) == json.loads((SENT / "typing_and_read.request.json").read_text())


def test_a_file_is_fetched_with_our_credentials_from_twilios_own_hosts() -> None:
    url = f"https://api.twilio.com/2010-04-01/Accounts/{SID}/Messages/MM1/Media/ME1"
    client, contract = provider()
    found = looking.media(ACCOUNT, client, {"url": url})
    assert (found.url, contract.seen) == (url, [])
    assert found.headers["Authorization"].startswith("Basic ")
    assert "https://api.twilio.com" in found.hosts
    boxed = replace(ACCOUNT, values={**ACCOUNT.values, "base_url": "http://127.0.0.1:9999/twilio"})
    assert "http://127.0.0.1:9999" in looking.media(boxed, client, {"url": "http://127.0.0.1:9999/x"}).hosts
    for elsewhere in ("https://evil.example/", "http://api.twilio.com/x", "https://api.twilio.com@evil.example/", ""):
        with pytest.raises(Permanent) as refusal:
            looking.media(ACCOUNT, client, {"url": elsewhere})
        assert refusal.value.code == "foreign_host"


@pytest.mark.parametrize(
    ("word", "state"), [("active", "connected"), ("suspended", "restricted"), ("closed", "failed")]
)
def test_how_the_account_is(word: str, state: str) -> None:
    client, _ = provider(lambda _: httpx.Response(200, json={"status": word, "friendly_name": "Toko"}))
    found = looking.state(ACCOUNT, client)
    assert (found.state, found.account, found.data) == (state, "whatsapp:+12025550142", {"name": "Toko"})


def test_templates_are_fetched_page_after_page_from_our_own_address() -> None:
    approval = {"name": "menu", "category": "UTILITY", "status": "approved", "rejection_reason": ""}
    said = {"body": "Halo {{1}}", "actions": [{"title": "Ya", "id": "y"}]}
    one = {"sid": "HX1", "friendly_name": "m", "language": "id", "approval_requests": approval}
    one |= {"variables": {"1": "Budi"}, "types": {"twilio/quick-reply": said}}
    two = {"sid": "HX2", "friendly_name": "b", "language": "en", "types": {}, "approval_requests": {}}
    pages = {
        None: {
            "contents": [one, "x"],
            "meta": {"next_page_url": "https://evil.example/v1/x?PageSize=100&PageToken=t1"},
        },
        "t1": {"contents": [two, {"sid": ""}], "meta": {"next_page_url": None}},
    }
    client, contract = provider(lambda request: httpx.Response(200, json=pages[request.url.params.get("PageToken")]))
    first, second = looking.templates(ACCOUNT, client)
    parts = (
        {"type": "BODY", "text": "Halo {{1}}", "example": {"named": {"1": "Budi"}}},
        {"type": "BUTTONS", "buttons": [{"type": "QUICK_REPLY", "text": "Ya"}]},
    )
    assert first == Template("menu", "id", "approved", "HX1", "utility", components=parts)
    assert (second.name, second.status) == ("b", "pending")
    assert {request.url.host for request in contract.seen} == {"content.twilio.com"}
