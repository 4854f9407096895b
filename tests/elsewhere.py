"""Another system, as a real HTTP server on this machine that misbehaves when asked to."""

from __future__ import annotations

import gzip
import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

PLAIN = b"<html>nothing here</html>"


class Handler(BaseHTTPRequestHandler):
    """Answers by the first part of the path."""

    server: Elsewhere
    protocol_version = "HTTP/1.1"

    def _serve(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(length).decode()
        self.server.asked.append((self.command, self.path, dict(self.headers), body))
        kind = self.path.strip("/").split("/")[0].partition("?")[0]
        ANSWERS.get(kind, Handler.good)(self)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _serve  # noqa: N815

    def log_message(self, format: str, *args: Any) -> None:
        """Tests have nothing to log."""

    def answer(self, status: int, body: bytes, **headers: str) -> None:
        self.send_response(status)
        for name, value in {"Content-Length": str(len(body)), "Connection": "close", **headers}.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)

    def good(self) -> None:
        self.answer(200, json.dumps({"n": 7, "path": self.path}).encode())

    def gone(self) -> None:
        self.answer(410, b'{"why": "gone for good"}')

    def none(self) -> None:
        self.answer(404, b'{"why": "gone"}')

    def slow(self) -> None:
        self.server.stopping.wait(20)

    def drip(self) -> None:
        """A byte now and then, of the headers already: no single read is ever late."""
        for letter in b"HTTP/1.1 200 OK\r\nX: " + b"y" * 500:
            self.wfile.write(bytes([letter]))
            if self.server.stopping.wait(0.05):
                return

    def trickle(self) -> None:
        """A file of which a byte comes now and then."""
        self.send_response(200)
        self.send_header("Content-Length", "100000")
        self.end_headers()
        while not self.server.stopping.wait(0.05):
            self.wfile.write(b"x")

    def endless(self) -> None:
        """Larger than it says, which is nothing."""
        self.send_response(200)
        self.send_header("Connection", "close")
        self.end_headers()
        for _ in range(10_000):
            self.wfile.write(b"x" * 65536)

    def scripted(self) -> None:
        """What the test says, one answer after the other, the last one for ever."""
        answers = self.server.script[self.path.strip("/").partition("/")[2]]
        status, body = answers.pop(0) if len(answers) > 1 else answers[0]
        self.answer(status, body)

    def sized(self) -> None:
        """So many bytes as the path says, for whoever wants them."""
        left = int(self.path.split("/")[2])
        self.send_response(200)
        self.send_header("Content-Length", str(left))
        self.end_headers()
        while left:
            left -= self.wfile.write(bytes(min(left, 1 << 20)))

    def to(self) -> None:
        """Elsewhere: what stands behind the first part of the path."""
        self.answer(302, b"", Location=self.path.split("/to/", 1)[1])

    def huge(self) -> None:
        self.answer(200, b'"' + b"x" * 300_000 + b'"')

    def bomb(self) -> None:
        packed = gzip.compress(b'"' + b"x" * 50_000_000 + b'"')
        self.answer(200, packed, Content_Encoding="gzip")

    def packed(self) -> None:
        self.answer(200, gzip.compress(b'{"n": 8}'), Content_Encoding="gzip")

    def dies(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "100")
        self.end_headers()
        self.wfile.write(b'{"n": ')
        self.wfile.flush()
        self.connection.shutdown(socket.SHUT_RDWR)
        self.close_connection = True


ANSWERS: dict[str, Callable[[Handler], None]] = {
    "none": Handler.none,
    "gone": Handler.gone,
    "slow": Handler.slow,
    "drip": Handler.drip,
    "huge": Handler.huge,
    "bomb": Handler.bomb,
    "packed": Handler.packed,
    "dies": Handler.dies,
    "trickle": Handler.trickle,
    "endless": Handler.endless,
    "sized": Handler.sized,
    "to": Handler.to,
    "scripted": Handler.scripted,
    "file": lambda self: self.answer(200, b"\x00file\xff" * 1000),
    "forbidden": lambda self: self.answer(403, b"no"),
    "hop": lambda self: self.answer(301, b"", Location="/file"),
    "round": lambda self: self.answer(302, b"", Location="/round"),
    "html": lambda self: self.answer(200, PLAIN),
    "empty": lambda self: self.answer(204, b""),
    "bare": lambda self: self.answer(200, b""),
    "br": lambda self: self.answer(200, b"xx", Content_Encoding="br"),
    "liar": lambda self: self.answer(200, b"xx", Content_Encoding="gzip"),
    "infinite": lambda self: self.answer(200, b'{"n": 1e999}'),
    "nan": lambda self: self.answer(200, b'{"n": NaN}'),
    "deep": lambda self: self.answer(200, b"[" * 200_000),
    "nested": lambda self: self.answer(200, b"[" * 100 + b"]" * 100),
    "odd": lambda self: self.answer(200, b'{"n": "a\\u0000b\\ud800"}'),
    "error": lambda self: self.answer(500, b'{"n": 1}'),
    "moved": lambda self: self.answer(302, b"", Location=self.server.url("/good")),
}


class Elsewhere(ThreadingHTTPServer):
    """`asked` is what came in: method, path, headers, body."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.asked: list[tuple[str, str, dict[str, str], str]] = []
        self.script: dict[str, list[tuple[int, bytes]]] = {}
        self.stopping = threading.Event()

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def url(self, path: str) -> str:
        return self.origin + path

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A caller that hangs up is what these tests are about."""


@contextmanager
def elsewhere() -> Iterator[Elsewhere]:
    with Elsewhere() as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        try:
            yield server
        finally:
            server.stopping.set()
            time.sleep(0)
            server.shutdown()
