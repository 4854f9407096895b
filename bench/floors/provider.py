"""A provider that answers at once, or after so many milliseconds, and remembers what came when.

`python -m bench.floors.provider PORT MILLISECONDS`. POST /messages/text is a send; GET /log tells all of them as
[seconds, address, text] and forgets them; GET /delay/N changes the wait.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from typing import Any


class Box:
    """What was taken, and how long taking takes."""

    def __init__(self, delay: float) -> None:
        self.delay, self.count = delay, 0
        self.taken: list[tuple[float, str, str]] = []

    def answer(self, method: str, path: str, body: bytes) -> tuple[int, Any]:
        if method == "POST":
            message = json.loads(body)
            self.count += 1
            said = message.get("body", "")
            self.taken.append(
                (time.monotonic(), message["to"], said if isinstance(said, str) else said.get("text", ""))
            )
            return 201, {"sent": True, "message": {"id": f"provider-{self.count}", "status": "pending"}}
        if path.startswith("/delay/"):
            self.delay = int(path.removeprefix("/delay/")) / 1000
            return 200, {"delay": self.delay}
        told, self.taken = self.taken, []
        return 200, told


class Connection(asyncio.Protocol):
    """HTTP/1.1 as far as our clients speak it: whole requests with a length, one after the other."""

    def __init__(self, box: Box) -> None:
        self._box, self._buffer = box, b""

    def connection_made(self, transport: Any) -> None:
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        while (end := self._buffer.find(b"\r\n\r\n")) >= 0:
            head = self._buffer[:end].decode("latin-1")
            size = length_in(head)
            if len(self._buffer) < end + 4 + size:
                return
            body, self._buffer = self._buffer[end + 4 : end + 4 + size], self._buffer[end + 4 + size :]
            self._take(head, body)

    def _take(self, head: str, body: bytes) -> None:
        method, path, _ = head.split(" ", 2)
        status, answer = self._box.answer(method, path, body)
        text = json.dumps(answer).encode()
        whole = b"HTTP/1.1 %d OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % (status, len(text))
        if method == "POST" and self._box.delay:
            asyncio.get_running_loop().call_later(self._box.delay, self._transport.write, whole + text)
        else:
            self._transport.write(whole + text)


def length_in(head: str) -> int:
    for line in head.split("\r\n"):
        name, _, value = line.partition(":")
        if name.lower() == "content-length":
            return int(value)
    return 0


async def serve(port: int, delay: float) -> None:
    box = Box(delay)
    server = await asyncio.get_running_loop().create_server(lambda: Connection(box), "127.0.0.1", port)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1]), int(sys.argv[2]) / 1000))
