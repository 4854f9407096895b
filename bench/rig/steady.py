"""A number's steady duty, from a process of its own: messages and statuses at fixed moments, whatever the server does.

Open loop: latency counts from the moment a request was due. Told by a line on standard input {"port", "seconds",
"messages", "statuses", "phones"}: the two in the middle are rates a second; tells one line when all is answered.
"""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import time
from collections.abc import Iterator
from typing import Any

from bench.rig import knock
from bench.rig.open_loop import Poster
from tools.places import ROOT

PATIENCE = 30.0  # seconds after the last request for what is late
WORDS = ("1", "menu", "2", "menu")
STATUSES = ("sent", "delivered", "read")
AT_ONCE = 32  # requests at the same time; more wait, and their waiting counts


def run(told: dict[str, Any]) -> dict[str, Any]:
    """The same, from the benchmark's process."""
    command = [sys.executable, "-m", "bench.rig.steady"]
    line = json.dumps(told) + "\n"
    done = subprocess.run(command, cwd=ROOT, input=line, stdout=subprocess.PIPE, text=True, check=True)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def status_body(number: int) -> bytes:
    """Whapi's word on the messages that the pretended provider took, three on each, in its own numbering."""
    id_, word = f"provider-{number // len(STATUSES) + 1}", STATUSES[number % len(STATUSES)]
    status = {"id": id_, "status": word, "recipient_id": "62811@s.whatsapp.net", "timestamp": str(1795226400 + number)}
    return json.dumps({"statuses": [status], "event": {"type": "statuses", "event": "post"}}).encode()


def plan(told: dict[str, Any]) -> Iterator[tuple[float, str, bytes]]:
    """(seconds from the beginning, kind, body), in order."""
    due = [(n / told["messages"], "message", n) for n in range(int(told["messages"] * told["seconds"]))]
    if told["statuses"]:
        due += [(n / told["statuses"], "status", n) for n in range(int(told["statuses"] * told["seconds"]))]
    for at, kind, number in sorted(due):
        phones = told["phones"]
        if kind == "message":
            turn, phone = divmod(number, len(phones))
            yield at, kind, knock.body(WORDS[turn % len(WORDS)], phones[phone])
        else:
            yield at, kind, status_body(number)


class Duty:
    """Its connections, and how long each answer took."""

    def __init__(self, told: dict[str, Any]) -> None:
        self._told = told
        self._idle: asyncio.Queue[Poster | None] = asyncio.Queue()
        self.took: dict[str, list[float]] = {"message": [], "status": []}
        self.refused = 0

    async def _post(self, due: float, kind: str, body: bytes) -> None:
        poster = await self._idle.get()
        try:
            if poster is None or not poster.is_open:
                where = "127.0.0.1", self._told["port"]
                _, poster = await asyncio.get_running_loop().create_connection(Poster, *where)
            if await poster.post(knock.request(self._told["port"], body)):
                self.took[kind].append((time.perf_counter() - due) * 1000)
            else:
                self.refused += 1
        except OSError:
            self.refused += 1
        finally:
            self._idle.put_nowait(poster)

    async def run(self) -> dict[str, Any]:
        for _ in range(AT_ONCE):
            self._idle.put_nowait(None)
        requests = list(plan(self._told))
        begun = time.perf_counter() + 0.1
        tasks = []
        for at, kind, body in requests:
            await asyncio.sleep(max(0.0, begun + at - time.perf_counter()))
            tasks.append(asyncio.create_task(self._post(begun + at, kind, body)))
        _, late = await asyncio.wait(tasks, timeout=PATIENCE)
        return {**self.took, "refused": self.refused + len(late), "posted": len(requests)}


if __name__ == "__main__":
    print(json.dumps(asyncio.run(Duty(json.loads(sys.stdin.readline())).run())), flush=True)
