"""Open-loop load: customers write at fixed moments, whatever the server does, and agents listen.

Latency counts from the moment a message was due, not from when it could be sent, so a server that falls behind cannot
hide it. A process of its own: told by a line on standard input, it says "ready", waits for a line, runs, and tells.
"""

from __future__ import annotations

import asyncio
import json
import re
import sys
import time
from typing import Any

from bench.rig import knock
from bench.rig.listening import open_all

GRACE = 3.0  # seconds after the last message for what is late
TOKEN = re.compile(rb'"text":"(m\d+)"')


class Poster(asyncio.Protocol):
    """A connection that posts one request after the other; `done` is set when the answer is whole."""

    def __init__(self) -> None:
        self.done: asyncio.Future[bool] | None = None
        self.is_open = True
        self._buffer = b""

    def connection_made(self, transport: Any) -> None:
        self._transport = transport

    def post(self, request: bytes) -> asyncio.Future[bool]:
        self.done = asyncio.get_running_loop().create_future()
        self._transport.write(request)
        return self.done

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        end = self._buffer.find(b"\r\n\r\n")
        if end < 0:
            return
        size = int(re.search(rb"(?i)content-length: *(\d+)", self._buffer[:end])[1])  # type: ignore[index]
        if len(self._buffer) >= end + 4 + size and self.done and not self.done.done():
            is_good = self._buffer[9:12] == b"200"
            self._buffer = b""
            self.done.set_result(is_good)

    def connection_lost(self, _error: Exception | None) -> None:
        self.is_open = False
        if self.done and not self.done.done():
            self.done.set_result(False)


class Run:
    """One run: so many messages a second for so many seconds."""

    def __init__(self, told: dict[str, Any]) -> None:
        self.port, self.rate = told["port"], told["rate"]
        self.total = max(1, int(told["rate"] * told["seconds"]))
        self.phones: list[str] = told["phones"]
        self.sockets: list[dict[str, Any]] = told["sockets"]
        self.due: dict[bytes, float] = {}
        self.seen: list[float] = []
        self.acks: list[float] = []
        self.refused = 0
        self._idle: list[Poster] = []

    def heard(self, number: int, content: bytes) -> None:
        """At the first socket: which messages this frame shows. The others only listen."""
        if number:
            return
        now = time.perf_counter()
        for token in TOKEN.findall(content):
            due = self.due.pop(token, None)
            if due is not None:
                self.seen.append((now - due) * 1000)

    async def post(self, number: int, due: float) -> None:
        token = f"m{number}"
        self.due[token.encode()] = due
        request = knock.request(self.port, knock.body(token, self.phones[number % len(self.phones)]))
        poster = self._idle.pop() if self._idle else await self._connection()
        if await poster.post(request):
            self.acks.append((time.perf_counter() - due) * 1000)
        else:
            self.refused += 1
        self._idle.append(poster)

    async def _connection(self) -> Poster:
        _, poster = await asyncio.get_running_loop().create_connection(Poster, "127.0.0.1", self.port)
        return poster

    async def run(self) -> dict[str, Any]:
        listeners = await open_all(self.port, self.sockets, self.heard)
        self._idle = [await self._connection() for _ in range(8)]
        print("ready", flush=True)
        await asyncio.get_running_loop().run_in_executor(None, sys.stdin.readline)
        begun = time.perf_counter() + 0.05
        tasks = []
        for number in range(self.total):
            due = begun + number / self.rate
            await asyncio.sleep(max(0.0, due - time.perf_counter()))
            tasks.append(asyncio.create_task(self.post(number, due)))
        await asyncio.wait(tasks, timeout=GRACE * 5)
        late = time.perf_counter() + GRACE
        while self.due and time.perf_counter() < late:
            await asyncio.sleep(0.02)
        lost = sum(listener.is_lost for listener in listeners)
        return {"seen": self.seen, "acks": self.acks, "refused": self.refused, "missing": len(self.due), "lost": lost}


if __name__ == "__main__":
    print(json.dumps(asyncio.run(Run(json.loads(sys.stdin.readline())).run())), flush=True)
