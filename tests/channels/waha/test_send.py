"""What WAHA is sent for every kind of saying, by its published contract; and what its answers prove."""

from __future__ import annotations

import base64
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest

from roms.channels import waha
from roms.channels.base import Account, Parcel, Signal
from roms.channels.failures import Ambiguous, ChannelBroken, Permanent, SendFailed, Throttled, Transient
from roms.channels.waha.signals import signal
from tests.channels.waha.contract import FIXTURES, Waha, recorded

TO, GROUP, KEY = "6280000001001@c.us", "120363000000000001@g.us", "3EB05FADD65B82A0CEE502A96A2C6735"
ACCOUNT = Account(1, "waha", {"base_url": "http://waha:3000/", "session": "toko", "api_key": "kunci-uji"})
PNG = b"\x89PNG\r\n\x1a\n" + b"x" * 20
DATA = base64.b64encode(PNG).decode()
OWN = {"name": "a/b.png", "mime": "image/png", "caption": "Harga"}
OGG, MP3 = {"name": "s.ogg", "mime": "audio/ogg; codecs=opus"}, {"name": "s.mp3", "mime": "audio/mpeg"}
FAR = {"source": "https://img.example.com/a.png", "name": "a.png", "mime": "image/png"}


def asked(parcel: Parcel, *answers: httpx.Response) -> tuple[str, str, Any]:
    server = Waha(*answers)
    waha.send(ACCOUNT, server.client, parcel)
    [(method, path, body)] = server.asked
    assert body.pop("session") == "toko"
    return method, path, body


@pytest.mark.parametrize(
    ("kind", "content", "data", "path", "body"),
    [
        ("text", {}, None, "sendText", {"text": "words"}),
        ("template", {"name": "promo"}, None, "sendText", {"text": "words"}),
        ("image", OWN, PNG, "sendImage",
         {"file": {"mimetype": "image/png", "filename": "a_b.png", "data": DATA}, "caption": "Harga"}),
        ("image", FAR, None, "sendImage",
         {"file": {"mimetype": "image/png", "filename": "a.png", "url": "https://img.example.com/a.png"}}),
        ("video", {"mime": "video/mp4"}, PNG, "sendVideo",
         {"file": {"mimetype": "video/mp4", "filename": "video-7", "data": DATA}, "convert": False, "caption": ""}),
        ("video", {"mime": "video/webm", "caption": "x"}, PNG, "sendVideo",
         {"file": {"mimetype": "video/webm", "filename": "video-7", "data": DATA}, "convert": True, "caption": "x"}),
        ("audio", OGG, PNG, "sendVoice",
         {"file": {"mimetype": OGG["mime"], "filename": "s.ogg", "data": DATA}, "convert": False}),
        ("audio", MP3, PNG, "sendVoice",
         {"file": {"mimetype": "audio/mpeg", "filename": "s.mp3", "data": DATA}, "convert": True}),
        ("audio", FAR, None, "sendVoice", {"file": {"mimetype": "image/png", "url": FAR["source"]}, "convert": True}),
        ("document", OWN, PNG, "sendFile",
         {"file": {"mimetype": "image/png", "filename": "a_b.png", "data": DATA}, "caption": "Harga"}),
        ("sticker", {"mime": "image/webp", "name": "s.webp"}, PNG, "sendImage",
         {"file": {"mimetype": "image/webp", "filename": "s.webp", "data": DATA}}),
        ("location", {"latitude": -6.2, "longitude": 106.8, "name": "Toko", "address": "Jakarta"}, None, "sendLocation",
         {"latitude": -6.2, "longitude": 106.8, "title": "Toko, Jakarta"}),
        ("contact", {"name": "Ani\nB", "phone": "+62 812-345"}, None, "sendContactVcard",
         {"contacts": [{"fullName": "Ani B", "phoneNumber": "+62 812-345", "whatsappId": "62812345"}]}),
        ("contact", {"name": "Ani", "phone": "0812"}, None, "sendContactVcard",
         {"contacts": [{"fullName": "Ani", "phoneNumber": "0812"}]}),
    ],
)  # fmt: skip
def test_every_saying_has_its_body(kind: str, content: Any, data: bytes | None, path: str, body: Any) -> None:
    parcel = Parcel(7, TO, "words", kind, {"content": content}, data)
    assert asked(parcel) == ("POST", f"/api/{path}", {"chatId": TO, **body})


def test_a_quote_says_whose_message_it_was() -> None:
    theirs = asked(Parcel(1, TO, "x", quotes=KEY))[2]
    ours = asked(Parcel(1, TO, "x", payload={"quoted": {"sender": "agent"}}, quotes=KEY))[2]
    assert (theirs["reply_to"], ours["reply_to"]) == (f"false_{TO}_{KEY}", f"true_{TO}_{KEY}")


@pytest.mark.parametrize(("emoji", "name"), [("🙏", "reaction"), ("", "reaction_remove")])
def test_a_reaction_is_put_and_taken_away(emoji: str, name: str) -> None:
    parcel = Parcel(9, TO, emoji, "reaction", {"content": {"target": KEY, "seq": 3, "emoji": emoji}})
    wanted = json.loads((FIXTURES / "send" / f"{name}.request.json").read_text())["body"]
    method, path, body = asked(parcel, httpx.Response(200, json={}))
    assert (method, path, {"session": "toko", **body}) == ("PUT", "/api/reaction", wanted)
    assert waha.send(ACCOUNT, Waha(httpx.Response(200, json={})).client, parcel) == "reaction-9"


