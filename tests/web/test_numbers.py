"""Whoever is not to see telephone numbers is told none, whatever they ask, and cannot find people by one."""

from __future__ import annotations

import json
import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import update

from roms.db import db, table, writing
from roms.models import Contact, User
from roms.services import masking
from tests.cast import Cast
from tests.web.matrix import MATRIX
from tests.web.ranks import Ranks, ranks
from tests.web.test_rights import BY_ROLE, ask

NUMBER = re.compile(r"812\W?000\W?0\W?00")  # how all numbers of the ranks go on


@pytest.fixture
def hidden(app: Flask, client: FlaskClient, cast: Cast) -> Ranks:
    """Nobody sees numbers; one contact has one for a name, and another among what is noted of them."""
    made = ranks(app, client, cast)
    people, contacts = table(User), table(Contact)
    with writing():
        db.session.execute(update(people).values(sees_numbers=False))
        named = update(contacts).where(contacts.c.id == made.ids["own"].contact)
        notes = {"hp": "0812-0000-0077", "text": "+62 812-0000-0078"}
        db.session.execute(named.values(name="+62 812-0000-0000", attributes=notes))
    return made


@pytest.mark.parametrize("who", ["all", "supervisor", "admin"])
def test_hidden_numbers_are_in_no_answer_of_any_route(who: str, hidden: Ranks) -> None:
    hidden.own(who)
    asked = [route for route, line in MATRIX.items() if line.who in BY_ROLE]
    for route in sorted(asked, reverse=True):  # what is read comes after what is done
        for kind in ("own", "waiting for anybody") if MATRIX[route].of else ("own",):
            answer = ask(hidden, who, route, kind)
            if not answer.mimetype.startswith(("image/", "text/javascript")):
                found = NUMBER.search(answer.text)
                assert not found, (route, answer.text[max(found.start() - 80, 0) : found.end() + 20])


def test_hidden_numbers_show_their_last_three_digits(hidden: Ranks) -> None:
    hidden.own("all")
    browser, ids = hidden.browsers["all"], hidden.ids["own"]
    contact = browser.get(f"/api/contacts/{ids.contact}").json
    assert [contact[name] for name in ("name", "phone", "phone_text")] == ["•••• 000"] * 3
    assert contact["attributes"] == {"hp": "•••• 077", "text": "•••• 078"}
    assert contact["identities"][0]["value"] == "•••• 000"
    told = browser.get(f"/api/conversations/{ids.conversation}").json
    assert told["conversation"]["contact"]["phone_text"] == "•••• 000"
    assert told["conversation"]["id"] == ids.conversation


def test_hidden_numbers_find_nobody(hidden: Ranks) -> None:
    browser = hidden.browsers["all"]
    for path in ("/api/conversations", "/api/contacts"):
        assert browser.get(path, query_string={"q": "kontak"}).json["items"], path
        for q in ("62812", "0812", "+62 812", "812 0000", "000", "12", "@s.whatsapp.net", 'hp": "0812'):
            assert browser.get(path, query_string={"q": q}).json["items"] == [], (path, q)


def test_hidden_numbers_stand_in_no_file_that_is_taken_out(hidden: Ranks) -> None:
    for form in ("csv", "jsonl"):
        answer = hidden.browsers["admin"].get(f"/api/contacts/export?format={form}")
        assert answer.status_code == 200
        assert "Kontak" in answer.text
        assert not NUMBER.search(answer.text)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("+6281234567890", "•••• 890"),
        ("+62 812-3456-7890", "•••• 890"),
        ("0812 3456 7890", "•••• 890"),
        ("14155550100", "•••• 100"),
        ("6281234567890@s.whatsapp.net", "•••• 890@s.whatsapp.net"),
        ("14155550100@c.us", "•••• 100@c.us"),
        ("whatsapp:+14155550100", "whatsapp:•••• 100"),
        ("Sama-sama memakai nomor +62 812-3456-7890.", "Sama-sama memakai nomor •••• 890."),
        ("2026-11-21T02:00:00Z", "2026-11-21T02:00:00Z"),
        ("2026-11-21", "2026-11-21"),
        ("Siti 2024", "Siti 2024"),
        ("puguLEwTR1kbY0hI", "puguLEwTR1kbY0hI"),
        ("", ""),
    ],
)
def test_a_number_in_a_text_is_hidden_and_nothing_else(text: str, told: str) -> None:
    assert masking.in_text(text) == told
    assert masking.masked({"anything": [{"new": text}]}) == {"anything": [{"new": told}]}


def test_what_was_said_is_left_alone() -> None:
    said = {"text": "hubungi 081234567890", "content": {"name": "Budi", "phone": "+6281234567890"}}
    assert masking.masked(said) == said
    by_bot = {"sender": "bot", "text": "Halo +6281234567890, selamat datang"}
    assert masking.masked({"last": by_bot})["last"]["text"] == "Halo •••• 890, selamat datang"
    frame = json.dumps({"entries": [said | {"author": {"phone": "6281234567890", "name": "081234567890"}}]})
    assert masking.masked(json.loads(frame))["entries"][0]["author"] == {"phone": "•••• 890", "name": "•••• 890"}
