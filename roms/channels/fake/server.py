"""HTTP on the loopback address: the four providers' own paths, and those of the page, tests and sample shop: `/_…`."""

from __future__ import annotations

import contextlib
import json
import re
import socket
import socketserver
import struct
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, unquote, urlsplit

from roms.channels.fake import control, orders, reading
from roms.channels.fake.dialects import DIALECTS
from roms.channels.fake.faults import GOOD, Fault
from roms.channels.fake.model import Dialect, Draft, Refusal, Reply, Request, Route

if TYPE_CHECKING:
    from roms.channels.fake.box import Box

PAGE = Path(__file__).parent / "page"
TYPES = {".html": "text/html", ".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml"}
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; media-src 'self'; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
GUARD = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}
LARGEST_BODY = 160 << 20  # a file of 100 MB, as text
HANG_SECONDS = 60.0


class Server(ThreadingHTTPServer):
    """One thread a connection; it knows its connections so that they can be cut."""

    daemon_threads = True
    block_on_close = False
    request_queue_size = 256

    def __init__(self, port: int, box: Box) -> None:
        self.box = box
        self.connections: set[socket.socket] = set()
        super().__init__(("127.0.0.1", port), Handler)

    def server_bind(self) -> None:
        """Bind without asking DNS for our own name, which can take seconds."""
        socketserver.TCPServer.server_bind(self)
        self.server_name, self.server_port = "127.0.0.1", int(self.server_address[1])


