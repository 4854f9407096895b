"""Pages, their languages, and where one is sent after signing in."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import delete

from roms.config import ROOT
from roms.db import db, writing
from roms.models import Channel
from roms.web import docs, i18n
from roms.web.auth import local
from tests.cast import Cast, conversation, say
from tests.web.conftest import Browser

TEXTS = sorted((ROOT / "roms" / "web" / "static" / "i18n").glob("*/*.json"))
ELSEWHERE = [
    "https://evil.example",
    "//evil.example",
    "///evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "/\t/evil.example",
    "/\n/evil.example",
    "javascript:alert(1)",
    "data:text/html,x",
    "http:evil.example",
    " /inbox",
    "/inbox//evil.example",
    "inbox",
    "/inbox\r\nSet-Cookie: a=b",
    "/inbox" + "x" * 600,
    "",
]


@pytest.mark.parametrize("target", ELSEWHERE)
def test_s20_nobody_is_sent_elsewhere_after_signing_in(target: str, app: Flask) -> None:
    assert local(target) == "/inbox"


def test_s20_a_stranger_comes_back_to_where_he_wanted_to_go(browser: Browser) -> None:
    assert browser.get("/inbox/abc?x=1").headers["Location"] == "/login?next=%2Finbox%2Fabc%3Fx%3D1"
    assert browser.sign_in(next="/inbox/abc?x=1").headers["Location"] == "/inbox/abc?x=1"


@pytest.mark.parametrize(
    ("asked", "language"),
    [("en-US,en;q=0.9,id;q=0.8", "en"), ("id", "id"), ("in-ID", "id"), ("fr,de;q=0.5", "id"), ("", "id"), ("EN", "en")],
)
def test_a_page_is_in_the_browsers_language_or_indonesian(asked: str, language: str, browser: Browser) -> None:
    page = browser.get("/login", headers={"Accept-Language": asked}).text
    assert f'<html lang="{language}">' in page


def test_a_signed_in_persons_own_language_wins_and_is_kept(ani: Browser) -> None:
    assert ani.post("/api/me", json={"language": "en"}).status_code == 204
    assert '<html lang="en"' in ani.get("/inbox", headers={"Accept-Language": "id"}).text
    assert ani.post("/api/me", json={"language": "xx"}).json["error"]["data"]["field"] == "language"


def test_a_strangers_words_are_never_read_as_a_pattern(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(i18n.texts("id", "pages"), "greeting", "Halo {name}, {name.__class__} {0}")
    assert i18n.t("id", "pages", "greeting", name="{other}") == "Halo {other}, {name.__class__} {0}"


@pytest.mark.parametrize(
    "path",
    sorted((ROOT / "roms" / "web" / "static" / "i18n").glob("*/*.json")),
    ids=lambda path: "/".join(path.parts[-2:]),
)
def test_no_text_has_a_name_that_another_has(path: Path) -> None:
    """JSON would keep the last of two, and nobody would see why."""
    pairs: list[tuple[str, object]] = json.loads(path.read_text(), object_pairs_hook=list)
    names = [name for name, _ in pairs]
    assert sorted(set(names)) == sorted(names)


def test_an_unknown_page_is_told_in_words_and_an_unknown_address_of_the_api_in_json(ani: Browser) -> None:
    page = ani.get("/nowhere")
    assert (page.status_code, page.mimetype) == (404, "text/html")
    assert ani.get("/api/nowhere").json["error"]["code"] == "not_found"
    assert ani.get("/api/conversations/none-such").json["error"]["code"] == "not_found"
    assert ani.ask("DELETE", "/api/agents", headers={"X-CSRFToken": ani.csrf}).status_code == 405


def test_what_is_asked_wrongly_is_named(ani: Browser) -> None:
    for path, field in (
        ("?limit=x", "limit"),
        ("?view=theirs", "view"),
        ("?before=x", "before"),
        ("?limit=-1", "limit"),
    ):
        answer = ani.get(f"/api/conversations{path}")
        assert (answer.status_code, answer.json["error"]["data"]["field"]) == (422, field)
    for body in (b"{", b"[1]", b'"x"', b"\xff"):
        assert ani.post("/api/me", data=body).status_code in (400, 422), body


def test_an_agent_does_his_work_by_the_api(ani: Browser, client: FlaskClient, people: Cast) -> None:
    say(client, "cs")
    cid = conversation().public_id
    assert ani.get("/api/conversations?view=mine").json["items"][0]["id"] == cid
    thread = ani.get(f"/api/conversations/{cid}").json
    reply = {"client_id": "reply-000001", "text": "Halo", "seen": thread["conversation"]["seq"]}
    first = ani.post(f"/api/conversations/{cid}/messages", json=reply)
    again = ani.post(f"/api/conversations/{cid}/messages", json=reply)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json["entry"]["seq"] == again.json["entry"]["seq"]
    assert ani.post(f"/api/conversations/{cid}/notes", json={"text": "rush"}).status_code == 201
    assert ani.post(f"/api/conversations/{cid}/read", json={"seq": 99}).status_code == 204
    assert ani.get(f"/api/conversations/{cid}").json["conversation"]["unread"] == 0
    for verb, mode in (
        ("pause", "PAUSED"),
        ("resume", "AGENT"),
        ("close", "BOT"),  # which asks how it was
        ("claim", "AGENT"),
        ("close", "CLOSED"),  # they were asked a moment ago
        ("reopen", "AGENT"),
        ("release", "BOT"),
    ):
        assert ani.post(f"/api/conversations/{cid}/{verb}").json["conversation"]["mode"] == mode
    assert ani.post(f"/api/conversations/{cid}/resume").status_code == 409
    assert ani.post(f"/api/conversations/{cid}/assign", json={"agent": people.budi.id}).status_code == 403
    assert ani.post(f"/api/conversations/{cid}/claim").status_code == 200
    assert ani.post(f"/api/conversations/{cid}/assign", json={"agent": people.budi.id}).status_code == 200


def test_the_documentation_is_rendered_and_html_in_it_stays_text(
    browser: Browser, monkeypatch: pytest.MonkeyPatch, tmp_path: object
) -> None:
    folder = docs.Path(str(tmp_path))
    (folder / "flows.md").write_text(
        "# Flows\n\n<script>alert(1)</script>\n\n[x](operations.md#a)\n\n## What, & `why`?\n"
    )
    (folder / "operations.md").write_text("# Operations\n\n|a|\n|-|\n|b|\n")
    monkeypatch.setattr(docs, "FOLDER", folder)
    page = browser.get("/docs/flows").text
    assert "<h1>Flows</h1>" in page
    assert "<script>alert" not in page
    assert 'href="/docs/operations#a"' in page
    assert '<h2 id="what--why">What, &amp; <code>why</code>?</h2>' in page
    assert "<td>b</td>" in browser.get("/docs/operations").text
    assert browser.get("/docs/..%2fREADME").status_code == 404


def test_ready_means_a_migrated_database_with_or_without_redis(app: Flask, browser: Browser) -> None:
    from roms import queue

    spool = {"waiting": 0, "oldest": 0, "broken": 0}
    parts = dict.fromkeys(("fetcher", "ticker", "worker"), "ok")  # this server has only just begun to wait for them
    told = {"database": "ok", "redis": "ok", "spool": spool, "aside": {"trying": 0, "dead": 0}, "parts": parts}
    assert browser.get("/ready").json == told
    app.extensions["roms.redis"].close()
    app.extensions["roms.redis"] = queue.connect("redis://127.0.0.1:1")
    answer = browser.get("/ready")
    assert (answer.status_code, answer.json) == (200, told | {"redis": "unreachable"})


def test_the_numbers_are_for_this_machine_only(browser: Browser) -> None:
    assert "roms_live_open" in browser.get("/metrics").text
    assert browser.get("/metrics", environ_overrides={"REMOTE_ADDR": "203.0.113.9"}).status_code == 404
    assert browser.get("/metrics", headers={"X-Forwarded-For": "203.0.113.9"}).status_code == 404


def test_the_inbox_is_told_whether_we_have_several_numbers(ani: Browser, cast: Cast) -> None:
    """The web chat is no number."""
    assert '"several_numbers": true' in ani.get("/inbox").text
    with writing():
        db.session.execute(delete(Channel).where(Channel.id.not_in((cast.whapi, cast.webchat))))
    assert '"several_numbers": false' in ani.get("/inbox").text
