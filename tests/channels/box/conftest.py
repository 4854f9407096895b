"""Where the box's webhooks arrive, and callers that know its secrets."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import httpx
import pytest

from roms.channels.fake import Box

FIXTURES = Path(__file__).parent.parent / "fixtures"
BUDI = "6280000001001"


@dataclass
class Heard:
    kind: str
    url: str
    headers: dict[str, str]
    raw: bytes

    @property
    def body(self) -> Any:
        if self.kind == "twilio":
            return dict(parse_qsl(self.raw.decode(), keep_blank_values=True))
        return json.loads(self.raw)


@dataclass
class Ears:
    """All webhooks, in the order they came."""

    url: str = ""
    heard: list[Heard] = field(default_factory=list)
    answers: list[int] = field(default_factory=list)  # what the next ones are answered with, instead of 200
    changed: threading.Condition = field(default_factory=threading.Condition)

    def wait(self, number: int, seconds: float = 6) -> list[Heard]:
        with self.changed:
            assert self.changed.wait_for(lambda: len(self.heard) >= number, seconds), self.heard
            return list(self.heard)

    def until(self, good: Callable[[Heard], bool], seconds: float = 6) -> Heard:
        with self.changed:
            assert self.changed.wait_for(lambda: any(map(good, self.heard)), seconds), self.heard
            return next(filter(good, self.heard))


@pytest.fixture
def ears() -> Iterator[Ears]:
    ears = Ears()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            raw = self.rfile.read(int(self.headers["Content-Length"]))
            kind = self.path.split("/")[2]
            with ears.changed:
                status = ears.answers.pop(0) if ears.answers else 200
                headers = {name.lower(): value for name, value in self.headers.items()}
                ears.heard.append(Heard(kind, ears.url + self.path, headers, raw))
                ears.changed.notify_all()
            self.send_response(status)
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    ears.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    yield ears
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def box(ears: Ears) -> Iterator[Box]:
    with Box(web=ears.url) as one:
        one.limits.refusal_seconds = 0.05
        yield one


@pytest.fixture
def client(box: Box) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=box.base_url, trust_env=False) as one:
        yield one


def fixture(kind: str, name: str) -> Any:
    return json.loads((FIXTURES / kind / name).read_text())


def shape(value: Any, depth: int = 9) -> Any:
    """The keys of a body, whatever it says."""
    if isinstance(value, dict):
        return {key: shape(each, depth - 1) for key, each in value.items()}
    return [shape(value[0], depth - 1)] if isinstance(value, list) and value else type(value).__name__
