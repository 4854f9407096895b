"""The live feed on a real server: who may listen, who hears what, and that nobody can harm the others."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import httpx
import pytest
from flask import Flask
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect

from roms import clock as roms_clock
from roms import queue
from roms.db import db, writing
from roms.models import LiveTicket
from roms.services import accounts, frames
from tests.cast import Cast
from tests.web.agent import Agent, Visitor
from tests.web.conftest import Site, start


@pytest.fixture
def database_url(sqlite_only: str) -> str:
    """What is tested here is the server; what it asks the database is tested on both kinds elsewhere."""
    return sqlite_only


@pytest.fixture
def agent(site: Site) -> Agent:
    return Agent(site.url)


def heard(ws: ClientConnection, kind: str, seconds: float = 3.0) -> dict[str, Any]:
    """The next frame of this kind."""
    deadline = time.monotonic() + seconds
    while True:
        frame = json.loads(ws.recv(timeout=max(0.01, deadline - time.monotonic())))
        if frame["t"] == kind:
            return dict(frame)


def listens(ws: ClientConnection) -> None:
    """Wait until the server's subscription stands, so that what follows comes by it."""
    ws.send('{"t":"ping"}')
    assert heard(ws, "pong") == {"t": "pong"}
    time.sleep(0.6)


def closed(ws: ClientConnection, seconds: float = 6.0) -> int:
    """The code with which the server closed."""
    deadline = time.monotonic() + seconds
    try:
        while True:
            ws.recv(timeout=max(0.01, deadline - time.monotonic()))
    except ConnectionClosed as ended:
        return ended.rcvd.code if ended.rcvd else 1006


def refused(opens: Callable[[], ClientConnection]) -> int:
    """The status with which a handshake was refused."""
    with pytest.raises(InvalidStatus) as refusal, opens():
        pass
    return refusal.value.response.status_code


def test_what_a_visitor_writes_is_at_the_agents_socket_at_once(site: Site, agent: Agent) -> None:
    visitor = Visitor(site.url)
    with agent.socket() as ws, visitor.socket() as own:
        listens(ws)
        began = time.monotonic()
        visitor.say("halo")
        frame = heard(ws, "change")
        assert time.monotonic() - began < 1
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


@pytest.mark.parametrize("how", ["signs out", "is deactivated"])
def test_s03_whoever_may_not_be_here_any_more_is_gone_within_five_seconds(
    how: str, agent: Agent, site: Site, people: Cast
) -> None:
    with agent.socket() as ws, Agent(site.url, "budi").socket() as other:
        listens(ws)
        if how == "signs out":
            assert agent.post("/logout").status_code == 303
        else:
            accounts.deactivate(people.ani.id)
        assert closed(ws, 5.0) == 4401
        listens(other)


class Mute:
    """A browser that shakes hands and never reads again."""

    def __init__(self, agent: Agent) -> None:
        host, port = agent.url.removeprefix("http://").split(":")
        self.wire = socket.socket()
        self.wire.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        self.wire.connect((host, int(port)))
        head = {"Host": f"{host}:{port}", "Upgrade": "websocket", "Connection": "Upgrade", "Origin": agent.url}
        head |= {"Sec-WebSocket-Version": "13", "Sec-WebSocket-Key": "MDEyMzQ1Njc4OWFiY2RlZg=="} | agent.cookie
        lines = [f"GET /ws/inbox?ticket={agent.ticket()} HTTP/1.1", *(f"{k}: {v}" for k, v in head.items()), "", ""]
        self.wire.sendall("\r\n".join(lines).encode())
        assert b"101" in self.wire.recv(64)


def flood(app: Flask, number: int, size: int = 20_000) -> None:
    frame = {"t": "typing", "c": "c1", "who": "contact", "on": True, "n": number, "padding": "x" * size}
    queue.client().publish(queue.CHANGES, frames.pack({"c": "c1", "v": "", "s": 0}, frame, None))


def test_r35_browsers_that_never_read_are_cut_and_harm_nobody(site: Site, agent: Agent, app: Flask) -> None:
    with agent.socket() as ws:
        listens(ws)
        mutes = [Mute(agent) for _ in range(10)]
        late = []
        for number in range(200):
            began = time.monotonic()
            flood(app, number)
            assert heard(ws, "typing")["n"] == number
            late.append(time.monotonic() - began)
        assert sorted(late)[190] < 0.25
        assert open_sockets(site, expected=1) == 1
        for mute in mutes:
            mute.wire.close()


