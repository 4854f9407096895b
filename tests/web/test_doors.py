"""Who may open a socket on a real server, and what may be said through it."""

from __future__ import annotations

import pytest
from flask import Flask

from roms import clock as roms_clock
from roms.db import db, writing
from roms.models import LiveTicket
from roms.services import accounts
from tests.web.agent import Agent, Visitor, closed, refused
from tests.web.conftest import Site


@pytest.fixture
def database_url(sqlite_only: str) -> str:
    """What is tested here is the server; what it asks the database is tested on both kinds elsewhere."""
    return sqlite_only


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
