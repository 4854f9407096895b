"""Opening hours over the wire: who may, what comes back, and what the web chat's visitors see of them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from flask import Flask
from sqlalchemy import update

from roms.db import db, writing
from roms.models import Channel, Role, Team, User
from roms.services import hours
from roms.web import i18n
from tests.cast import Cast
from tests.conftest import Clock
from tests.web.conftest import Browser

WEEK = {day: ["08:00-17:00"] for day in ("mon", "tue", "wed", "thu", "fri")} | {"sat": [], "sun": []}


@pytest.fixture
def editor(app: Flask, people: Cast) -> Browser:
    """Budi, who is a supervisor here."""
    with writing():
        db.session.execute(update(User).filter_by(id=people.budi.id).values(role=Role.SUPERVISOR))
        db.session.add(Team(key="sales", name="Penjualan", created_at=datetime(2026, 1, 1, tzinfo=UTC)))
    browser = Browser(app)
    assert browser.sign_in("budi").status_code == 303
    return browser


def put(browser: Browser, path: str, body: object) -> tuple[int, dict]:
    answer = browser.ask("PUT", path, json=body, headers={"X-CSRFToken": browser.csrf})
    return answer.status_code, answer.json or {}


def test_hours_are_made_changed_filled_and_given(editor: Browser, clock: Clock) -> None:
    assert editor.get("/inbox/hours").status_code == 200
    made = editor.post("/api/hours", json={"name": "Toko"})
    assert made.status_code == 201
    one = f"/api/hours/{made.json['id']}"
    body = {"name": "Toko", "zone": "WITA", "open": WEEK, "holidays": {"2026-12-24": {"name": "Cuti"}}, "days": {}}
    assert put(editor, one, body) == (200, {"holds_in": 5.0})
    assert editor.post(f"{one}/holidays", json={"year": 2026}).json == {"added": 17, "found": 17}
    assert editor.post(f"{one}/holidays", json={"text": "2026-12-31,Akhir tahun"}).json == {"added": 1, "found": 1}
    told = editor.get("/api/hours").json
    (shown,) = told["hours"]
    assert (shown["zone"], len(shown["holidays"]), shown["open"]) == ("WITA", 19, WEEK)
    (team,) = told["teams"]
    assert put(editor, f"/api/hours/teams/{team['id']}", {"hours": shown["id"], "answer_within": 300})[0] == 204
    (team,) = editor.get("/api/hours").json["teams"]
    assert (team["hours"], team["answer_within"]) == (shown["id"], 300)


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"name": "Toko", "zone": "WIB", "open": {"mon": ["8-9"]}}, 422),
        ({"name": "Toko", "zone": "Nowhere", "open": WEEK}, 422),
        ({"name": "", "zone": "WIB", "open": WEEK}, 422),
        ({"name": "Toko", "zone": "WIB", "open": WEEK, "days": {"soon": []}}, 422),
        ({"name": "Toko", "zone": "WIB", "open": WEEK, "holidays": {"2026-02-30": {"name": "x"}}}, 422),
        ({"name": "Toko"}, 422),
    ],
)
def test_what_is_wrong_is_refused(editor: Browser, body: dict, status: int) -> None:
    made = editor.post("/api/hours", json={"name": "Toko"}).json["id"]
    assert put(editor, f"/api/hours/{made}", body)[0] == status
    assert put(editor, "/api/hours/999", {"name": "x", "zone": "WIB", "open": WEEK})[0] == 404
    assert editor.post("/api/hours", json={"name": "Toko"}).status_code == 409
    assert editor.post(f"/api/hours/{made}/holidays", json={"year": 1999}).status_code == 422
    assert put(editor, "/api/hours/teams/999", {"hours": None, "answer_within": None})[0] == 404


def test_agents_may_not(app: Flask, people: Cast) -> None:
    browser = Browser(app)
    browser.sign_in("ani")
    answers = [browser.get("/inbox/hours"), browser.get("/api/hours"), browser.post("/api/hours", json={"name": "x"})]
    answers += [browser.ask("PUT", f"/api/hours/{path}1", json={}, headers={"X-CSRFToken": browser.csrf})
                for path in ("", "teams/")]  # fmt: skip
    answers.append(browser.post("/api/hours/1/holidays", json={"year": 2026}))
    assert {answer.status_code for answer in answers} <= {403, 404}


def test_a_visitor_is_told_whether_somebody_is_there(editor: Browser, app: Flask, clock: Clock) -> None:
    visitor = Browser(app)
    token = visitor.post("/widget/api/session", json={"language": "id"}).json["token"]
    asks = {"headers": {"Authorization": f"Bearer {token}"}}
    told = visitor.get("/widget/api/messages?after=0", **asks).json["hours"]
    assert told == {"open": True, "opens_at": "2026-11-22T01:00:00Z", "closes_at": "2026-11-21T14:00:00Z"}
    made = editor.post("/api/hours", json={"name": "Toko"}).json["id"]
    put(editor, f"/api/hours/{made}", {"name": "Toko", "zone": "WIB", "open": WEEK})
    with writing():
        sales = db.session.query(Team).one()
        sales.hours_id = made
        db.session.execute(update(Channel).filter_by(kind="webchat").values(default_team_id=sales.id))
    hours.notice()
    clock.forward(seconds=6)
    told = visitor.get("/widget/api/messages?after=0", **asks).json["hours"]  # it is Saturday
    assert told == {"open": False, "opens_at": "2026-11-23T01:00:00Z", "closes_at": "2026-11-23T10:00:00Z"}


def test_both_languages_have_all_words() -> None:
    words = {lang: i18n.texts(lang, "hours") for lang in i18n.LANGUAGES}
    assert words["id"].keys() == words["en"].keys()
