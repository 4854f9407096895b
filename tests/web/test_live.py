"""The live feed on a real server: who may listen, who hears what, and that nobody can harm the others."""

from __future__ import annotations

import os
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import httpx
import pytest
from flask import Flask
from websockets.sync.client import ClientConnection

from roms import queue
from roms.services import crew, frames, notes
from tests.cast import Cast, whapi_body
from tests.web.agent import Agent, Visitor, closed, heard, listens, refused
from tests.web.conftest import Site, start


@pytest.fixture
def database_url(sqlite_only: str) -> str:
    """What is tested here is the server; what it asks the database is tested on both kinds elsewhere."""
    return sqlite_only


@pytest.mark.parametrize("how", ["signs out", "is deactivated"])
def test_s03_whoever_may_not_be_here_any_more_is_gone_within_five_seconds(
    how: str, agent: Agent, site: Site, people: Cast
) -> None:
    with agent.socket() as ws, Agent(site.url, "budi").socket() as other:
        listens(ws)
        if how == "signs out":
            assert agent.post("/logout").status_code == 303
        else:
            crew.change(None, people.ani.id, {"is_active": False})
        assert closed(ws, 5.0) == 4401
        listens(other)


def test_since_when_nobody_has_a_page_open_is_known(agent: Agent, people: Cast) -> None:
    assert agent.http.get("/api/me").json()["connected_at"] is None
    with agent.socket() as ws:
        listens(ws)
        until = time.monotonic() + 20
        while agent.http.get("/api/me").json()["connected_at"] is None:
            assert time.monotonic() < until
            time.sleep(0.3)


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
    queue.client().publish(queue.changes_topic(queue.client()), frames.pack({"c": "c1", "v": "", "s": 0}, frame, None))


@pytest.fixture
def large(database: Path, redis: str) -> Iterator[Site]:
    """A server with room for many sockets."""
    running = start(database, redis, ROMS_THREADS="450")
    yield running
    running.stop()


def test_r35_two_hundred_browsers_that_never_read_are_cut_and_harm_nobody(large: Site, app: Flask) -> None:
    agent = Agent(large.url)
    with agent.socket() as ws, ExitStack() as wires:
        listens(ws)
        alone = sorted(told(app, ws, number) for number in range(50))
        for _ in range(200):
            wires.enter_context(Mute(agent).wire)
        assert open_sockets(large, expected=201) == 201
        before = memory(large)
        late = sorted(told(app, ws, number) for number in range(120))
        assert late[60] < max(0.1, 5 * alone[25])
        assert late[110] < 0.5
        assert open_sockets(large, expected=1) == 1
        assert memory(large) < before + 40


def told(app: Flask, ws: ClientConnection, number: int) -> float:
    """Seconds until one who reads has heard of a large change."""
    began = time.monotonic()
    flood(app, number)
    assert heard(ws, "typing")["n"] == number
    return time.monotonic() - began


def memory(site: Site) -> float:
    """MB that the server's worker holds."""
    (worker,) = Path(f"/proc/{site.process.pid}/task/{site.process.pid}/children").read_text().split()
    (line,) = (one for one in Path(f"/proc/{worker}/status").read_text().splitlines() if one.startswith("VmRSS"))
    return int(line.split()[1]) / 1024


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
    alone = seconds_to_answer(agent)
    with ExitStack() as sockets:
        for _ in range(most):
            sockets.enter_context(agent.socket())
        for _ in range(20):
            assert refused(agent.socket) == 503
        assert seconds_to_answer(agent) < max(1, 4 * alone)
        assert len(agent.http.get("/api/conversations").json()["items"]) == 3  # what the refused ones ask instead
    assert open_sockets(site, expected=0) == 0


def seconds_to_answer(agent: Agent) -> float:
    """A webhook and a visitor's message."""
    began = time.monotonic()
    webhook = agent.http.post("/webhook/whapi", json=whapi_body("halo"))
    assert (webhook.status_code, Visitor(agent.url).say("halo").status_code) == (200, 201)
    return time.monotonic() - began


def test_r38_a_change_that_nobody_announced_is_told_within_three_seconds(
    site: Site, agent: Agent, people: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    Visitor(site.url).say("cs")
    cid = agent.http.get("/api/conversations").json()["items"][0]["id"]
    with agent.socket() as ws:
        listens(ws)
        monkeypatch.setattr(queue, "wake", lambda *_args, **_more: None)
        notes.write(people.ani, cid, "diam-diam")
        assert heard(ws, "moved", 6)["c"] == cid  # three, and what a busy machine adds


def test_a_stopping_server_says_bye_and_1012_and_is_gone_within_seconds(site: Site, agent: Agent) -> None:
    with ExitStack() as stack:
        sockets = [stack.enter_context(agent.socket()) for _ in range(5)]
        listens(sockets[0])
        assert site.stop() < 4
        assert [heard(ws, "bye") for ws in sockets] == [{"t": "bye", "within": 3}] * 5
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
        assert time.monotonic() - began < 4  # a client of Redis as it comes waits longer
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
