"""What the inbox asks for those who write flows, and who may ask it."""

from __future__ import annotations

import json
import re

import pytest
import yaml
from flask import Flask
from flask.testing import FlaskClient

from roms.engine import rules
from roms.services import accounts
from roms.web import i18n
from tests.cast import PASSWORD, Cast, conversation, messages, say
from tests.web.conftest import Browser

ADMINS_ONLY = ("/api/unmatched", "/api/conversations/{cid}/test", "/inbox/unmatched")
FAMILIES = {
    "outcome": "started otherwise interrupted answered missed person silent kept broken happened nothing unknown",
    "asked": "answered not_understood not_allowed interrupted person silence over held",
    "lost": "condition unknown waiting typo_waits person mode weaker priority later",
    "doubt": "unrecorded unreadable release event differs",
    "fit": "button exact starts pattern word typo event otherwise",
    "several": " ".join(code for code, _ in rules.SEVERAL),
    "rule": " ".join(code for code, _ in rules.PATTERNS),
}


@pytest.fixture
def admin(app: Flask, people: Cast) -> Browser:
    """A browser in which the admin is signed in."""
    accounts.set_password(people.admin.id, PASSWORD)
    browser = Browser(app)
    assert browser.sign_in("admin").status_code == 303
    return browser


@pytest.fixture
def cid(people: Cast, client: FlaskClient) -> str:
    say(client, "lacak")
    say(client, "ongkir ke bandung brp")
    return conversation().public_id


def test_whoever_sees_a_conversation_may_ask_why(ani: Browser, client: FlaskClient, cid: str) -> None:
    wrote = next(message for message in messages() if message.text.startswith("ongkir"))
    told = ani.get(f"/api/conversations/{cid}/why/{wrote.seq}").json
    assert (told["outcome"], told["question"]["step"], told["doubt"]) == ("missed", "number", None)
    answered = ani.get(f"/api/conversations/{cid}/why/{told['answers'][0]}").json
    assert answered["heard"] == {"seq": wrote.seq, "text": "ongkir ke bandung brp"}
    assert answered["rule"] == {
        "code": "invalid_try",
        "text": "invalid, try 1 of 2",
        "values": {"tries": "1", "of": "2"},
        "several": None,
    }
    assert answered["where"]["file"] == "order.yaml"
    say(client, "halo", "6281999999999")
    other = conversation("6281999999999").public_id
    for path in (f"{cid}/why/0", f"{cid}/why/999", f"none/why/{wrote.seq}", f"{other}/why/{wrote.seq + 90}"):
        answer = ani.get(f"/api/conversations/{path}")
        assert (answer.status_code, answer.json["error"]["code"]) == (404, "not_found")
    assert client.get(f"/api/conversations/{cid}/why/{wrote.seq}").status_code == 401


def test_what_is_for_admins_is_refused_to_agents_and_strangers(ani: Browser, client: FlaskClient, cid: str) -> None:
    for path in ADMINS_ONLY:
        answer = ani.get(path.format(cid=cid))
        assert answer.status_code == 403, path
        assert "ongkir" not in answer.text
        assert client.get(path.format(cid=cid)).status_code in (303, 401)


def test_admins_read_what_was_not_understood(admin: Browser, client: FlaskClient, cid: str) -> None:
    say(client, "brp ongkir ke Bandung?", "6281999999999")
    page = admin.get("/api/unmatched?since=24h").json
    assert (page["since"], page["messages"], page["groups"]) == ("24h", 2, 1)
    (group,) = page["items"]
    assert (group["count"], group["contacts"], group["threads"], group["example"]) == (
        2,
        2,
        2,
        "brp ongkir ke Bandung?",
    )
    assert sorted(group["steps"], key=str) == [{"step": "", "count": 1}, {"step": "order.number", "count": 1}]
    assert {each["id"] for each in group["conversations"]} == {cid, conversation("6281999999999").public_id}
    assert group["conversations"][0]["phone_text"] == "+62 819-9999-9999"
    assert admin.get("/api/unmatched?since=1y").json["error"]["data"]["field"] == "since"
    assert admin.get("/inbox/unmatched").status_code == 200


def test_admins_get_a_conversation_as_a_test(admin: Browser, cid: str) -> None:
    told = admin.get(f"/api/conversations/{cid}/test").json
    assert (told["name"], told["folder"]) == (f"recorded-{cid}.yaml", "flows/tests")
    chat = yaml.safe_load(told["yaml"])["chat"]
    assert {"customer": "ongkir ke bandung brp"} in chat
    assert admin.get("/api/conversations/nobody/test").status_code == 404


@pytest.mark.parametrize("part", ["inbox", "pages", "widget", "errors"])
def test_both_languages_have_the_same_texts_with_the_same_places(part: str) -> None:
    texts = {lang: i18n.texts(lang, part) for lang in i18n.LANGUAGES}
    assert texts["id"].keys() == texts["en"].keys()
    for key in texts["id"]:
        places = {lang: set(re.findall(r"\{\w+\}", texts[lang][key])) for lang in texts}
        assert places["id"] == places["en"], key


@pytest.mark.parametrize("lang", i18n.LANGUAGES)
def test_every_part_of_an_explanation_has_its_words(lang: str) -> None:
    schema = json.dumps(json.loads((i18n.FOLDER.parents[2] / "engine" / "flow.schema.json").read_text()))
    kinds = re.findall(r'"(integer|decimal|money|date|time|phone|email|yes_no|choice|text)"', schema)
    wanted = {f"{family}_{code}" for family, codes in FAMILIES.items() for code in codes.split()}
    wanted |= {f"kind_{kind}" for kind in ("menu", *kinds)}
    assert wanted - i18n.texts(lang, "inbox").keys() == set()