def open_sockets(site: Site, expected: int) -> int:
    """As the server counts them; a cut one needs a moment to leave."""
    deadline = time.monotonic() + 5
    while True:
        numbers = httpx.get(site.url + "/metrics").text
        count = int(float(numbers.split("\nroms_live_open ")[1].split("\n")[0]))
        if count == expected or time.monotonic() > deadline:
            return count
        time.sleep(0.1)


def test_r36_a_full_house_refuses_sockets_and_still_answers_requests(site: Site, agent: Agent) -> None:
    most = int(site.environ["ROMS_THREADS"]) // 2
    with ExitStack() as sockets:
        for _ in range(most):
            sockets.enter_context(agent.socket())
        assert refused(agent.socket) == 503
        began = time.monotonic()
        assert Visitor(site.url).say("halo").status_code == 201
        assert time.monotonic() - began < 1
    assert open_sockets(site, expected=0) == 0


def test_a_stopping_server_says_1012_and_is_gone_within_two_seconds(site: Site, agent: Agent) -> None:
    with ExitStack() as stack:
        sockets = [stack.enter_context(agent.socket()) for _ in range(5)]
        listens(sockets[0])
        assert site.stop() < 2
        assert {closed(ws) for ws in sockets} == {1012}


@pytest.fixture
def own_redis() -> Iterator[tuple[str, Callable[[], subprocess.Popen[bytes]]]]:
    """A Redis that may be stopped and started again."""
    from tools import redis
    from tools.places import redis_socket

    scratch = tempfile.TemporaryDirectory()  # pytest's own folders are too deep for a Unix socket's address
    folder = Path(scratch.name)
    running: list[subprocess.Popen[bytes]] = []

    def begin() -> subprocess.Popen[bytes]:
        running.append(subprocess.Popen(redis.command(folder), stdout=subprocess.DEVNULL))
        while not redis.answers(redis_socket(folder)):
            time.sleep(0.02)
        return running[-1]

    yield f"unix://{redis_socket(folder)}", begin
    for server in running:
        server.kill()
        server.wait()
    scratch.cleanup()


def test_r28_without_redis_everything_goes_on_and_screens_are_three_seconds_late(
    database: Path, own_redis: tuple[str, Callable[[], subprocess.Popen[bytes]]]
) -> None:
    url, begin = own_redis
    server = begin()
    site = start(database, url)
    visitor, agent = Visitor(site.url), Agent(site.url)
    with agent.socket() as ws, visitor.socket() as own:
        listens(ws)
        visitor.say("halo")
        cid = heard(ws, "change")["c"]
        server.kill()
        server.wait()
        began = time.monotonic()
        assert visitor.say("1").status_code == 201
        assert time.monotonic() - began < 1
        moved = heard(ws, "moved")
        assert (moved["c"], heard(own, "moved")["s"]) == (cid, moved["s"])
        assert httpx.get(f"{site.url}/ready").status_code == 200
        begin()
        time.sleep(6)
        visitor.say("2")
        assert heard(ws, "change", 1.0)["c"] == cid
    site.stop()


def test_a_socket_holds_no_connection_to_the_database(app: Flask, site: Site, agent: Agent) -> None:
    """With one of the pool's connections per socket the 220th browser would stop the house."""
    descriptors = f"/proc/{site.process.pid}/task/{site.process.pid}/children"
    (worker,) = Path(descriptors).read_text().split()
    with ExitStack() as stack:
        sockets = [stack.enter_context(agent.socket()) for _ in range(18)]
        listens(sockets[0])
        held = [os.readlink(f"/proc/{worker}/fd/{name}") for name in os.listdir(f"/proc/{worker}/fd")]
    assert 0 < sum(path.endswith("roms.db") for path in held) < 8


def test_the_feed_is_not_compressed(agent: Agent, site: Site) -> None:
    ws_url = f"{site.url.replace('http', 'ws')}/ws/inbox?ticket={agent.ticket()}"
    with connect(ws_url, origin=site.url, additional_headers=agent.cookie, compression="deflate") as ws:  # type: ignore[arg-type]
        assert ws.protocol.extensions == []
