"""Sockets of agents, from a process of its own: what comes in at which of them, and when.

An asyncio program, because a thousand sockets want no thousand threads; it answers pings and keeps nothing.
"""

from __future__ import annotations

import asyncio
import base64
import os
import struct
from collections.abc import Callable
from typing import Any

AT_ONCE = 50  # sockets that shake hands at the same time
PING, TEXT = 0x9, 0x1


class Listener(asyncio.Protocol):
    """One socket: calls `heard` with every text frame's bytes."""

    def __init__(self, host: str, path: str, headers: dict[str, str], heard: Callable[[bytes], None]) -> None:
        lines = [f"GET {path} HTTP/1.1", f"Host: {host}", "Upgrade: websocket", "Connection: Upgrade"]
        lines += ["Sec-WebSocket-Version: 13", f"Sec-WebSocket-Key: {base64.b64encode(os.urandom(16)).decode()}"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        self._hello = ("\r\n".join(lines) + "\r\n\r\n").encode()
        self._heard, self._buffer = heard, b""
        self.opened: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.is_lost = False

    def connection_made(self, transport: Any) -> None:
        self._transport = transport
        transport.write(self._hello)

    def connection_lost(self, _error: Exception | None) -> None:
        self.is_lost = True
        if not self.opened.done():
            self.opened.set_exception(ConnectionError("the server closed the socket at once"))

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        if not self.opened.done():
            self._shake()
        while self.opened.done() and self._take_frame():
            pass

    def close(self) -> None:
        self._transport.abort()

    def _shake(self) -> None:
        end = self._buffer.find(b"\r\n\r\n")
        if end < 0:
            return
        head, self._buffer = self._buffer[:end], self._buffer[end + 4 :]
        if b" 101 " in head[:20]:
            self.opened.set_result(None)
        else:
            self.opened.set_exception(ConnectionError(head.split(b"\r\n")[0].decode()))

    def _take_frame(self) -> bool:
        """One frame off the buffer (a server's frames are not masked: RFC 6455, 5.1); False when it is not whole."""
        if len(self._buffer) < 2:
            return False
        kind, size, start = self._buffer[0] & 0xF, self._buffer[1] & 0x7F, 2
        if size == 126:
            if len(self._buffer) < 4:
                return False
            size, start = struct.unpack_from("!H", self._buffer, 2)[0], 4
        if len(self._buffer) < start + size:
            return False
        content, self._buffer = self._buffer[start : start + size], self._buffer[start + size :]
        if kind == TEXT:
            self._heard(content)
        elif kind == PING:
            self._transport.write(bytes([0x8A, 0x80 | size]) + b"\0\0\0\0" + content)
        return True


async def open_all(port: int, sockets: list[dict[str, Any]], heard: Callable[[int, bytes], None]) -> list[Listener]:
    """Open them, so many at a time; `heard` gets the socket's number and what came."""
    gate = asyncio.Semaphore(AT_ONCE)

    async def one(number: int, socket: dict[str, Any]) -> Listener:
        async with gate:
            made = lambda: Listener(  # noqa: E731
                f"127.0.0.1:{port}", socket["path"], socket["headers"], lambda content: heard(number, content)
            )
            _, listener = await asyncio.get_running_loop().create_connection(made, "127.0.0.1", port)
            await listener.opened
            return listener

    return list(await asyncio.gather(*(one(number, socket) for number, socket in enumerate(sockets))))
