"""What somebody may see, on a real server with sockets: a conversation leaves the page when it is given away."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import update
from websockets.sync.client import ClientConnection

from roms import queue
from roms.db import db, table, writing
from roms.models import Role, Sees, User
from roms.services import accounts, crew, handoff
from tests.cast import Cast
from tests.web.agent import Agent, Visitor, closed, heard, listens
from tests.web.conftest import House, Site


@pytest.fixture
def site(house: House) -> Site:
    return house.site


@pytest.fixture
def app(house: House) -> Iterator[Flask]:
    with house.app.app_context():
        yield house.app
        db.session.remove()


@pytest.fixture
def cast(app: Flask) -> Iterator[Cast]:
    """Ani sees her own, and no numbers."""
    ids = {login: accounts.id_of(login) for login in ("admin", "ani", "budi")}
    people = {login: accounts.actor_for(db.session.get_one(User, id_)) for login, id_ in ids.items()}
    allow(ids["ani"], sees=Sees.OWN, sees_numbers=False)
    yield Cast(**people, whapi=1, webchat=2)
    allow(ids["ani"], sees=Sees.ALL, sees_numbers=True)


def allow(id_: int, **what: Any) -> None:
    with writing():
        db.session.execute(update(table(User)).where(table(User).c.id == id_).values(what))


def newest(site: Site) -> str:
    """The conversation of somebody who just wrote, as Budi sees it."""
    Visitor(site.url).say("halo")
    return str(Agent(site.url, "budi").http.get("/api/conversations?limit=1").json()["items"][0]["id"])


def silent(ws: ClientConnection, seconds: float = 1.0) -> bool:
    try:
        ws.recv(timeout=seconds)
    except TimeoutError:
        return True
    return False


def test_s07_a_socket_hears_of_what_its_owner_may_see_and_of_nothing_else(site: Site, cast: Cast) -> None:
    agent = Agent(site.url)
    with agent.socket() as ws:
        listens(ws)
        cid = newest(site)
        assert silent(ws)
        handoff.assign(cast.admin, cid, cast.ani.id)
        assert heard(ws, "change")["conversation"]["assignee"] == cast.ani.id
        assert agent.http.get(f"/api/conversations/{cid}").status_code == 200
        handoff.assign(cast.admin, cid, cast.budi.id)
        gone = heard(ws, "gone")
        assert (gone["c"], set(gone)) == (cid, {"t", "c", "s"})
        assert agent.http.get(f"/api/conversations/{cid}").status_code == 404
        agent.post(f"/api/conversations/{cid}/typing", {"on": True})
        assert silent(ws)


def test_a_change_that_nobody_announced_makes_a_page_look_at_what_is_its_own(
    site: Site, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    cid = newest(site)
    handoff.assign(cast.admin, cid, cast.ani.id)
    with Agent(site.url).socket() as ws:
        listens(ws)
        time.sleep(3)  # what was announced before is told no more
        monkeypatch.setattr(queue, "wake", lambda *_args, **_more: None)
        handoff.assign(cast.admin, cid, cast.budi.id)
        deadline = time.monotonic() + 6
        while (frame := heard(ws, "moved", 6)) != {"t": "moved"}:
            assert time.monotonic() < deadline, frame


def test_whoever_may_see_more_or_less_is_told_to_begin_anew(site: Site, cast: Cast) -> None:
    with Agent(site.url).socket() as ws:
        listens(ws)
        allow(cast.ani.id, sees=Sees.ALL)
        assert heard(ws, "rights", 8) == {"t": "rights"}
        newest(site)
        assert heard(ws, "change")["t"] == "change"


def test_s03_whoever_gets_another_role_is_gone_within_five_seconds(site: Site, cast: Cast) -> None:
    with Agent(site.url, "budi").socket() as ws:
        listens(ws)
        crew.change(None, cast.budi.id, {"role": Role.SUPERVISOR})
        assert closed(ws, 6.0) == 4401
    crew.change(None, cast.budi.id, {"role": Role.AGENT})
