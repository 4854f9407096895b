"""Accounts at providers: who may touch them, what is told of them, and that no secret ever comes out again."""

from __future__ import annotations

import json
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from roms.channels import ADAPTERS
from roms.channels.failures import ERROR_CLASSES, ChannelBroken, NeedsTemplate, Transient
from roms.channels.items import AccountState
from roms.db import db, writing
from roms.models import Channel, LoginSession, MessageTemplate
from roms.services import account_states, accounts, channels
from roms.web import i18n
from tests.cast import PASSWORD, Cast, say
from tests.conftest import Clock
from tests.toy import KEY, TOKEN, Toy
from tests.web.conftest import Browser


@pytest.fixture
def toy(monkeypatch: pytest.MonkeyPatch) -> Toy:
    toy = Toy()
    monkeypatch.setitem(ADAPTERS, "toy", toy.adapter())
    return toy


@pytest.fixture
def admin(browser: Browser, people: Cast) -> Browser:
    accounts.set_password(people.admin.id, PASSWORD)
    assert browser.sign_in("admin").status_code == 303
    return browser


def asked(browser: Browser, method: str, path: str, body: Any = None) -> Any:
    answer = browser.ask(method, path, json=body, headers={"X-CSRFToken": browser.csrf})
    return answer.get_json() | {"status": answer.status_code} if answer.data else {"status": answer.status_code}


def add(browser: Browser, name: str = "Toko", **values: str) -> Any:
    return asked(browser, "POST", "/api/channels", {"kind": "toy", "name": name, "values": {"token": TOKEN} | values})


ROUTES = [
    ("GET", "/api/channels"),
    ("POST", "/api/channels"),
    *[(method, "/api/channels/1") for method in ("GET", "PATCH", "DELETE")],
    *[
        ("POST", f"/api/channels/1/{verb}")
        for verb in ("connect", "refresh", "test", "pairing-code", "restart", "logout", "templates")
    ],
    ("GET", "/api/channels/1/qr"),
    ("GET", "/inbox/channels"),
]


@pytest.mark.parametrize(("method", "path"), ROUTES)
def test_s10_an_agent_may_none_of_it(ani: Browser, method: str, path: str) -> None:
    assert ani.ask(method, path, json={}, headers={"X-CSRFToken": ani.csrf}).status_code == 403


def test_every_route_is_among_those_tried(app: Flask) -> None:
    rules = [rule for rule in app.url_map.iter_rules() if rule.endpoint.startswith("channels.")]
    verbs = {(method, rule.rule) for rule in rules for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}}
    free = {("GET", "/api/warnings"), ("POST", "/api/confirm")}
    assert len(verbs - free) == len(ROUTES)


def test_an_account_is_added_with_secrets_that_are_told_once(admin: Browser, toy: Toy) -> None:
    made = add(admin, "  Toko   Kita ")
    assert made["status"] == 201
    assert list(made["made"]) == ["hmac_key"]
    channel = made["channel"]
    assert (channel["name"], channel["state"], channel["values"]["base_url"]) == (
        "Toko Kita",
        "unknown",
        "https://toy.example",
    )
    assert channel["webhook"].endswith(channels.line(channel["id"]).account.webhook[-20:])
    assert channel["secrets"]["token"]["is_set"]
    assert channel["secrets"]["token"]["at"]
    again = asked(admin, "GET", f"/api/channels/{channel['id']}")
    assert TOKEN not in json.dumps([made["channel"], again])
    assert made["made"]["hmac_key"] not in json.dumps(again)