class Handler(BaseHTTPRequestHandler):
    """One connection. The two settings keep an answer in one packet: without them each takes 44 ms."""

    server: Server
    protocol_version = "HTTP/1.1"
    wbufsize = -1
    disable_nagle_algorithm = True

    def setup(self) -> None:
        """Remember the connection."""
        super().setup()
        self.server.connections.add(self.connection)

    def finish(self) -> None:
        """Forget the connection, which the other side may have broken off already."""
        self.server.connections.discard(self.connection)
        with contextlib.suppress(OSError):
            super().finish()

    def handle(self) -> None:
        """A caller that breaks off is no error of ours."""
        with contextlib.suppress(ConnectionError):
            super().handle()

    def log_message(self, format: str, *args: Any) -> None:
        """Quiet: the page shows what happens."""

    def do_GET(self) -> None:
        """The page, what was taken, or a provider's own path."""
        path = urlsplit(self.path).path
        if path in control.GETS:
            self._answer(200, control.GETS[path](self.server.box))
        elif path.startswith("/_media/"):
            self._media(path.removeprefix("/_media/"))
        elif path.startswith(f"{orders.PATH}/"):
            found = self.server.box.orders.find(path.removeprefix(f"{orders.PATH}/"))
            self._answer(200 if found else 404, found or _wrong("There is no such order"))
        elif not self._provider(path, b""):
            self._file(path.lstrip("/") or "index.html")

    def do_POST(self) -> None:
        """A message to send, or something from the page or a test."""
        raw, path = self._body(), urlsplit(self.path).path
        if path.startswith("/_"):
            self._control(path, raw)
        elif not self._provider(path, raw):
            self._answer(404, _wrong("Path not found"))

    do_PUT = do_PATCH = do_DELETE = do_POST  # noqa: N815 (http.server calls them so)

    def _control(self, path: str, raw: bytes) -> None:
        if self.headers.get_content_type() != "application/json":
            return self._answer(415, _wrong("JSON is wanted; so pages of other sites cannot post here"))
        try:
            body = json.loads(raw or b"null")
            if path == orders.PATH:
                return self._answer(201, self.server.box.orders.make(body))
            if path not in control.POSTS:
                return self._answer(404, _wrong("Path not found"))
            if not isinstance(body, dict):
                raise ValueError("an object is wanted")
            return self._answer(200, control.POSTS[path](self.server.box, body))
        except KeyError as error:
            return self._answer(400, _wrong(f"the field {error} is missing, or names nothing that is there"))
        except (TypeError, ValueError, RecursionError) as error:
            return self._answer(400, _wrong(str(error)))

    def _provider(self, path: str, raw: bytes) -> bool:
        """Whether this is a path of a provider's, which then has been answered."""
        for dialect in sorted(DIALECTS.values(), key=lambda one: -len(one.base)):
            if path.startswith(f"{dialect.base}/"):
                return self._dialect(dialect, path.removeprefix(dialect.base), raw)
        return False

    def _dialect(self, dialect: Dialect, path: str, raw: bytes) -> bool:
        for route in dialect.routes:
            match = re.fullmatch(route.pattern, path)
            if match and route.method == self.command:
                self._serve(dialect, route, self._request(path, raw), [part or "" for part in match.groups()])
                return True
        if dialect.base:
            self._reply(dialect.error(404, 0))
        return bool(dialect.base)

    def _request(self, path: str, raw: bytes) -> Request:
        query = dict(parse_qsl(urlsplit(self.path).query, keep_blank_values=True))
        headers = {name.lower(): value for name, value in self.headers.items()}
        return Request(self.command, path, query, headers, raw, self.server.box.base_url, self.path)

    def _serve(self, dialect: Dialect, route: Route, request: Request, parts: list[str]) -> None:
        box = self.server.box
        fault = GOOD if route.on == "send" else box.faults.take(dialect.kind, route.on)
        box.stopping.wait(fault.delay_ms / 1000)
        try:
            if fault.answers_badly and fault.before_accept:
                return self._misbehave(dialect, fault, Reply(200, b""))
            found = route.handler(box, request, parts)
        except Refusal as refusal:
            return self._reply(refusal.reply)
        if isinstance(found, Reply):
            return self._misbehave(dialect, fault, found)
        return self._send(dialect, found, request.full_path)

    def _send(self, dialect: Dialect, draft: Draft, path: str) -> None:
        box = self.server.box
        fault = box.faults.take(dialect.kind, "send", draft.to, draft.to.partition("@")[0], draft.person.key)
        box.stopping.wait(fault.delay_ms / 1000)
        if fault.answers_badly and fault.before_accept:
            return self._misbehave(dialect, fault, Reply(201, b""))
        taken = box.accept(draft, path)
        if fault.early_status:
            box.early(taken)
        follows = draft.kind not in ("reaction", "edit", "delete")
        if follows and fault.hang:  # only its answer hangs
            box.follow(taken, fault)
        self._misbehave(dialect, fault, draft.answer(taken))
        if follows and not fault.hang:
            box.follow(taken, fault)
        return None

    def _misbehave(self, dialect: Dialect, fault: Fault, good: Reply) -> None:
        """Answer as dialled; as a good provider when nothing is."""
        if fault.hang:
            self.server.box.stopping.wait(HANG_SECONDS)
        if fault.hang or fault.cut:
            self._cut(good, fault.cut_after)
        elif fault.status or fault.code:
            retry = {"Retry-After": fault.retry_after} if fault.retry_after else {}
            bad = dialect.error(fault.status, fault.code)
            self._bytes(bad.status, bad.encoded, bad.type, retry)
        else:
            body = good.encoded + b" " * fault.huge
            self._bytes(good.status, body, good.type, dict(good.headers), fault.drip_ms / 1000)

    def _cut(self, good: Reply, after: int) -> None:
        body = good.encoded
        head = f"HTTP/1.1 {good.status} OK\r\nContent-Type: {good.type}\r\nContent-Length: {len(body)}\r\n\r\n"
        self.wfile.write((head.encode() + body)[:after])
        self.wfile.flush()
        self.close_connection = True
        if not after:  # closing with a linger of 0 seconds is a reset
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.connection.close()

    def _body(self) -> bytes:
        length = self.headers.get("Content-Length", "0")
        if not length.isdigit() or int(length) > LARGEST_BODY:
            self.close_connection = True
            return b""
        return self.rfile.read(int(length))

    def _file(self, name: str) -> None:
        file = PAGE / name
        if file.parent != PAGE or file.suffix not in TYPES or not file.is_file():
            return self._answer(404, _wrong("Path not found"))
        return self._bytes(200, file.read_bytes(), f"{TYPES[file.suffix]}; charset=utf-8")

    def _media(self, line_id: str) -> None:
        """A file that came with a message; what is none of the kinds we send is not shown."""
        file = self.server.box.phones.file_of(unquote(line_id))
        type_ = reading.base_type(file.type) if file else ""
        if file is None or not reading.SHOWN.fullmatch(type_):
            return self._answer(404, _wrong("Path not found"))
        return self._bytes(200, file.data, type_)

    def _answer(self, status: int, body: object) -> None:
        self._reply(Reply(status, body))

    def _reply(self, reply: Reply) -> None:
        self._bytes(reply.status, reply.encoded, reply.type, dict(reply.headers))

    def _bytes(
        self, status: int, body: bytes, type_: str, headers: dict[str, str] | None = None, drip: float = 0.0
    ) -> None:
        self.send_response(status)
        fixed = {"Content-Type": type_, "Content-Length": str(len(body)), "Cache-Control": "no-store"}
        for name, value in (fixed | GUARD | (headers or {})).items():
            self.send_header(name, value)
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        for at in range(0, len(body), 1) if drip else ():
            self.wfile.write(body[at : at + 1])
            self.wfile.flush()
            if self.server.box.stopping.wait(drip):
                return
        if not drip:
            self.wfile.write(body)


def _wrong(details: str) -> dict[str, object]:
    return {"error": {"message": "wrong request", "details": details}}
