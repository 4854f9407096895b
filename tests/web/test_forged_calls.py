"""Webhooks by somebody who is not the provider, or is, but of another account; and by the provider again and again."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import func, select
from werkzeug.datastructures import Headers

from roms.channels import ADAPTERS
from roms.db import db, writing
from roms.models import Channel, Contact, Direction, Message
from roms.services import aside, channels
from tests.web.conftest import Browser
from tests.web.invariants import check_nothing_half_stored
from tests.web.sealed import KINDS, bodies, seal, written

SIGNED = ("meta", "waha", "twilio")
HELLO = {
    "meta": "text.json",
    "waha": "message_text.json",
    "twilio": "inbound_text.form",
    "whapi": "message_text.json",
}
OTHERS = {
    "meta": {"app_secret": "another-secret", "phone_number_id": "55555", "token": "t", "business_id": "66666"},
    "waha": {"hmac_key": "another-key", "session": "cabang", "api_key": "k"},
    "twilio": {"auth_token": "another-token", "account_sid": "AC" + "1" * 32, "from": "whatsapp:+12025550199"},
}


def hello(kind: str) -> bytes:
    return written(kind, bodies(kind)[HELLO[kind]])


def knock(browser: Browser, path: str, body: bytes, headers: Any) -> Any:
    return browser.ask("POST", path, data=body, headers=headers)


def count(table: type) -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(table)) or 0


@pytest.mark.parametrize("kind", SIGNED)
def test_s01_another_accounts_secret_opens_nothing(kind: str, browser: Browser) -> None:
    with writing():
        base = {field.name: field.default for field in ADAPTERS[kind].fields if field.default}
        key = channels.add(kind, "Other", {**base, **OTHERS[kind]}).webhook_key
    own = channels.find(kind).webhook.rpartition("/")[2]
    body = hello(kind)
    theirs, ours = seal(kind, body, OTHERS[kind]), seal(kind, body)
    assert knock(browser, f"/webhook/{kind}", body, theirs).status_code == 403
    assert knock(browser, f"/webhook/{kind}/{own}", body, theirs).status_code == 403
    assert knock(browser, f"/webhook/{kind}/{key}", body, ours).status_code == 403
    assert (count(Message), count(Contact)) == (0, 0)


def test_what_is_for_a_second_number_whose_secret_was_not_changed_yet_is_kept_until_it_is(browser: Browser) -> None:
    """Both numbers belong to one app of Meta's, which has one secret and one address."""
    with writing():
        base = {field.name: field.default for field in ADAPTERS["meta"].fields if field.default}
        other = channels.add("meta", "Other", {**base, **OTHERS["meta"]}).id
    body = hello("meta").replace(b"106540352242922", b"55555")
    assert knock(browser, "/webhook/meta", body, seal("meta", body)).status_code == 200
    assert count(Message) == 0
    (kept,) = aside.ids()
    assert "OtherSecret" in aside.listed()[0]["failed"]
    with writing():
        channels.put(db.session.get_one(Channel, other), {"app_secret": channels.find("meta")["app_secret"]})
    assert aside.retry(kept)["outcome"] == "stored"
    assert db.session.scalars(select(Message.channel_id).where(Message.direction == Direction.IN)).all() == [other]


@pytest.mark.parametrize("kind", SIGNED)
def test_s01_only_the_right_seal_over_these_very_bytes_opens(kind: str, browser: Browser) -> None:
    body, name = hello(kind), next(name for name in seal(kind, b"") if name.startswith("X-") and "Algo" not in name)
    right = seal(kind, body)
    twice = Headers([*right.items(), (name, right[name])])
    lacking = {other: value for other, value in right.items() if other != name}
    wrong: list[Any] = [twice, lacking, right | {name: ""}, right | {name: right[name][:-1]}, right | {name: "\xe9"}]
    answers = [knock(browser, f"/webhook/{kind}", body, headers) for headers in wrong]
    answers.append(knock(browser, f"/webhook/{kind}", body.replace(b"62800", b"62801"), right))
    assert {answer.status_code for answer in answers} == {403}
    told = right[name].removeprefix("sha256=")
    assert not any(told in answer.text for answer in answers)
    assert count(Message) == 0


@pytest.mark.parametrize("kind", KINDS)
def test_s01_what_is_brought_three_times_is_there_once(kind: str, browser: Browser) -> None:
    bodies_ = [written(kind, document) for document in bodies(kind).values()]
    after = []
    for _ in range(3):
        for body in bodies_:
            assert knock(browser, f"/webhook/{kind}", body, seal(kind, body)).status_code == 200
        after.append((count(Message), count(Contact)))
    assert after[0] == after[1] == after[2]
    check_nothing_half_stored()


@pytest.mark.parametrize("path", ["whapi/%00", "whapi/a%00b", "%00", "whapi/%ff", "whapi/" + "x" * 5000, "meta/..%2f"])
def test_an_address_that_is_none_is_404(path: str, browser: Browser) -> None:
    assert knock(browser, f"/webhook/{path}", b"{}", {}).status_code == 404
    assert browser.get(f"/webhook/{path}").status_code == 404


def test_what_one_account_signs_says_nothing_in_the_name_of_another(browser: Browser) -> None:
    with writing():
        other = channels.add("meta", "Other", {**OTHERS["meta"], "base_url": "http://127.0.0.1:1"}).id
    text = hello("meta").replace(b"106540352242922", b"55555")
    assert knock(browser, "/webhook/meta", text, seal("meta", text)).get_json()["aside"] == 1
    assert aside.retry(aside.ids()[0])["outcome"] != "stored"
    assert db.session.scalar(select(func.count()).select_from(Message).where(Message.channel_id == other)) == 0
    assert db.session.get(Channel, other) is not None
