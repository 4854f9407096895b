"""Who is there, asked and said over the API; and what a live line leaves behind."""

from __future__ import annotations

from datetime import datetime

import pytest
from flask import Flask
from sqlalchemy import select

from roms.db import db
from roms.models import User
from roms.web.hub import NOTE_EVERY, Hub
from tests.cast import Cast, conversation, say
from tests.web.conftest import Browser


def put(browser: Browser, path: str, **said: object) -> tuple[int, dict[str, object]]:
    answer = browser.ask("PUT", path, json=said, headers={"X-CSRFToken": browser.csrf})
    return answer.status_code, answer.json


def test_one_says_that_one_goes_away_and_gives_back_what_one_has(app: Flask, ani: Browser, people: Cast) -> None:
    say(app.test_client(), "cs")
    before = ani.get("/api/me").json
    assert (before["name"], before["presence"], before["open"], before["capacity"]) == ("Ani", "available", 1, None)
    status, told = put(ani, "/api/me/presence", presence="away", give_back=True)
    assert (status, told["presence"], told["open"], told["given_back"]) == (200, "away", 0, 1)
    assert conversation().assignee_id == people.budi.id


@pytest.mark.parametrize("said", [{}, {"presence": "asleep"}, {"presence": "away", "give_back": "perhaps"}])
def test_nonsense_is_named(said: dict[str, object], ani: Browser) -> None:
    status, told = put(ani, "/api/me/presence", **said)
    assert (status, told["error"]["code"]) == (422, "invalid")  # type: ignore[index]


def test_an_agent_says_nothing_of_others_and_a_supervisor_does(browser: Browser, ani: Browser, people: Cast) -> None:
    path = f"/api/people/{people.budi.id}/presence"
    status, told = put(ani, path, presence="away")
    assert (status, told["error"]["code"]) == (403, "not_allowed")  # type: ignore[index]
    assert browser.ask("PUT", path, json={"presence": "away"}).status_code in (400, 403), "no token, no word"


def test_who_has_a_live_line_is_noted_every_half_minute(app: Flask, people: Cast) -> None:
    hub = Hub(app)

    def noted(who: int) -> datetime | None:
        db.session.rollback()
        return db.session.scalar(select(User.connected_at).filter_by(id=who))

    hub._note({people.ani.id})
    first = noted(people.ani.id)
    assert first is not None
    hub._note({people.ani.id})
    assert (noted(people.ani.id), noted(people.budi.id)) == (first, None), "not at every look, and nobody else"
    hub._noted[people.ani.id] -= NOTE_EVERY
    hub._note({people.ani.id, people.budi.id})
    assert None not in (noted(people.ani.id), noted(people.budi.id))
    assert noted(people.ani.id) != first
