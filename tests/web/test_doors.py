"""Who may open a socket on a real server, what may be said through it, and who hears it."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from flask import Flask
from websockets.sync.client import connect

from roms import clock as roms_clock
from roms.db import db, writing
from roms.models import LiveTicket
from roms.services import accounts
from tests.web.agent import Agent, Visitor, closed, heard, listens, refused
from tests.web.conftest import House, Site


@pytest.fixture
def site(house: House) -> Site:
    """One for all: nobody here harms it, and what it asks the database is tested on both kinds elsewhere."""
    return house.site


@pytest.fixture
def app(house: House) -> Iterator[Flask]:
    with house.app.app_context():
        yield house.app
        db.session.remove()


@pytest.mark.parametrize("origin", ["https://evil.example", "null", None, "http://127.0.0.1"])
def test_s07_a_foreign_page_opens_no_socket(origin: str | None, agent: Agent) -> None:
    assert refused(lambda: agent.socket(origin=origin)) == 403


def test_s07_a_ticket_opens_one_socket_once_and_only_with_the_cookie_of_its_session(site: Site, agent: Agent) -> None:
    ticket = agent.ticket()
    with agent.socket(ticket=ticket):
        assert refused(lambda: agent.socket(ticket=ticket)) == 403
    assert refused(lambda: agent.socket(ticket="invented")) == 403
    assert refused(lambda: agent.socket(additional_headers={})) == 401
    budi = Agent(site.url, "budi")
    assert refused(lambda: agent.socket(ticket=budi.ticket())) == 403
    visitors = Visitor(site.url).http.post("/widget/api/ticket", json={}).json()["ticket"]
    assert refused(lambda: agent.socket(ticket=visitors)) == 403


def test_s07_a_ticket_lives_for_half_a_minute(agent: Agent, app: Flask) -> None:
    ticket = agent.ticket()
    with writing():
        stored = db.session.get(LiveTicket, accounts.hash_token(ticket))
        assert stored is not None
        assert 0 < (stored.expires_at - roms_clock.now()).total_seconds() <= 30
        stored.expires_at = roms_clock.now()
    assert refused(lambda: agent.socket(ticket=ticket)) == 403


@pytest.mark.parametrize(
    "said",
    [
        '{"t":"message","c":"x","text":"forged"}',
        '{"t":"typing","c":"x"}',
        '{"t":"ping","more":1}',
        "not json",
        b'{"t":"ping"}',
    ],
)
def test_s07_whatever_else_a_browser_says_ends_its_line(said: str | bytes, agent: Agent) -> None:
    with agent.socket() as ws:
        ws.send(said)
        assert closed(ws) == 1008


def test_s07_a_visitor_cannot_pretend_to_be_an_agent_who_types(site: Site) -> None:
    with Visitor(site.url).socket() as own:
        own.send('{"t":"typing","c":"x","on":true}')
        assert closed(own) == 1008


def test_s07_too_large_and_too_fast_end_the_line(agent: Agent) -> None:
    with agent.socket() as ws:
        ws.send("x" * 1_000_000)
        assert closed(ws) in (1006, 1009)
    with agent.socket() as ws:
        for _ in range(21):
            ws.send('{"t":"ping"}')
        assert closed(ws) == 1008


def test_what_a_visitor_writes_is_at_the_agents_socket_at_once(site: Site, agent: Agent) -> None:
    visitor = Visitor(site.url)
    with agent.socket() as ws, visitor.socket() as own:
        listens(ws)
        visitor.say("halo")
        frame = heard(ws, "change")  # the look for what nobody announced tells "moved"
        assert frame["entries"][0]["text"] == "halo"
        seen = heard(own, "change")
        assert {entry["from"] for entry in seen["entries"]} == {"you", "bot"}
        assert "conversation" not in seen


def test_a_visitor_hears_of_nobody_elses_thread(site: Site) -> None:
    one, other = Visitor(site.url), Visitor(site.url)
    with one.socket() as first, other.socket() as second:
        listens(first)
        listens(second)
        other.say("mine")
        assert heard(second, "change")["entries"][0]["text"] == "mine"
        with pytest.raises(TimeoutError):
            first.recv(timeout=1)


def test_both_sides_see_that_the_other_is_writing(site: Site, agent: Agent) -> None:
    visitor = Visitor(site.url)
    visitor.say("halo")
    cid = agent.http.get("/api/conversations").json()["items"][0]["id"]
    with agent.socket() as ws, visitor.socket() as own:
        listens(ws)
        ws.send(json.dumps({"t": "typing", "c": cid, "on": True}))
        assert heard(own, "typing") == {"t": "typing", "on": True}
        visitor.http.post("/widget/api/typing", json={"on": True})
        assert [heard(ws, "typing")["who"] for _ in range(2)][-1] == "contact"


def test_the_feed_is_not_compressed(agent: Agent, site: Site) -> None:
    ws_url = f"{site.url.replace('http', 'ws')}/ws/inbox?ticket={agent.ticket()}"
    with connect(ws_url, origin=site.url, additional_headers=agent.cookie, compression="deflate") as ws:  # type: ignore[arg-type]
        assert ws.protocol.extensions == []
