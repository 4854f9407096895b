"""Who has what is decided in the database: Redis dead or emptied, and a ticker killed in the middle, change nothing."""

from __future__ import annotations

import signal
from collections import Counter
from pathlib import Path

import pytest
import redis as redis_library
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from roms import crash, queue
from roms.db import db
from roms.models import Conversation, History, Presence
from roms.services import arrivals, availability, backlog, handoff
from tests.cast import Cast, conversation, say
from tests.crew import Crew, until
from tests.journeys.test_assignment import change

NOWHERE = "redis://127.0.0.1:1"
ROOM = 3
SENDERS = [f"62811{number:07d}" for number in range(12)]


def owners() -> Counter[int | None]:
    db.session.rollback()
    return Counter(db.session.scalars(select(Conversation.assignee_id)))


def waiting() -> int:
    db.session.rollback()
    return len(db.session.scalars(select(Conversation.id).where(Conversation.queued_at.is_not(None))).all())


def given() -> Counter[int]:
    """How often each conversation was given to anybody."""
    return Counter(db.session.scalars(select(History.conversation_id).where(History.event == "assigned")))


@pytest.fixture
def house(app: Flask, client: FlaskClient, cast: Cast) -> Cast:
    """Redis is dead. Two have their hands full, and as many wait."""
    app.extensions["roms.redis"] = queue.connect(NOWHERE)
    for who in (cast.ani, cast.budi):
        change(who.id, capacity=ROOM)
    for sender in SENDERS:
        say(client, "cs", sender)
    while not arrivals.spool().is_empty():  # a busy machine's database may have kept one waiting
        arrivals.flush()
    assert owners() == {cast.ani.id: ROOM, cast.budi.id: ROOM, None: 6}
    assert waiting() == 6
    return cast


@pytest.mark.timeout(400)
def test_whatever_dies_everybody_has_one_owner_or_waits_and_nobodys_hands_are_too_full(
    app: Flask, client: FlaskClient, house: Cast, redis: str, tmp_path: Path
) -> None:
    crew = Crew(app, tmp_path, ["ticker"])
    crew.environ |= {"REDIS_URL": NOWHERE, crash.VARIABLE: "given:2"}
    for sender in SENDERS[:4]:
        handoff.close(house.admin, conversation(sender).public_id)
    with crew:
        assert crew.processes["ticker"].wait(120) == -signal.SIGKILL, crew.log("ticker").read_text()
        assert waiting() == 5, "what it had in hand when it died waits as before"
        del crew.environ[crash.VARIABLE]
        crew.start("ticker")
        until("the ticker gives nothing out without Redis", lambda: waiting() == 2, 120)
        crew.kill("ticker")
        with redis_library.Redis.from_url(redis) as server:
            server.flushall()
        availability.set_presence(house.budi, house.budi.id, Presence.AWAY, give_back=True)
        change(house.ani.id, capacity=4)
        crew.environ["REDIS_URL"] = redis
        crew.start("ticker")
        until("the ticker gives nothing out with an empty Redis", lambda: waiting() == 4, 120)
    assert backlog.drain() == 0, "nobody has room any more"
    assert owners() == {house.ani.id: 4, None: 4 + 4}
    assert max(given().values()) == 1
