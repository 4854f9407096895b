"""Sending over HTTP: what a browser may post, and how it is told what cannot be."""

from __future__ import annotations

from typing import Any

import pytest
from flask.testing import FlaskClient

from roms.services import templates
from tests.cast import Cast, messages, say
from tests.official import Official, cid, official, opens_until, template
from tests.web.conftest import Browser

__all__ = ["official"]


def post(ani: Browser, what: str, **body: Any) -> Any:
    return ani.post(f"/api/conversations/{cid()}/{what}", json={"client_id": "browser-1", "seen": 999, **body})


def test_a_closed_window_is_409_with_its_end_and_the_picker_helps(
    client: FlaskClient, people: Cast, official: Official, ani: Browser
) -> None:
    say(client, "cs")
    opens_until(None)
    refused = post(ani, "messages", text="halo")
    assert (refused.status_code, refused.json["error"]["code"]) == (409, "window_closed")
    assert refused.json["error"]["data"] == {"until": None}
    templates.store(people.whapi, [template()])
    (listed,) = ani.get(f"/api/conversations/{cid()}/templates").json["templates"]
    sent = post(ani, "messages", template={"id": listed["id"], "parameters": {"body": ["Siti", "INV-1"]}})
    assert (sent.status_code, sent.json["entry"]["kind"]) == (201, "template")
    again = post(ani, "messages", template={"id": listed["id"], "parameters": {"body": ["Siti", "INV-1"]}})
    assert (again.status_code, again.json["entry"]["seq"]) == (200, sent.json["entry"]["seq"])


def test_places_cards_signs_and_typing_have_their_addresses(client: FlaskClient, people: Cast, ani: Browser) -> None:
    say(client, "cs", id="wa-x")
    place = {"latitude": -6.2, "longitude": 106.8, "name": "Toko"}
    assert post(ani, "messages", location=place).json["entry"]["content"] == place
    card = {"name": "Budi", "phone": "0811-2223-3344"}
    assert post(ani, "messages", contact=card, client_id="browser-2").json["entry"]["content"] == card | {
        "phone": "+6281122233344"
    }
    told = post(ani, "reactions", seq=messages()[0].seq, emoji="👍", client_id="browser-3")
    assert (told.status_code, told.json["entry"]["kind"]) == (201, "reaction")
    assert post(ani, "typing", on=True).status_code == 204
    assert ani.post("/api/conversations/nobody/typing", json={"on": True}).status_code == 404
    assert ani.get("/api/conversations/nobody/templates").status_code == 404
    assert post(ani, "templates/refresh").status_code == 409


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "text"),
        ({"location": {"latitude": 91, "longitude": 0}}, "location.latitude"),
        ({"location": {"latitude": "NaN", "longitude": 0}}, "location.latitude"),
        ({"location": {"latitude": 1}}, "location.longitude"),
        ({"contact": {"name": "Budi", "phone": "call me"}}, "contact.phone"),
        ({"contact": {"name": "  ", "phone": "+62811222"}}, "contact"),
        ({"file": "../../etc/passwd"}, "file"),
        ({"file": "unknown"}, "file"),
        ({"text": "x" * 4097}, "text"),
        ({"quote": 99, "text": "x"}, "quote"),
        ({"location": {"latitude": 1, "longitude": 2}, "text": "here"}, "text"),
        ({"template": {"id": 1, "parameters": {}}}, "template"),
        ({"template": {"id": 2**31, "parameters": {}}}, "template.id"),
        ({"template": {"id": 1, "parameters": {"body": [1]}}}, "template.parameters.body"),
        ({"template": {"id": 1, "parameters": {"buttons": [{"index": []}]}}}, "template.parameters.buttons"),
    ],
)
def test_what_is_not_right_is_named_and_nothing_is_stored(
    client: FlaskClient, people: Cast, ani: Browser, body: Any, field: str
) -> None:
    say(client, "cs")
    count = len(messages())
    refused = post(ani, "messages", **body)
    assert refused.status_code == 422, refused.text
    assert refused.json["error"]["data"]["field"].startswith(field)
    assert len(messages()) == count


def test_strangers_send_nothing(client: FlaskClient, people: Cast, browser: Browser) -> None:
    say(client, "cs")
    for what in ("messages", "reactions", "typing", "templates/refresh"):
        assert browser.post(f"/api/conversations/{cid()}/{what}", json={}).status_code in (400, 401)
