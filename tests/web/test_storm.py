"""R-37: everybody comes back at once after a restart.

    ROMS_STORM=300 ./dev test tests/web/test_storm.py -s

has 300 browsers and 100,000 messages; the suite a tenth of both.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import re
import subprocess
import sys
import time
from contextlib import AsyncExitStack
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from websockets.asyncio.client import connect

from bench.rig.machine import cpu_seconds
from roms import clock
from roms.config import ROOT
from roms.db import db, insert_all, table, writing
from roms.models import Conversation, Message
from roms.web.hub import TO_START, come_back_within
from tests.cast import say
from tests.web.agent import Agent
from tests.web.conftest import Site, start

BROWSERS = int(os.environ.get("ROMS_STORM", "30"))
MESSAGES = BROWSERS * 1000 // 3
MISSED = 5  # messages of the thread that each has open

Line = tuple[asyncio.StreamReader, asyncio.StreamWriter]

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
            thread.changed_at -= timedelta(minutes=1)  # before the restart: nothing moved while nobody could hear
    db.session.rollback()
    return [(thread.public_id, thread.seq) for thread in db.session.scalars(select(Conversation))]


class Browser:
    """Does what static/common/reconnect.js, inbox/socket.js and sync.js do when the line is lost."""

    def __init__(self, agent: Agent, thread: tuple[str, int], chance: random.Random, within: int) -> None:
        self.agent, (self.cid, self.newest), self.chance = agent, thread, chance
        self.took, self.missed, self.tries = 0.0, 0, list[Exception]()
        self.line: Line | None = None
        self.first = chance.uniform(TO_START, within) if within else chance.uniform(0.25, 0.75)

    async def try_again(self, all_back: asyncio.Event) -> None:
        await asyncio.sleep(self.first)
        wait = 0.5
        async with AsyncExitStack() as lines:
            while not self.took:
                try:
                    await self.come_back(lines)
                except OSError as error:
                    self.tries.append(error)
                    self.line = None
                    await asyncio.sleep(wait * (0.5 + self.chance.random()))
                    wait = min(30.0, wait * 2)
            await all_back.wait()

    async def come_back(self, lines: AsyncExitStack) -> None:
        began = time.monotonic()
        ticket = (await self.ask(lines, "POST", "/api/ticket"))["ticket"]
        socket = f"ws://{urlsplit(self.agent.url).netloc}/ws/inbox?ticket={ticket}"
        origin: Any = self.agent.url
        ws = await lines.enter_async_context(connect(socket, origin=origin, additional_headers=self.agent.cookie))
        await ws.send('{"t":"ping"}')
        while json.loads(await ws.recv())["t"] != "pong":
            pass  # what moved meanwhile
        await self.ask(lines, "GET", "/api/conversations?view=all&limit=30")
        path = f"/api/conversations/{self.cid}/entries?after={self.newest - MISSED}"
        self.missed = len((await self.ask(lines, "GET", path))["entries"])
        self.took = time.monotonic() - began

    async def ask(self, lines: AsyncExitStack, method: str, path: str) -> dict[str, Any]:
        if self.line is None:
            address = urlsplit(self.agent.url)
            self.line = await asyncio.open_connection(address.hostname, address.port)
            lines.callback(self.line[1].close)
        reader, writer = self.line
        body = b"{}" if method == "POST" else b""
        told = self.agent.cookie | self.agent.csrf | {"Host": "roms", "Content-Type": "application/json"}
        told["Content-Length"] = str(len(body))
        head = [f"{method} {path} HTTP/1.1", *(f"{name}: {value}" for name, value in told.items())]
        writer.write("\r\n".join([*head, "", ""]).encode() + body)
        answer = (await reader.readuntil(b"\r\n\r\n")).decode()
        assert answer.startswith("HTTP/1.1 200"), answer
        if "connection: close" in answer.lower():
            self.line = None  # more are kept open than gunicorn wants to
        length = re.search(r"(?i)^content-length: (\d+)", answer, re.MULTILINE)
        assert length, answer
        return dict(json.loads(await reader.readexactly(int(length[1]))))


async def all_come_back(browsers: list[Browser]) -> None:
    """Until every one of them has its line, its list and its thread; then all of them leave."""
    all_back = asyncio.Event()
    async with asyncio.TaskGroup() as group:
        for each in browsers:
            group.create_task(each.try_again(all_back))
        while not all(each.took for each in browsers):
            await asyncio.sleep(0.1)
        all_back.set()


@pytest.mark.parametrize("within", [0, come_back_within(BROWSERS)], ids=["killed", "announced"])
def test_r37_everybody_comes_back_after_a_restart(
    app: Flask, client: FlaskClient, database: Path, redis: str, within: int
) -> None:
    """Who was not told that the server ends comes at once, with everybody else; who was, at a moment of its own."""
    threads = fill(client)
    site: Site = start(database, redis, ROMS_THREADS=str(max(80, 3 * BROWSERS)))
    agent, chance = Agent(site.url), random.Random(1)
    site.stop()
    browsers = [Browser(agent, thread, chance, within) for thread in threads]
    command = [sys.executable, "-m", "gunicorn", "-c", "gunicorn.conf.py", "wsgi:app"]
    site.process = subprocess.Popen(command, cwd=ROOT, env=site.environ, stderr=subprocess.DEVNULL)
    try:
        asyncio.run(all_come_back(browsers))
        cpu = cpu_seconds([site.process.pid])
    finally:
        site.stop()
    took = sorted(each.took for each in browsers)
    p50, p95 = took[len(took) // 2], took[len(took) * 95 // 100]
    how = f"{len(took)} browsers within {within} s, {MESSAGES} messages, CPU {cpu:.1f} s with the start"
    print(f"{how}: p50 {p50:.2f} s, p95 {p95:.2f} s")
    assert all(each.missed >= MISSED for each in browsers)
    assert not [error for each in browsers for error in each.tries if not isinstance(error, ConnectionRefusedError)]
    assert p95 < (2 if BROWSERS == 300 and within else 30)
