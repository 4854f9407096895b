"""HTTP on the loopback address: Whapi's own paths, and those of the page, of tests and of the sample shop: `/_…`."""

from __future__ import annotations

import contextlib
import json
import socket
import socketserver
import struct
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from roms.channels.fake import contents, orders, shapes
from roms.channels.fake.faults import Fault

if TYPE_CHECKING:
    from roms.channels.fake.box import FakeWhapi

PAGE = Path(__file__).parent / "page"
TYPES = {".html": "text/html", ".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml"}
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; media-src 'self'; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
LARGEST_BODY = 32 << 20  # a file of 16 MB, as text
HANG_SECONDS = 60.0
HEALTH = {"start_at": 0, "uptime": 1, "version": "fake", "status": {"code": 4, "text": "AUTH"}}


class Server(ThreadingHTTPServer):
    """One thread a connection; it knows its connections so that they can be cut."""

    daemon_threads = True
    block_on_close = False
    request_queue_size = 256

    def __init__(self, port: int, box: FakeWhapi) -> None:
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
        """The page, and what was taken."""
        path = urlsplit(self.path).path
        if path == "/health":
            self._answer(200, HEALTH)
        elif path == "/_accepted":
            self._answer(200, {"accepted": self.server.box.accepted})
        elif path.startswith("/_media/"):
            self._media(path.removeprefix("/_media/"))
        elif path.startswith(f"{orders.PATH}/"):
            self._order(path.removeprefix(f"{orders.PATH}/"))
        else:
            self._file(path.lstrip("/") or "index.html")

    def do_POST(self) -> None:
        """A message to send, or something from the page or a test."""
        body = self._body()
        path = urlsplit(self.path).path
        if kind := contents.kind_of(path):
            self._send(kind, body)
        elif path.startswith("/_") and self.headers.get_content_type() != "application/json":
            self._answer(415, shapes.error(415, "JSON is wanted; so pages of other sites cannot post here"))
        elif path == orders.PATH:
            self._take_order(body)
        elif path in CONTROLS and isinstance(body, dict):
            self._control(CONTROLS[path], body)
        else:
            known = path in CONTROLS
            self._answer(400 if known else 404, shapes.error(400 if known else 404, "Path not found or no object"))

    def _order(self, number: str) -> None:
        found = self.server.box.orders.find(number)
        self._answer(200 if found else 404, found or shapes.error(404, "There is no such order"))

    def _take_order(self, body: object) -> None:
        try:
            self._answer(201, self.server.box.orders.make(body))
        except ValueError as error:
            self._answer(400, shapes.error(400, "wrong request parameters", str(error)))

    def _control(self, verb: Callable[[FakeWhapi, dict[str, Any]], object], body: dict[str, Any]) -> None:
        try:
            self._answer(200, verb(self.server.box, body))
        except (KeyError, TypeError, ValueError) as error:
            self._answer(400, shapes.error(400, "wrong request parameters", str(error)))

    def _send(self, kind: str, body: object) -> None:
        scheme, _, token = self.headers.get("Authorization", "").partition(" ")
        if scheme != "Bearer" or not token.strip():
            return self._answer(401, shapes.error(401, "Need channel authorization for using this action"))
        wrong = shapes.fault_in(kind, body)
        if wrong or not isinstance(body, dict):
            return self._answer(400, shapes.error(400, "wrong request parameters", wrong))
        box = self.server.box
        fault = box.faults.take(shapes.address_of(body["to"]))
        box.stopping.wait(fault.delay_ms / 1000)
        if fault.answers_badly and fault.before_accept:
            return self._misbehave(fault, {})
        taken = box.phones.accept(self.path, body)
        if fault.early_status:
            box.early(taken)
        self._misbehave(fault, shapes.sent(taken["id"], taken["to"], kind, taken["text"], taken["at"]))
        box.follow(taken, fault)
        return None

    def _misbehave(self, fault: Fault, good: object) -> None:
        """Answer as dialled; as a good provider when nothing is."""
        if fault.hang:
            self.server.box.stopping.wait(HANG_SECONDS)
        if fault.hang or fault.cut:
            self._cut(json.dumps(good).encode(), fault.cut_after)
        elif fault.status:
            self._answer(fault.status, shapes.error(fault.status, "Fault by dial"), fault.retry_after)
        else:
            self._answer(201, good)

    def _cut(self, body: bytes, after: int) -> None:
        head = f"HTTP/1.1 201 Created\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        self.wfile.write((head.encode() + body)[:after])
        self.wfile.flush()
        self.close_connection = True
        if not after:  # closing with a linger of 0 seconds is a reset
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.connection.close()

    def _body(self) -> object:
        length = self.headers.get("Content-Length", "0")
        if not length.isdigit() or int(length) > LARGEST_BODY:
            self.close_connection = True
            return None
        try:
            return json.loads(self.rfile.read(int(length)) or b"null")
        except (ValueError, RecursionError):
            return None

    def _file(self, name: str) -> None:
        file = PAGE / name
        if file.parent != PAGE or file.suffix not in TYPES or not file.is_file():
            return self._answer(404, shapes.error(404, "Path not found"))
        return self._bytes(200, file.read_bytes(), f"{TYPES[file.suffix]}; charset=utf-8")

    def _media(self, line_id: str) -> None:
        """A file that came with a message; what is none of the kinds we send is not shown."""
        type_, data = self.server.box.phones.file_of(line_id)
        if not contents.SHOWN.fullmatch(type_):
            return self._answer(404, shapes.error(404, "Path not found"))
        return self._bytes(200, data, type_)

    def _answer(self, status: int, body: object, retry_after: str = "") -> None:
        encoded = json.dumps(body, ensure_ascii=False).encode("utf-8", "replace")
        self._bytes(status, encoded, "application/json", {"Retry-After": retry_after} if retry_after else {})

    def _bytes(self, status: int, body: bytes, content_type: str, headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        fixed = {"Content-Type": content_type, "Content-Length": str(len(body)), "Cache-Control": "no-store"}
        guard = {
            "Content-Security-Policy": POLICY,
            "X-Content-Type-Options": "nosniff",
            "Referrer-Policy": "no-referrer",
        }
        for name, value in (fixed | guard | (headers or {})).items():
            self.send_header(name, value)
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(body)


def _say(box: FakeWhapi, body: dict[str, Any]) -> object:
    text, number = body["text"], str(body["from"])
    if not isinstance(text, str) or not text.strip() or not shapes.RECIPIENT.fullmatch(number):
        raise ValueError("from must be a number and text must not be empty")
    return {"id": box.say(number, text, str(body.get("name", "")))}


def _add_phone(box: FakeWhapi, body: dict[str, Any]) -> object:
    number = "".join(sign for sign in str(body.get("number", "")) if sign.isdigit())
    if number and not shapes.RECIPIENT.fullmatch(number):
        raise ValueError("that is no phone number")
    return {"address": box.phones.add(str(body.get("name", ""))[:60], number).address}


def _look(box: FakeWhapi, body: dict[str, Any]) -> object:
    """What the page asks twice a second: everything, unless it has it already."""
    box.look(str(body.get("open", "")))
    shown = box.phones.shown()
    return shown if body.get("since") != shown["version"] else {"version": shown["version"]}


def _dial(box: FakeWhapi, body: dict[str, Any]) -> object:
    box.faults.dial(**body)
    return {"success": True}


def _reset(box: FakeWhapi, body: dict[str, Any]) -> object:
    box.reset()
    return {"success": True}


CONTROLS: dict[str, Callable[[FakeWhapi, dict[str, Any]], object]] = {
    "/_say": _say,
    "/_look": _look,
    "/_phones": _add_phone,
    "/_faults": _dial,
    "/_reset": _reset,
}