@pytest.mark.parametrize("name", ["send_ok", "send_ok_webjs_object_id"])
def test_the_key_comes_back_however_an_engine_writes_the_id(name: str) -> None:
    assert waha.send(ACCOUNT, Waha(recorded(name)).client, Parcel(1, TO, "x")) == "3EB0C7638E304B789E9D374422CFA987"


def test_hidden_identities_and_other_forms_of_a_number_are_written_to() -> None:
    assert asked(Parcel(1, "100000000000003@lid", "x"))[2]["chatId"] == "100000000000003@lid"
    assert asked(Parcel(1, "6280000001001@s.whatsapp.net", "x"))[2]["chatId"] == TO


@pytest.mark.parametrize(
    "change",
    [
        {"address": ""},
        {"address": "nobody"},
        {"kind": "hologram"},
        {"kind": "image", "payload": {"content": {"source": "media/a.png"}}},
        {"kind": "location", "payload": {"content": {"latitude": 1}}},
        {"kind": "reaction"},
    ],
)
def test_what_can_never_go_is_refused_for_good(change: dict[str, Any]) -> None:
    server = Waha()
    with pytest.raises(Permanent):
        waha.send(ACCOUNT, server.client, replace(Parcel(1, TO, "x"), **change))
    assert server.asked == []


ANSWERS = {
    "error_401": (ChannelBroken, "401"),
    "error_404_session": (ChannelBroken, "404_session"),
    "error_422_engine": (Permanent, "422"),
    "error_422_session_not_working": (ChannelBroken, "422_session"),
    "error_500": (Ambiguous, "500"),
}


def failure(answer: httpx.Response, account: Account = ACCOUNT) -> SendFailed:
    with pytest.raises(SendFailed) as raised:
        waha.send(account, Waha(answer).client, Parcel(1, TO, "x"))
    assert "kunci-uji" not in str(raised.value)
    return raised.value


def test_every_error_answer_we_know_of_has_its_line_in_the_table() -> None:
    named = {path.name.removesuffix(".response.json") for path in (FIXTURES / "send").glob("error_*")}
    assert named == ANSWERS.keys()


@pytest.mark.parametrize(("name", "expected"), ANSWERS.items())
def test_an_error_answer_has_its_class_and_code(name: str, expected: tuple[type[SendFailed], str]) -> None:
    failed = failure(recorded(name))
    assert (type(failed), failed.code) == expected


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (httpx.Response(429, headers={"retry-after": "7"}), Throttled),
        (httpx.Response(503), Ambiguous),
        (httpx.Response(408), Ambiguous),
        (httpx.Response(302, headers={"location": "https://evil.example"}), ChannelBroken),
        (httpx.Response(404, json={"message": "Chat not found"}), Permanent),
        (httpx.Response(400, json={"message": ["chatId must be a string"]}), Permanent),
        (httpx.Response(201, json={"id": None}), Ambiguous),
        (httpx.Response(201, text="<html>"), Ambiguous),
        (httpx.Response(422, text="[" * 9999), Permanent),
    ],
)
def test_only_evidence_makes_a_send_failed(answer: httpx.Response, expected: type[SendFailed]) -> None:
    assert type(failure(answer)) is expected


@pytest.mark.parametrize("missing", ["base_url", "api_key", "session"])
def test_an_account_that_cannot_work_breaks_its_channel(missing: str) -> None:
    account = replace(ACCOUNT, values={**ACCOUNT.values, missing: ""})
    assert type(failure(httpx.Response(201), account)) is ChannelBroken


def test_a_refused_connection_was_surely_not_taken() -> None:
    account = replace(ACCOUNT, values={**ACCOUNT.values, "base_url": "http://127.0.0.1:9"})
    with httpx.Client(trust_env=False) as client, pytest.raises(Transient):
        waha.send(account, client, Parcel(1, TO, "x"))


def test_ticks_come_before_typing_and_a_group_is_read_as_a_whole() -> None:
    server = Waha(httpx.Response(201, json={}))
    signal(ACCOUNT, server.client, Signal(TO, KEY, read=True, typing=True))
    signal(ACCOUNT, server.client, Signal(TO, typing=False))
    signal(ACCOUNT, server.client, Signal(GROUP, KEY, read=True))
    chat = {"session": "toko", "chatId": TO}
    assert server.asked == [
        ("POST", "/api/sendSeen", {**chat, "messageIds": [f"false_{TO}_{KEY}"]}),
        ("POST", "/api/startTyping", chat),
        ("POST", "/api/stopTyping", chat),
        ("POST", "/api/sendSeen", {"session": "toko", "chatId": GROUP}),
    ]


def test_every_code_has_a_sentence_in_both_languages_and_the_class_it_is_raised_with() -> None:
    told = json.loads((Path(waha.__file__).parent / "errors.json").read_text())
    assert {code: entry["class"] for code, entry in told.items()} == waha.ADAPTER.errors
    assert all(entry["id"] != entry["en"] and len(entry["en"]) > 20 for entry in told.values())
    assert {code for _, code in ANSWERS.values()} <= told.keys()
    for code in filter(str.isdigit, told):
        failed = failure(httpx.Response(int(code)))
        assert (failed.error_class, failed.code) == (told[code]["class"], code)