def test_two_accounts_of_a_kind_have_their_own_address_and_secrets(admin: Browser, toy: Toy, app: Flask) -> None:
    one = add(admin, "Satu", session="satu")
    two = add(admin, "Dua", session="dua", token="other-token")
    client, address = app.test_client(), two["channel"]["webhook"].removeprefix(channels.config().public_url)
    for key, status in ((one["made"]["hmac_key"], 403), (two["made"]["hmac_key"], 200)):
        assert client.post(address, json={"event": "x"}, headers={"X-Key": key}).status_code == status
    asked(admin, "POST", f"/api/channels/{two['channel']['id']}/refresh")
    states = {each["name"]: each["state"] for each in asked(admin, "GET", "/api/channels")["channels"]}
    assert (states["Satu"], states["Dua"]) == ("unknown", "connected")


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"token": ""}, "token"),
        ({"token": "with space"}, "token"),
        ({"base_url": "ftp://x"}, "base_url"),
        ({"nonsense": "x"}, "nonsense"),
        ({"session": "a\x07b"}, "session"),
        ({"session": "x" * 3000}, "session"),
    ],
)
def test_what_cannot_be_is_named_and_nothing_is_stored(
    admin: Browser, toy: Toy, values: dict[str, str], field: str
) -> None:
    before = db.session.scalars(select(Channel.id)).all()
    answer = add(admin, **values)
    assert (answer["status"], answer["error"]["data"]["field"]) == (422, field)
    db.session.rollback()
    assert db.session.scalars(select(Channel.id)).all() == before


def test_a_name_or_an_account_can_not_be_there_twice(admin: Browser, toy: Toy) -> None:
    add(admin, session="satu")
    assert add(admin, session="dua")["error"]["data"]["field"] == "name"
    assert add(admin, "Lain", session="satu")["error"]["data"] == {"field": "", "problem": "twice"}
    assert asked(admin, "POST", "/api/channels", {"kind": "webchat", "name": "x"})["status"] == 422
    assert asked(admin, "POST", "/api/channels", {"kind": "toy", "name": "", "values": {"token": "x"}})["status"] == 422
    assert asked(admin, "POST", "/api/channels", {"kind": "toy", "name": 3})["status"] == 422
    assert admin.post("/api/channels", data="{").status_code == 400


def test_what_is_not_named_stays_and_a_new_secret_is_made_on_request(admin: Browser, toy: Toy) -> None:
    made = add(admin)
    path = f"/api/channels/{made['channel']['id']}"
    changed = asked(admin, "PATCH", path, {"values": {"session": "lain"}, "name": "Baru", "make": ["hmac_key"]})
    account = channels.line(made["channel"]["id"]).account
    assert (account["token"], account["session"]) == (TOKEN, "lain")
    assert account["hmac_key"] == changed["made"]["hmac_key"] != made["made"]["hmac_key"]
    assert asked(admin, "PATCH", path, {"make": ["token"]})["status"] == 422
    assert asked(admin, "PATCH", path, {"values": {"token": ""}})["status"] == 422
    events = [event["event"] for event in asked(admin, "GET", path)["channel"]["events"]]
    assert events == ["renamed", "changed", "added"]


def test_s10_credentials_want_the_password_again_after_ten_minutes(admin: Browser, toy: Toy, clock: Clock) -> None:
    with writing():
        for session in db.session.scalars(select(LoginSession)):
            session.created_at = session.seen_at = session.confirmed_at = clock.now
    assert add(admin)["status"] == 201
    clock.forward(minutes=11)
    for path in ("/api/channels", "/api/channels/1/logout", "/api/channels/1/test", "/api/channels/1/pairing-code"):
        refused = asked(admin, "POST", path, {})
        assert (refused["status"], refused["error"]["code"]) == (403, "confirm_password")
    assert asked(admin, "PATCH", "/api/channels/1", {"name": "x"})["status"] == 403
    assert asked(admin, "DELETE", "/api/channels/1")["status"] == 403
    assert asked(admin, "POST", "/api/confirm", {"password": "wrong"})["error"]["code"] == "wrong_password"
    assert add(admin, "Dua", session="dua")["status"] == 403
    assert asked(admin, "POST", "/api/confirm", {"password": PASSWORD})["status"] == 200
    assert add(admin, "Dua", session="dua")["status"] == 201


def test_guessing_the_password_is_stopped_like_signing_in(admin: Browser) -> None:
    answers = [asked(admin, "POST", "/api/confirm", {"password": "guess"})["status"] for _ in range(7)]
    assert (answers[0], answers[-1]) == (401, 429)


