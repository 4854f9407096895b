"""How long a change takes to the last of many sockets: this process publishes it and listens at all of them."""

from __future__ import annotations

import asyncio
import json
import sys
import time
from typing import Any

import redis

from bench.rig.listening import open_all

PATIENCE = 10.0  # seconds for one change


class Run:
    """So many changes, one after the other, to all sockets."""

    def __init__(self, told: dict[str, Any]) -> None:
        self._told = told
        self._missing = 0
        self._times: list[float] = []
        self._all = asyncio.Event()

    def heard(self, _number: int, content: bytes) -> None:
        if b'"fan":' in content:
            self._times.append(time.perf_counter())
            self._missing -= 1
            if self._missing == 0:
                self._all.set()

    async def run(self) -> dict[str, Any]:
        """For every change: milliseconds to the middle socket and to the last."""
        begun = time.perf_counter()
        listeners = await open_all(self._told["port"], self._told["sockets"], self.heard)
        opened = time.perf_counter() - begun
        middle, last = [], []
        await asyncio.sleep(0.5)
        with redis.Redis.from_url(self._told["redis"]) as client:
            for number in range(self._told["changes"] + 1):
                spent = await self._publish(client, number, len(listeners))
                if number:  # the first one warms up
                    middle.append(spent[len(spent) // 2])
                    last.append(spent[-1])
        return {"opened": opened, "middle": middle, "last": last}

    async def _publish(self, client: redis.Redis, number: int, sockets: int) -> list[float]:
        self._missing, self._times = sockets, []
        self._all.clear()
        change = self._told["change"].replace("NUMBER", str(number)).encode()
        begun = time.perf_counter()
        client.publish(self._told["channel"], change)
        await asyncio.wait_for(self._all.wait(), PATIENCE)
        await asyncio.sleep(0.1)
        return [(at - begun) * 1000 for at in self._times]


async def main() -> dict[str, Any]:
    return await Run(json.loads(sys.stdin.readline())).run()


if __name__ == "__main__":
    print(json.dumps(asyncio.run(main())), flush=True)
