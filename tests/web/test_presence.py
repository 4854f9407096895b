"""Who comes and goes is told at once to themselves and to those who see to the work, and to nobody else."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest
from sqlalchemy import update
from websockets.sync.client import ClientConnection

from roms import clock, queue
from roms.db import db, writing
from roms.models import Role, User
from roms.services import accounts
from tests.cast import PASSWORD, Cast, person
from tests.web.agent import Agent, Visitor, heard, listens
from tests.web.conftest import Site


@pytest.fixture
def database_url(sqlite_only: str) -> str:
    """What is tested here is the server; what it asks the database is tested on both kinds elsewhere."""
    return sqlite_only


@pytest.fixture
def people(cast: Cast) -> Cast:
    """Ani and Citra are agents, Budi is a supervisor."""
    with writing():
        db.session.add(person("citra", Role.AGENT))
        db.session.execute(update(User).where(User.id == cast.budi.id).values(role=Role.SUPERVISOR))
    for login in ("ani", "budi", "citra"):
        accounts.set_password(accounts.id_of(login), PASSWORD)
    return cast


def away(agent: Agent, whose: str = "me") -> None:
    path = f"/api/{whose}/presence"
    body = {"presence": "away", "give_back": False}
    assert agent.http.put(path, json=body, headers=agent.csrf).status_code == 200


def received(ws: ClientConnection, seconds: float) -> list[dict[str, Any]]:
    """Everything that comes meanwhile."""
    until, found = time.monotonic() + seconds, []
    while (left := until - time.monotonic()) > 0:
        try:
            found.append(json.loads(ws.recv(timeout=left)))
        except TimeoutError:
            break
    return found


def told_of(ws: ClientConnection, user: int, presence: str) -> dict[str, object]:
    """The next frame that says so; until then others may be told of, or that a page of theirs is open."""
    while True:
        frame = heard(ws, "presence", 6)
        if (frame["user"], frame["presence"]) == (user, presence):
            return frame


def test_presence_is_told_to_oneself_and_to_supervisors_only(site: Site, people: Cast) -> None:
    ani, budi, citra, visitor = Agent(site.url), Agent(site.url, "budi"), Agent(site.url, "citra"), Visitor(site.url)
    with ani.socket() as own, budi.socket() as board, citra.socket() as other, visitor.socket() as outside:
        for each in (own, board, other, outside):
            listens(each)
        away(ani)
        for ws in (own, board):
            assert told_of(ws, people.ani.id, "away")["open"] == 0
        away(budi, f"people/{people.ani.id}")
        told = [frame["user"] for frame in received(other, 3) if frame["t"] == "presence"]
        assert set(told) <= {accounts.id_of("citra")}
        assert [frame for frame in received(outside, 1) if frame["t"] == "presence"] == []


def test_what_nobody_announced_is_told_within_three_seconds(
    site: Site, people: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    budi = Agent(site.url, "budi")
    with budi.socket() as board:
        listens(board)
        monkeypatch.setattr(queue, "wake", lambda *_args, **_more: None)
        with writing():
            gone = {"presence": "away", "presence_since": clock.now()}
            db.session.execute(update(User).where(User.id == people.ani.id).values(gone))
        assert told_of(board, people.ani.id, "away")