def test_an_unused_account_is_removed_and_a_used_one_is_not(admin: Browser, toy: Toy, people: Cast, app: Flask) -> None:
    made = add(admin)["channel"]["id"]
    assert asked(admin, "DELETE", f"/api/channels/{made}")["status"] == 204
    assert asked(admin, "GET", f"/api/channels/{made}")["status"] == 404
    say(app.test_client(), "halo")
    refused = asked(admin, "DELETE", f"/api/channels/{people.whapi}")
    assert (refused["status"], refused["error"]["code"]) == (409, "channel_used")
    assert asked(admin, "DELETE", f"/api/channels/{people.webchat}")["status"] == 409


def test_connecting_tells_the_provider_and_says_plainly_what_is_wrong(admin: Browser, toy: Toy) -> None:
    path = f"/api/channels/{add(admin)['channel']['id']}"
    done = asked(admin, "POST", f"{path}/connect")
    assert (done["ok"], done["channel"]["state"], toy.calls[-2:]) == (True, "connected", ["setup", "state"])
    toy.fails = {"setup": ChannelBroken(f"401: token {TOKEN} expired", "190")}
    done = asked(admin, "POST", f"{path}/connect")
    assert (done["ok"], done["class"], done["text"]) == (False, "fix_channel", "401: token ••• expired")
    toy.fails = {"state": Transient("not reached")}
    assert asked(admin, "POST", f"{path}/refresh")["channel"]["state"] == "failed"


def test_a_test_message_goes_out_at_once(admin: Browser, toy: Toy) -> None:
    path = f"/api/channels/{add(admin)['channel']['id']}/test"
    assert asked(admin, "POST", path, {"phone": "+6281234567890", "text": "halo"})["ok"]
    assert [(parcel.address, parcel.text) for parcel in toy.sent] == [("6281234567890", "halo")]
    assert asked(admin, "POST", path, {"phone": "0812", "text": "halo"})["error"]["data"]["field"] == "phone"
    toy.fails = {"send": NeedsTemplate("window", "131047")}
    assert asked(admin, "POST", path, {"phone": "+6281234567890", "text": "halo"})["class"] == "needs_template"
    toy.fails = {}
    asked(admin, "PATCH", path.removesuffix("/test"), {"is_enabled": False})
    assert asked(admin, "POST", path, {"phone": "+6281234567890", "text": "halo"})["status"] == 409


def test_the_code_and_what_is_typed_instead(admin: Browser, toy: Toy) -> None:
    path = f"/api/channels/{add(admin)['channel']['id']}"
    first, second = asked(admin, "GET", f"{path}/qr"), asked(admin, "GET", f"{path}/qr")
    assert first["image"].startswith("data:image/png;base64,")
    assert first["image"] != second["image"]
    code = asked(admin, "POST", f"{path}/pairing-code", {"phone": "+6281234567890"})
    assert code["code"] == "ABCD-1234"
    assert "ABCD" not in json.dumps(asked(admin, "GET", path))
    toy.fails = {"qr": ChannelBroken("not now")}
    assert asked(admin, "GET", f"{path}/qr")["ok"] is False
    assert asked(admin, "POST", f"{path}/restart")["ok"]
    assert asked(admin, "POST", f"{path}/logout")["ok"]
    assert [call for call in toy.calls if call in ("restart", "logout")] == ["restart", "logout"]


def test_the_list_counts_what_went_through(admin: Browser, app: Flask, people: Cast, toy: Toy) -> None:
    say(app.test_client(), "halo")
    found = {each["id"]: each for each in asked(admin, "GET", "/api/channels")["channels"]}[people.whapi]
    assert (found["in"], found["out"], found["failed"]) == (1, 0, 0)
    assert found["waiting"] > 0
    assert found["last_in"]
    kinds = asked(admin, "GET", "/api/channels")["kinds"]
    assert "webchat" not in [kind["kind"] for kind in kinds]


