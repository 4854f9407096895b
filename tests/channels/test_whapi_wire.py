"""Whatever else Whapi is asked for: quotes, signs, ticks, the phone's link, its settings; every request by contract."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest

from roms.channels import whapi
from roms.channels.base import Account, Parcel, Signal
from roms.channels.failures import Ambiguous, ChannelBroken, Permanent, SendFailed, Throttled, Transient
from roms.channels.fake.phones import Phones
from roms.channels.fake.whapi import DIALECT
from roms.channels.whapi import linking
from tests.channels.whapi_server import Whapi, check, recorded

SENT = Path(__file__).parent / "fixtures" / "whapi" / "send"
TO, OUT = "6280000001001@s.whatsapp.net", "p.ak8gd8sXZhvFgg.cY8S-glxOq7YBfj"
HOOK = "https://chat.example/webhook/whapi/key"
ACCOUNT = Account(1, "whapi", {"base_url": "https://gate.whapi.cloud", "token": "token-uji", "secret": "s"}, HOOK)
OK = httpx.Response(200, json={"success": True})


def sent(kind: str, content: dict[str, Any], **fields: Any) -> tuple[str, str, Any]:
    server = Whapi()
    whapi.send(ACCOUNT, server.client, replace(Parcel(7, TO, "words", kind, {"content": content}), **fields))
    [asked] = server.asked
    return asked


@pytest.mark.parametrize("path", sorted(SENT.glob("*.request.json")), ids=lambda path: path.name)
def test_the_contract_takes_what_is_known_to_work(path: Path) -> None:
    request = json.loads(path.read_text())
    unused = {"interactive_buttons", "interactive_list", "poll", "text_edit", "delete_message"}
    if path.name.removesuffix(".request.json") not in unused:
        body = request["body"] and {key: value for key, value in request["body"].items() if key != "typing_time"}
        check(request["method"], request["path"].partition("?")[0], body)


def test_a_quote_goes_along_with_every_kind_if_whapi_can_know_it() -> None:
    for kind, content in (("text", {}), ("location", {"latitude": 1, "longitude": 2}), ("contact", {"name": "A"})):
        assert sent(kind, content, quotes=OUT)[2]["quoted"] == OUT
    assert "quoted" not in sent("text", {}, quotes="print:0123:1")[2]


PUBLISHED = re.compile(r"[A-Za-z0-9._]{4,23}-[A-Za-z0-9._]{4,14}(-[A-Za-z0-9._]{4,10}){0,2}")  # Whapi's MessageID


def test_the_boxs_ids_are_of_the_form_that_whapi_publishes_and_can_be_quoted() -> None:
    somebody = Phones().find("6281234567890")
    assert somebody is not None
    for new in [DIALECT.new_id(somebody, ours, "") for ours in (True, False) for _ in range(500)]:
        assert PUBLISHED.fullmatch(new), new
    assert sent("text", {}, quotes=new)[2]["quoted"] == new


def test_a_voice_note_is_one_and_other_sound_is_sound() -> None:
    assert sent("audio", {"voice": True, "mime": "audio/ogg"}, data=b"x")[1] == "/messages/voice"
    assert sent("audio", {"mime": "audio/mpeg"}, data=b"x")[1] == "/messages/audio"


def test_a_file_that_only_has_a_link_of_ours_goes_by_that() -> None:
    assert sent("image", {}, link="https://chat.example/files/out/t/a.png")[2]["media"].startswith("https://chat")


@pytest.mark.parametrize("emoji", ["🙏", ""])
def test_a_reaction_is_put_and_taken_away(emoji: str) -> None:
    server = Whapi(OK)
    parcel = Parcel(7, TO, emoji, "reaction", {"content": {"target": OUT, "emoji": emoji}})
    assert whapi.send(ACCOUNT, server.client, parcel) == "reaction-7"
    assert server.asked == [("PUT", f"/messages/{OUT}/reaction", {"emoji": emoji})]


@pytest.mark.parametrize("target", ["", "../users/logout", "print:1", None])
def test_a_reaction_to_nothing_is_refused(target: Any) -> None:
    with pytest.raises(Permanent):
        sent("reaction", {"target": target, "emoji": "x"})


def test_ticks_and_typing_are_shown() -> None:
    server = Whapi(OK)
    whapi.signals.signal(ACCOUNT, server.client, Signal(TO, "bv0-gG", read=True, typing=True))
    whapi.signals.signal(ACCOUNT, server.client, Signal(TO, typing=False))
    assert server.asked == [
        ("PUT", "/messages/bv0-gG", None),
        ("PUT", f"/presences/{TO}", {"presence": "typing", "delay": 20}),
        ("PUT", f"/presences/{TO}", {"presence": "pause"}),
    ]


def test_a_file_is_fetched_from_the_gate_with_the_token_and_from_the_store_without() -> None:
    client = Whapi().client
    by_id = whapi.download(ACCOUNT, client, {"id": "jpeg-1/../x", "url": "https://evil.example/a"})
    assert (by_id.url, by_id.hosts) == ("https://gate.whapi.cloud/media/jpeg-1%2F..%2Fx", ("https://gate.whapi.cloud",))
    assert by_id.headers == {"Authorization": "Bearer token-uji"}
    link = whapi.download(ACCOUNT, client, {"url": "https://s3.eu.wasabisys.com/in/a.jpg?x=1"})
    assert (link.headers, link.hosts) == ({}, ("https://s3.eu.wasabisys.com",))


@pytest.mark.parametrize(
    "url",
    ["", "https://evil.example/a", "http://a.whapi.cloud/x", "https://a.whapi.cloud@evil.example/", "https://[::1", 5,
     "https://whapi.cloud.evil.example/", "http://169.254.169.254/latest"],
)  # fmt: skip
def test_a_file_of_nobody_knows_where_is_not_fetched(url: Any) -> None:
    with pytest.raises(Permanent):
        whapi.download(ACCOUNT, Whapi().client, {"url": url})


@pytest.mark.parametrize(("name", "state"), [("health_auth", "connected"), ("health_qr", "needs_scan")])
def test_the_state_is_asked(name: str, state: str) -> None:
    server = Whapi(recorded(SENT / f"{name}.response.json"))
    assert linking.state(ACCOUNT, server.client).state == state
    linking.restart(ACCOUNT, server.client)
    assert server.asked == [("GET", "/health?wakeup=true", None)] * 2


def test_the_code_to_scan_is_a_picture_that_expires() -> None:
    code = linking.qr(ACCOUNT, Whapi(recorded(SENT / "login_qr_ok.response.json")).client)
    assert code.png.startswith(b"\x89PNG")
    assert code.expires == 20.0
    assert linking.qr(ACCOUNT, Whapi(httpx.Response(200, json={"status": "OK", "rowdata": "2@x"})).client).text == "2@x"


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (recorded(SENT / "login_qr_waiting.response.json"), Transient),
        (recorded(SENT / "login_qr_timeout.response.json"), Transient),
        (recorded(SENT / "login_already_authorised.response.json"), Permanent),
        (httpx.Response(200, json={"status": "OK", "base64": "data:image/png;base64,PHN2Zz4="}), Transient),
        (httpx.Response(200, content=b'{"base64": "\\ud83d-\\u00e9"}'), Transient),
        (httpx.Response(200, text="<html>"), Transient),
        (httpx.Response(401, json={"error": {"code": 401}}), ChannelBroken),
        (httpx.Response(429), Throttled),
        (httpx.Response(503), Ambiguous),
    ],
)
def test_no_code_says_why(answer: httpx.Response, expected: type[SendFailed]) -> None:
    with pytest.raises(SendFailed) as failure:
        linking.qr(ACCOUNT, Whapi(answer).client)
    assert type(failure.value) is expected


def test_a_pairing_code_is_asked_for_a_number() -> None:
    server = Whapi(recorded(SENT / "login_code.response.json"))
    assert linking.pairing_code(ACCOUNT, server.client, "+1 202-555-0142") == "ABCD-1234"
    assert server.asked[0][1] == "/users/login/12025550142"
    with pytest.raises(Transient):
        linking.pairing_code(ACCOUNT, Whapi(OK).client, "+12025550142")


def test_logging_out_twice_is_fine_and_other_refusals_are_told() -> None:
    linking.logout(ACCOUNT, Whapi(OK, httpx.Response(409)).client)
    linking.logout(ACCOUNT, Whapi(httpx.Response(409)).client)
    with pytest.raises(ChannelBroken):
        linking.logout(ACCOUNT, Whapi(httpx.Response(403)).client)


def test_setting_up_adds_our_webhook_with_its_secret_and_leaves_the_others() -> None:
    other = {"url": "https://other.example/hook", "mode": "path", "events": []}
    old = {"url": HOOK, "mode": "path"}
    server = Whapi(httpx.Response(200, json={"webhooks": [other, old, 5]}), OK)
    linking.setup(ACCOUNT, server.client)
    [_, (method, path, body)] = server.asked
    assert (method, path) == ("PATCH", "/settings")
    assert body["webhooks"][0] == other
    [ours] = body["webhooks"][1:]
    assert (ours["url"], ours["mode"], ours["headers"]) == (HOOK, "body", {"X-Webhook-Secret": "s"})
    wanted = json.loads((SENT / "set_webhook.request.json").read_text())["body"]["webhooks"][0]["events"]
    assert all(event in ours["events"] for event in wanted)


def test_setting_up_needs_a_public_address() -> None:
    with pytest.raises(ChannelBroken):
        linking.setup(replace(ACCOUNT, webhook=""), Whapi().client)


def test_every_code_has_a_sentence_in_both_languages_and_the_class_it_is_raised_with() -> None:
    told = json.loads((Path(whapi.__file__).parent / "errors.json").read_text())
    assert {code: entry["class"] for code, entry in told.items()} == whapi.ADAPTER.errors
    assert all(entry["id"] != entry["en"] and len(entry["en"]) > 20 for entry in told.values())
    for code in filter(str.isdigit, told):
        with pytest.raises(SendFailed) as failure:
            whapi.send(ACCOUNT, Whapi(httpx.Response(int(code))).client, Parcel(1, TO, "x"))
        assert (failure.value.error_class, failure.value.code) == (told[code]["class"], code)
