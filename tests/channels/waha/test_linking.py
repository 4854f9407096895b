"""A session's life: made, scanned, known, begun again; and where its files and its people's numbers are found."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import httpx
import pytest

from roms.channels import waha
from roms.channels.base import Account
from roms.channels.failures import ChannelBroken, Permanent, SendFailed, Transient
from roms.channels.waha import linking, people
from roms.outside.hosts import really
from tests.channels.waha.contract import FIXTURES, Waha, check, recorded

HOOK = "https://chat.example/webhook/waha/key"
VALUES = {"base_url": "http://waha:3000", "session": "toko", "api_key": "kunci-uji", "hmac_key": "hmac-uji"}
ACCOUNT = Account(1, "waha", VALUES, HOOK)
OK, NONE = httpx.Response(200, json={}), recorded("error_404_session")


def test_the_contract_takes_what_is_known_to_work() -> None:
    for path in sorted((FIXTURES / "send").glob("*.request.json")):
        request = json.loads(path.read_text())
        check(request["method"], request["path"].partition("?")[0], request["body"])


@pytest.mark.parametrize(("name", "state"), [("working", "connected"), ("scan_qr", "needs_scan"), ("failed", "failed")])
def test_the_state_of_a_session_is_asked(name: str, state: str) -> None:
    server = Waha(recorded(f"session_get_{name}"))
    assert linking.state(ACCOUNT, server.client).state == state
    assert server.asked == [("GET", "/api/sessions/toko", None)]


def test_a_session_that_was_never_made_is_stopped_and_other_answers_are_failures() -> None:
    assert linking.state(ACCOUNT, Waha(NONE).client).state == "stopped"
    for answer, failure in ((recorded("error_401"), ChannelBroken), (OK, Transient)):
        with pytest.raises(failure):
            linking.state(ACCOUNT, Waha(answer).client)


def test_the_code_to_scan_comes_in_every_form_that_waha_has() -> None:
    png = b"\x89PNG\r\n\x1a\nrest"
    server = Waha(httpx.Response(200, content=png, headers={"content-type": "image/png"}))
    assert linking.qr(ACCOUNT, server.client).png == png
    assert server.asked == [("GET", "/api/toko/auth/qr?format=image", None)]
    assert linking.qr(ACCOUNT, Waha(recorded("qr_json_ok")).client).png.startswith(b"\x89PNG")
    assert linking.qr(ACCOUNT, Waha(recorded("qr_raw_ok")).client).text.startswith("2@")


@pytest.mark.parametrize(
    ("answer", "failure"),
    [
        (recorded("error_422_session_not_working"), ChannelBroken),
        (httpx.Response(200, text="<svg onload=alert(1)>"), Transient),
        (httpx.Response(200, json={"data": "PHN2Zz4="}), Transient),
        (httpx.Response(200, json={"data": 5}), Transient),
    ],
)
def test_what_is_no_picture_is_not_shown(answer: httpx.Response, failure: type[SendFailed]) -> None:
    with pytest.raises(failure):
        linking.qr(ACCOUNT, Waha(answer).client)


def test_a_pairing_code_is_asked_for_a_number() -> None:
    server = Waha(recorded("pairing_code_ok"))
    assert linking.pairing_code(ACCOUNT, server.client, "+1 202-555-0142") == "ABCD-1234"
    assert server.asked == [("POST", "/api/toko/auth/request-code", {"phoneNumber": "12025550142"})]
    with pytest.raises(Transient):
        linking.pairing_code(ACCOUNT, Waha(OK).client, "+1")


def test_a_session_is_restarted_and_logged_out() -> None:
    server = Waha(recorded("session_logged_out"))
    linking.restart(ACCOUNT, server.client)
    linking.logout(ACCOUNT, server.client)
    paths = [path for _, path, _ in server.asked]
    assert paths == ["/api/sessions/toko/restart", "/api/sessions/toko/logout"]


def made() -> dict[str, Any]:
    server = Waha(NONE, recorded("session_created"))
    linking.setup(ACCOUNT, server.client)
    [_, (method, path, body)] = server.asked
    assert (method, path, body["name"], body["start"]) == ("POST", "/api/sessions", "toko", True)
    config: dict[str, Any] = body["config"]
    return config


def test_a_missing_session_is_made_with_a_signed_webhook() -> None:
    config = made()
    [hook] = config["webhooks"]
    wanted = json.loads((FIXTURES / "send" / "session_create.request.json").read_text())["body"]["config"]
    assert (hook["url"], hook["hmac"]) == (HOOK, {"key": "hmac-uji"})
    assert set(hook["events"]) >= set(wanted["webhooks"][0]["events"])
    assert "message" not in hook["events"]  # beside message.any everything would come twice
    assert (config["webjs"], config["ignore"]) == (wanted["webjs"], wanted["ignore"])
    assert hook["retries"] == wanted["webhooks"][0]["retries"]


def setup_of(status: str, config: dict[str, Any]) -> list[tuple[str, str, Any]]:
    server = Waha(httpx.Response(200, json={"name": "toko", "status": status, "config": config}), OK)
    linking.setup(ACCOUNT, server.client)
    return server.asked[1:]


def test_a_session_that_is_right_is_left_alone_for_a_change_would_begin_it_anew() -> None:
    config = made()
    assert setup_of("WORKING", config) == []
    config["webhooks"][0]["hmac"] = {"key": "***"}  # a server that does not show the key
    assert setup_of("WORKING", config) == []
    assert setup_of("STOPPED", config) == [("POST", "/api/sessions/toko/start", None)]


@pytest.mark.parametrize("wrong", [{"hmac": None}, {"hmac": {"key": "old"}}, {"events": ["message"]}, {"url": "x"}])
def test_a_session_that_is_not_right_is_changed_and_keeps_what_else_it_has(wrong: dict[str, Any]) -> None:
    config = made()
    other = {"url": "https://other.example", "events": ["message"]}
    known = {**config, "metadata": {"a": "b"}, "webhooks": [other, {**config["webhooks"][0], **wrong}]}
    [(method, path, body)] = setup_of("WORKING", known)
    assert (method, path) == ("PUT", "/api/sessions/toko")
    assert body["config"]["metadata"] == {"a": "b"}
    assert (body["config"]["webhooks"][0], body["config"]["webhooks"][-1]) == (other, config["webhooks"][0])


def test_setting_up_needs_a_public_address() -> None:
    with pytest.raises(ChannelBroken):
        linking.setup(replace(ACCOUNT, webhook=""), Waha().client)


@pytest.mark.parametrize(("name", "phone"), [("lid_known", "+6280000001001"), ("lid_unknown", None)])
def test_the_number_behind_a_hidden_identity_is_asked(name: str, phone: str | None) -> None:
    server = Waha(recorded(name))
    assert people.phone_of(ACCOUNT, server.client, "100000000000001@lid") == phone
    assert people.phone_of(ACCOUNT, server.client, "100000000000001") == phone
    assert server.asked[0] == server.asked[1] == ("GET", "/api/toko/lids/100000000000001%40lid", None)


def test_who_is_nobodys_number_is_not_asked_and_unknown_is_no_failure() -> None:
    server = Waha()
    assert people.phone_of(ACCOUNT, server.client, "6280000001001@c.us") is None
    assert server.asked == []
    unknown = httpx.Response(404, json={"message": "Not Found"})
    assert people.phone_of(ACCOUNT, Waha(unknown).client, "1@lid") is None
    with pytest.raises(ChannelBroken):
        people.phone_of(ACCOUNT, Waha(NONE).client, "1@lid")


@pytest.mark.parametrize(
    ("base", "url", "fetched"),
    [
        ("http://waha:3000", "http://waha:3000/api/files/t/a.jpeg", "http://waha:3000/api/files/t/a.jpeg"),
        ("http://waha:3000", "http://localhost:3000/api/files/a?x=1", "http://waha:3000/api/files/a?x=1"),
        ("https://w.example/", "http://127.0.0.1:3000/api/files/a", "https://w.example/api/files/a"),
        ("https://w.example/waha", "http://localhost/api/a", "https://w.example/waha/api/a"),
        ("http://127.0.0.1:5/waha", "http://127.0.0.1:5/waha/api/a", "http://127.0.0.1:5/waha/api/a"),
        ("http://127.0.0.1:5/waha", "http://localhost:5/waha/api/a", "http://127.0.0.1:5/waha/api/a"),
    ],
)
def test_a_file_is_fetched_from_the_configured_address(base: str, url: str, fetched: str) -> None:
    account = replace(ACCOUNT, values={**VALUES, "base_url": base})
    found = waha.download(account, Waha().client, {"url": url})
    assert (found.url, found.headers) == (fetched, {"X-Api-Key": "kunci-uji"})
    assert really(found.url, found.hosts) == found.url


@pytest.mark.parametrize(
    "url",
    ["", None, 5, "http://evil.example/api/files/a", "http://waha:3001/a", "https://waha:3000/a", "ftp://waha:3000/a",
     "http://waha:3000@evil.example/a", "http://localhost\\@evil.example/", "http://169.254.169.254/", "http://[::1",
     "http://waha:99999/a", "/api/files/a"],
)  # fmt: skip
def test_a_file_of_anybody_else_is_not_fetched(url: Any) -> None:
    with pytest.raises(Permanent):
        waha.download(ACCOUNT, Waha().client, {"url": url})