def test_templates_are_shown_and_fetched_by_the_worker(
    admin: Browser, toy: Toy, monkeypatch: Any, clock: Clock
) -> None:
    monkeypatch.setitem(ADAPTERS, "toy", toy.adapter(unofficial=False))
    with writing():
        for session in db.session.scalars(select(LoginSession)):
            session.created_at = session.seen_at = session.confirmed_at = clock.now
    made = add(admin)["channel"]["id"]
    with writing():
        db.session.add(
            MessageTemplate(channel_id=made, name="promo", language="id", status="paused", changed_at=clock.now)
        )
    assert asked(admin, "GET", f"/api/channels/{made}")["channel"]["templates"][0]["name"] == "promo"
    asks: list[object] = []
    monkeypatch.setattr("roms.queue.ask", lambda *asked: asks.append(asked))
    assert asked(admin, "POST", f"/api/channels/{made}/templates")["status"] == 202
    assert asks == [("roms.jobs.sync_templates", made)]


def test_r31_everybody_is_told_what_an_account_lacks(ani: Browser, toy: Toy, people: Cast) -> None:
    account_states.told(people.whapi, AccountState("connected"))
    account_states.told(people.whapi, AccountState("needs_scan"))
    told = ani.get("/api/warnings").get_json()["warnings"]
    assert [each["code"] for each in told][:2] == ["channel_needs_scan", "webhook_open"]
    assert "keluar dari WhatsApp" in told[0]["text"]
    assert "{" not in told[0]["text"]
    assert told[0]["text"] in ani.get("/inbox").text.encode().decode("unicode_escape", "ignore")


def test_s22_secrets_stand_nowhere_but_sealed(
    admin: Browser, toy: Toy, app: Flask, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    toy.fails = {"send": ChannelBroken(f"{TOKEN} refused"), "setup": Transient(f"{KEY} at {TOKEN}")}
    answers = [add(admin, hmac_key=KEY)]
    path = f"/api/channels/{answers[0]['channel']['id']}"
    answers.append(asked(admin, "PATCH", path, {"values": {"token": f"{TOKEN} with space"}}))
    answers.append(asked(admin, "POST", f"{path}/connect"))
    answers.append(asked(admin, "POST", f"{path}/test", {"phone": "+6281234567890", "text": "x"}))
    answers += [asked(admin, "GET", each) for each in (path, "/api/channels", "/api/warnings")]
    account_states.told(answers[0]["channel"]["id"], AccountState("failed", text=f"bad {TOKEN}"))
    line = channels.line(answers[0]["channel"]["id"])
    dump = [str(row) for table in ("channel", "channel_event") for row in db.session.execute(rows_of(table))]
    metrics = app.test_client().get("/metrics").text
    for place in (json.dumps(answers), caplog.text, repr(line), repr(line.account), *dump, metrics):
        assert TOKEN not in place
        assert KEY not in place
    assert line.account["token"] == TOKEN


def rows_of(name: str) -> Any:
    from sqlalchemy import text

    return text(f"SELECT * FROM {name}")


@pytest.mark.parametrize("lang", i18n.LANGUAGES)
def test_every_field_state_and_event_has_its_words(lang: str) -> None:
    """What a provider wants to know is labelled, whoever adds one; the toy of the tests has the same names."""
    words = i18n.texts(lang, "channels")
    fields = {field.name for adapter in ADAPTERS.values() for field in adapter.fields}
    assert {f"field_{name}" for name in fields} - words.keys() == set()
    assert words.keys() == i18n.texts("en", "channels").keys()
    states = ("unknown", "connected", "starting", "needs_scan", "needs_person", "stopped", "failed", "restricted")
    assert {f"state_{state}" for state in states} - words.keys() == set()
    wrong = ("sealed", "token", "needs_scan", "needs_person", "restricted", "failed", "stopped", "starting")
    assert {f"attention_{each}" for each in wrong} - words.keys() == set()
    assert {f"channel_{each}" for each in wrong} - i18n.texts(lang, "errors").keys() == set()
    assert {f"refused_{name}" for name in ERROR_CLASSES} - words.keys() == set()


@pytest.mark.parametrize("lang", i18n.LANGUAGES)
def test_l10_the_danger_is_said_and_nothing_is_promised(lang: str) -> None:
    words = i18n.texts(lang, "channels")
    assert ("ban" if lang == "en" else "memblokir") in words["unofficial"]
    said = " ".join(words.values()).lower()
    for promise in ("anti-ban", "anti ban", "safe from", "aman dari", "never banned", "without risk", "tanpa risiko"):
        assert promise not in said
