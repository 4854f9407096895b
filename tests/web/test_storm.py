"""R-37: everybody comes back at once after a restart.

    ROMS_STORM=300 ./dev test tests/web/test_storm.py -s

has 300 browsers and 100,000 messages; the suite a tenth of both.
"""

from __future__ import annotations

import http.client
import json
import os
import random
import subprocess
import sys
import threading
import time
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from websockets.sync.client import connect

from bench.rig.machine import cpu_seconds
from roms import clock
from roms.config import ROOT
from roms.db import db, insert_all, table, writing
from roms.models import Conversation, Message
from tests.cast import say
from tests.web.agent import Agent
from tests.web.conftest import Site, start

BROWSERS = int(os.environ.get("ROMS_STORM", "30"))
MESSAGES = BROWSERS * 1000 // 3
MISSED = 5  # messages of the thread that each has open

pytestmark = pytest.mark.timeout(600)


@pytest.fixture
def database_url(sqlite_only: str) -> str:
    """Where the row wants it measured."""
    return sqlite_only


def fill(client: FlaskClient) -> list[tuple[str, int]]:
    """Threads with their newest numbers, and as many messages as there shall be."""
    for number in range(BROWSERS):
        say(client, "cs", f"62810000{number:05}")
    each = MESSAGES // BROWSERS
    row = {"sender": "contact", "direction": "in", "kind": "text", "status": "received", "created_at": clock.now()}
    with writing():
        for thread in db.session.scalars(select(Conversation)):
            rows = [
                row
                | {"conversation_id": thread.id, "channel_id": thread.channel_id, "text": f"kata {seq}"}
                | {"seq": seq, "revision": seq, "provider_id": f"{thread.id}-{seq}"}
                for seq in range(thread.seq + 1, thread.seq + each + 1)
            ]
            insert_all(table(Message), rows)
            thread.seq += each
    db.session.rollback()
    return [(thread.public_id, thread.seq) for thread in db.session.scalars(select(Conversation))]


class Browser:
    """Does what static/common/reconnect.js, inbox/socket.js and sync.js do when the line is lost."""

    def __init__(self, agent: Agent, thread: tuple[str, int], chance: random.Random) -> None:
        self.agent, (self.cid, self.newest), self.chance = agent, thread, chance
        self.took, self.missed, self.tries = 0.0, 0, list[Exception]()
        self.thread = threading.Thread(target=self.try_again)
        self.thread.start()

    def try_again(self) -> None:
        wait = 0.5
        while not self.took:
            time.sleep(wait * (0.5 + self.chance.random()))
            wait = min(30.0, wait * 2)
            try:
                self.come_back()
            except (OSError, http.client.HTTPException, TimeoutError) as error:
                self.tries.append(error)

    def come_back(self) -> None:
        began = time.monotonic()
        line = http.client.HTTPConnection(urlsplit(self.agent.url).netloc, timeout=60)
        ticket = self.ask(line, "POST", "/api/ticket")["ticket"]
        address = f"{self.agent.url.replace('http', 'ws')}/ws/inbox?ticket={ticket}"
        with connect(address, origin=self.agent.url, additional_headers=self.agent.cookie, open_timeout=60) as ws:  # type: ignore[arg-type]
            ws.send('{"t":"ping"}')
            assert json.loads(ws.recv())["t"] == "pong"
            self.ask(line, "GET", "/api/conversations?view=all&limit=30")
            path = f"/api/conversations/{self.cid}/entries?after={self.newest - MISSED}"
            self.missed = len(self.ask(line, "GET", path)["entries"])
            self.took = time.monotonic() - began
        line.close()

    def ask(self, line: http.client.HTTPConnection, method: str, path: str) -> dict[str, object]:
        headers = self.agent.cookie | self.agent.csrf | {"Content-Type": "application/json"}
        line.request(method, path, b"{}" if method == "POST" else None, headers)
        return dict(json.loads(line.getresponse().read()))


def test_r37_everybody_comes_back_after_a_restart(app: Flask, client: FlaskClient, database: Path, redis: str) -> None:
    threads = fill(client)
    site: Site = start(database, redis, ROMS_THREADS=str(max(80, 3 * BROWSERS)))
    agent, chance = Agent(site.url), random.Random(1)
    site.stop()
    browsers = [Browser(agent, thread, chance) for thread in threads]
    command = [sys.executable, "-m", "gunicorn", "-c", "gunicorn.conf.py", "wsgi:app"]
    site.process = subprocess.Popen(command, cwd=ROOT, env=site.environ, stderr=subprocess.DEVNULL)
    for each in browsers:
        each.thread.join()
    cpu = cpu_seconds([site.process.pid])
    site.stop()
    took = sorted(each.took for each in browsers)
    p50, p95 = took[len(took) // 2], took[len(took) * 95 // 100]
    print(
        f"{len(took)} browsers, {MESSAGES} messages, CPU {cpu:.1f} s with the start: p50 {p50:.2f} s, p95 {p95:.2f} s"
    )
    assert all(each.missed >= MISSED for each in browsers)
    assert not [error for each in browsers for error in each.tries if not isinstance(error, ConnectionRefusedError)]
    assert p95 < (2 if BROWSERS == 300 else 10)
