"""The bare hub: whatever Redis says goes to every socket, one frame built once, nobody asked who may see it."""

from __future__ import annotations

import contextlib
import socket
import struct
import threading
from typing import Any

import redis
from flask import Flask
from flask_sock import Sock

from bench.floors import base, inbound


def create_app() -> Flask:
    """H with a bare hub: the least that brings a customer's message to an agent's screen."""
    app = inbound.create_app()
    app.config["SOCK_SERVER_OPTIONS"] = {"ping_interval": 25, "max_message_size": 4096}
    hub = Hub(base.from_environment()[1])
    app.wsgi_app = no_compression(app.wsgi_app)  # type: ignore[method-assign]

    @Sock(app).route("/ws/inbox")
    def listen(ws: Any) -> None:
        hub.stay(ws)

    return app


class Hub:
    """Who listens."""

    def __init__(self, redis_url: str) -> None:
        self._url, self._lock, self._runs = redis_url, threading.Lock(), False
        self._sockets: dict[int, socket.socket] = {}

    def stay(self, ws: Any) -> None:
        """Hear everything until the socket closes."""
        with self._lock:
            self._sockets[id(ws)] = ws.sock
            starts, self._runs = not self._runs, True
        if starts:
            threading.Thread(target=self._pump, daemon=True).start()
        try:
            while True:
                ws.receive()
        finally:
            with self._lock:
                del self._sockets[id(ws)]

    def _pump(self) -> None:
        with redis.Redis.from_url(self._url) as client, client.pubsub(ignore_subscribe_messages=True) as changes:
            changes.subscribe(base.CHANGES)
            for found in changes.listen():
                push(framed(found["data"]), list(self._sockets.values()))


def push(frame: bytes, sockets: list[socket.socket]) -> None:
    """Never wait: who does not read is cut off."""
    for sock in sockets:
        with contextlib.suppress(OSError):
            if sock.send(frame, socket.MSG_DONTWAIT) < len(frame):
                sock.shutdown(socket.SHUT_RDWR)


def framed(data: bytes) -> bytes:
    size = len(data)
    return (struct.pack("!BB", 0x81, size) if size < 126 else struct.pack("!BBH", 0x81, 126, size)) + data


def no_compression(inner: Any) -> Any:
    """simple-websocket accepts compression whenever it is offered."""

    def outer(environ: dict[str, Any], start_response: Any) -> Any:
        environ.pop("HTTP_SEC_WEBSOCKET_EXTENSIONS", None)
        return inner(environ, start_response)

    return outer
