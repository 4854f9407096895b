"""The web chat's own door: a bearer token, no cookies, and limits."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from sqlalchemy import func, select, text

from roms.db import Model, db
from roms.models import Conversation, Message
from tests.cast import Cast, conversation
from tests.web.conftest import Browser


class Visitor:
    def __init__(self, app: Flask, language: str = "id") -> None:
        self.browser = Browser(app)
        self.token = self.browser.post("/widget/api/session", json={"language": language}).json["token"]
        self.said = 0

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}

    def say(self, words: str, **more: object) -> tuple[int, dict]:
        self.said += 1
        message = {"client_id": f"message-{self.said}", "text": words} | more
        answer = self.browser.post("/widget/api/messages", json=message, headers=self.headers)
        return answer.status_code, answer.json

    def reads(self) -> dict:
        return self.browser.get("/widget/api/messages?after=0", headers=self.headers).json


@pytest.fixture
def visitor(app: Flask, cast: Cast) -> Visitor:
    return Visitor(app)


def test_nothing_is_written_before_the_first_message(visitor: Visitor) -> None:
    assert visitor.reads()["entries"] == []
    assert db.session.scalar(select(func.count()).select_from(Conversation)) == 0


def test_a_visitor_is_answered_and_finds_the_thread_again(visitor: Visitor) -> None:
    status, told = visitor.say("halo")
    assert (status, told["entry"]["from"], told["entry"]["text"]) == (201, "you", "halo")
    assert {"you", "bot"} == {entry["from"] for entry in visitor.reads()["entries"]}


def test_the_same_message_again_is_the_same_entry(visitor: Visitor) -> None:
    first = visitor.say("halo", client_id="the-same-one")
    again = visitor.say("halo", client_id="the-same-one")
    assert (first[0], again[0]) == (201, 200)
    assert first[1]["entry"]["seq"] == again[1]["entry"]["seq"]


def test_the_language_of_the_session_is_the_contacts(app: Flask, cast: Cast) -> None:
    Visitor(app, "en").say("hello")
    assert conversation("").contact_id
    assert db.session.scalar(text("SELECT language FROM contact")) == "en"


@pytest.mark.parametrize("bearer", ["", "Bearer ", "Bearer id-short", "Basic abc", "Bearer xx-" + "a" * 43])
def test_a_token_that_is_none_opens_nothing(bearer: str, browser: Browser) -> None:
    answer = browser.get("/widget/api/messages", headers={"Authorization": bearer})
    assert (answer.status_code, answer.json["error"]["code"]) == (401, "not_signed_in")


def test_a_visitor_sees_nobody_elses_thread(app: Flask, visitor: Visitor) -> None:
    visitor.say("my secret")
    assert "my secret" not in str(Visitor(app).reads())


def test_s15_the_token_is_kept_nowhere_and_told_to_no_agent(app: Flask, visitor: Visitor, people: Cast) -> None:
    visitor.say("cs")
    secret = visitor.token.partition("-")[2]
    for table in Model.metadata.sorted_tables:
        assert secret not in str(db.session.execute(select(table)).all()), table.name
    agent = Browser(app)
    agent.sign_in()
    seen = agent.get("/api/conversations").text
    seen += agent.get(f"/api/conversations/{agent.get('/api/conversations').json['items'][0]['id']}").text
    assert '"cs"' in seen
    assert secret not in seen


def test_s15_the_eleventh_message_within_ten_seconds_waits(app: Flask, visitor: Visitor) -> None:
    answers = [visitor.say(f"message {number}")[0] for number in range(12)]
    assert answers == [201] * 10 + [429] * 2
    assert Visitor(app).say("halo")[0] == 201
    db.session.rollback()
    assert db.session.scalar(select(func.count()).select_from(Message).filter_by(sender="contact")) == 11


def test_s15_new_tokens_do_not_help_against_the_limit_of_an_address(app: Flask, cast: Cast) -> None:
    from roms.web.pace import Pace

    app.extensions["roms.visitors_pace"] = Pace(3, 10.0)
    answers = [Visitor(app).say("halo")[0] for _ in range(4)]
    assert answers == [201, 201, 201, 429]


@pytest.mark.parametrize(
    ("field", "body"),
    [
        ("text", {"client_id": "message-1", "text": "x" * 4001}),
        ("text", {"client_id": "message-1"}),
        ("client_id", {"client_id": "../../x", "text": "x"}),
        ("payload", {"client_id": "message-1", "text": "x", "payload": {"a": 1}}),
    ],
)
def test_what_is_wrong_in_a_message_is_named(field: str, body: dict, visitor: Visitor) -> None:
    answer = visitor.browser.post("/widget/api/messages", json=body, headers=visitor.headers)
    assert answer.status_code == 422
    assert answer.json["error"]["data"]["field"] == field


def test_characters_no_database_takes_do_no_harm(visitor: Visitor) -> None:
    status, told = visitor.say("a\x00b")
    assert (status, told["entry"]["text"]) == (201, "ab")
    raw = b'{"client_id": "message-9", "text": "\\ud800"}'
    answer = visitor.browser.post("/widget/api/messages", data=raw, headers=visitor.headers)
    assert answer.status_code in (201, 400)


def test_the_widget_page_speaks_the_language_it_is_asked_for(browser: Browser) -> None:
    for path, language in (("/widget?language=en", "en"), ("/widget", "id"), ("/widget?language=xx", "id")):
        assert re.search(r'<html lang="(\w+)"', browser.get(path).text)[1] == language  # type: ignore[index]
