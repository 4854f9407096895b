"""The verbs by HTTP: what they are told, what they answer, and whom they refuse."""

from __future__ import annotations

from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.cast import Cast, conversation, say
from tests.web.conftest import Browser


@pytest.fixture
def cid(ani: Browser, client: FlaskClient, people: Cast) -> str:
    say(client, "halo")
    mine = conversation().public_id
    assert ani.post(f"/api/conversations/{mine}/claim").status_code == 200
    return mine


def test_each_verb_answers_with_the_conversation_and_the_way_back(ani: Browser, people: Cast, cid: str) -> None:
    snoozed = ani.post(f"/api/conversations/{cid}/snooze", json={"until": "2099-01-01T00:00:00+07:00"})
    assert (snoozed.status_code, snoozed.json["error"]["data"]["field"]) == (422, "until")
    snoozed = ani.post(f"/api/conversations/{cid}/snooze").json
    assert snoozed["conversation"]["snoozed_until"]
    undone = ani.post(f"/api/bulk/{snoozed['undo']}/undo").json
    assert undone == {"done": [cid], "refused": []}
    assert ani.post(f"/api/conversations/{cid}/wake").status_code == 409
    told = ani.post(f"/api/conversations/{cid}/transfer", json={"agent": people.budi.id, "note": "tolong"}).json
    assert told["conversation"]["assignee"] == people.budi.id
    assert ani.post(f"/api/conversations/{cid}/transfer", json={"agent": people.ani.id}).status_code == 403


def test_where_the_bot_may_go_on_is_offered_and_taken(ani: Browser, cid: str) -> None:
    steps = ani.get(f"/api/conversations/{cid}/steps").json["steps"]
    assert steps[0]["step"] == "shop.welcome"
    wrong = ani.post(f"/api/conversations/{cid}/release", json={"step": "shop.gone"})
    assert (wrong.status_code, wrong.json["error"]["data"]["step"]) == (422, "shop.gone")
    assert ani.post(f"/api/conversations/{cid}/release", json=steps[0]).json["conversation"]["mode"] == "BOT"


def test_many_at_once_and_what_there_is_to_choose(ani: Browser, cid: str) -> None:
    choices = ani.get("/api/choices").json
    assert {"teams", "agents", "labels", "close_reasons"} == set(choices)
    told = ani.post(
        "/api/bulk", json={"verb": "label", "label": " vip  pelanggan ", "conversations": [cid, "none"]}
    ).json
    assert [each["done"] for each in told["results"]] == [True, False]
    assert ani.get(f"/api/conversations/{cid}").json["conversation"]["labels"] == ["vip pelanggan"]
    assert ani.post(f"/api/bulk/{told['undo']}/undo").json["done"] == [cid]
    assert ani.get(f"/api/conversations/{cid}").json["conversation"]["labels"] == []


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("pause", {"until": "tomorrow"}),
        ("pause", {"until": "2026-11-22T08:00:00"}),  # without a zone it is no moment
        ("pause", {"until": "1970-01-01T00:00:00Z"}),
        ("close", {"reason": "because"}),
        ("transfer", {}),
        ("transfer", {"team": "nowhere"}),
        ("release", {"step": 7}),
    ],
)
def test_what_cannot_be_is_refused_and_named(ani: Browser, cid: str, path: str, body: dict[str, Any]) -> None:
    answer = ani.post(f"/api/conversations/{cid}/{path}", json=body)
    assert (answer.status_code, answer.json["error"]["code"]) == (422, "invalid")


def test_strangers_do_nothing(client: FlaskClient, cid: str) -> None:
    assert client.get("/api/choices").status_code == 401
