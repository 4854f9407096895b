"""docs/adding-a-channel.md, done: its provider is added by its own listings and talks through the real application."""

from __future__ import annotations

import hashlib
import hmac
import importlib
import json
import re
import shutil
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import fields
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

import roms.channels
from roms.channels import failures, items, sentences
from roms.channels.base import Abilities, Adapter
from roms.config import ROOT
from roms.db import db, writing
from roms.models import Channel, Message, Status
from roms.services import channels, marks
from tests.cast import Cast
from tests.channels.storable import KEYS, KINDS

PAGE = (ROOT / "docs" / "adding-a-channel.md").read_text()
KEY = "a key that pigeons know"
LOFT = "loft-7"
Work = Callable[[], None]


def listing(language: str, beginning: str) -> str:
    """The one block of the page that begins so."""
    blocks = re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)
    [found] = [block for block in blocks if block.startswith(beginning)]
    return str(found)


class Post(BaseHTTPRequestHandler):
    """Pigeon Post's own server."""

    taken: list[dict[str, Any]]
    refuses = ""

    def do_POST(self) -> None:
        letter = json.loads(self.rfile.read(int(self.headers["content-length"])))
        assert (self.path, self.headers["authorization"]) == ("/fly", f"Bearer {KEY}")
        if not type(self).refuses:
            self.taken.append(letter)
        body = {"reason": self.refuses} if self.refuses else {"letter": f"letter-{len(self.taken)}"}
        self.send_response(400 if self.refuses else 200)
        self.end_headers()
        self.wfile.write(json.dumps(body).encode())

    def log_message(self, format: str, *args: Any) -> None:
        """Quietly."""


@pytest.fixture
def post() -> Iterator[ThreadingHTTPServer]:
    Post.taken, Post.refuses = [], ""
    with ThreadingHTTPServer(("127.0.0.1", 0), Post) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def pigeon(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Adapter]:
    """The folder and the line, as the page lists them; the folder stands beside the others only for this test."""
    folder = tmp_path / "channels" / "pigeon"
    folder.mkdir(parents=True)
    (folder / "__init__.py").write_text(listing("python", "# roms/channels/pigeon/__init__.py\n"))
    (folder / "errors.json").write_text(listing("json", "{"))
    shutil.copy(sentences.FOLDER / "sentences.json", folder.parent)
    monkeypatch.setattr(roms.channels, "__path__", [*roms.channels.__path__, str(folder.parent)])
    monkeypatch.setattr(sentences, "FOLDER", folder.parent)
    sentences._codes.cache_clear()
    adapter = with_the_line()["pigeon"]
    monkeypatch.setitem(roms.channels.ADAPTERS, "pigeon", adapter)  # type: ignore[arg-type]
    yield adapter
    sentences._codes.cache_clear()
    del sys.modules["roms.channels.pigeon"]
    vars(roms.channels).pop("pigeon")


def with_the_line() -> dict[str, Adapter]:
    """The list of adapters, read from its own file with one line more."""
    importlib.invalidate_caches()
    source = Path(roms.channels.__file__).read_text()
    line = listing("text", '    "')
    assert line.count("\n") == 1
    names: dict[str, Any] = {"__name__": "roms.channels"}
    exec(source.replace("KINDS = (\n", f"KINDS = (\n{line}"), names)
    found: dict[str, Adapter] = names["ADAPTERS"]
    return found


@pytest.fixture
def channel(cast: Cast, pigeon: Adapter, post: ThreadingHTTPServer) -> str:
    """The key of a channel of that kind."""
    with writing():
        row = channels.add("pigeon", "Post", {"base_url": f"http://127.0.0.1:{post.server_port}", "key": KEY})
        return row.webhook_key


def knock(client: FlaskClient, channel: str, key: str = KEY, **body: Any) -> TestResponse:
    data = json.dumps(body).encode()
    seal = hmac.new(key.encode(), data, hashlib.sha256).hexdigest()
    return client.post(f"/webhook/pigeon/{channel}", data=data, headers={"X-Pigeon-Seal": seal})


def said() -> list[Message]:
    db.session.rollback()
    ours = select(Message).join(Channel, Channel.id == Message.channel_id).where(Channel.kind == "pigeon")
    return list(db.session.scalars(ours.order_by(Message.seq).execution_options(populate_existing=True)))


def test_a_letter_comes_in_and_the_answer_flies_out(client: FlaskClient, channel: str, work: Work) -> None:
    letters = [{"id": "l-1", "loft": LOFT, "words": "halo", "name": "Siti", "flown": int(time.time())}, "no letter"]
    answer = knock(client, channel, letters=letters)
    assert (answer.status_code, answer.get_json()["stored"], answer.get_json()["skipped"]) == (200, 1, 1)
    assert knock(client, channel, letters=letters).get_json()["repeated"] == 1
    work()
    theirs, ours, *_ = said()
    assert (theirs.text, ours.status) == ("halo", Status.ACCEPTED)
    assert Post.taken[0] == {"loft": LOFT, "words": ours.text, "ours": marks.of(ours.channel_id, ours.id, 1)}
    assert knock(client, channel, news=[{"letter": ours.provider_id, "fate": "arrived"}]).status_code == 200
    assert said()[1].status is Status.DELIVERED


def test_a_refusal_is_written_down_and_has_a_sentence(client: FlaskClient, channel: str, work: Work) -> None:
    Post.refuses = "hawk"
    knock(client, channel, letters=[{"id": "l-1", "loft": LOFT, "words": "halo"}])
    work()
    ours = said()[1]
    assert (ours.status, ours.error_code) == (Status.FAILED, "hawk")
    assert sentences.sentence("pigeon", ours.error_code, "permanent")["en"].startswith("No pigeon can fly there.")


def test_only_pigeon_post_may_knock(client: FlaskClient, channel: str, app: Flask) -> None:
    assert knock(client, channel, "another key", letters=[{"loft": LOFT, "words": "halo"}]).status_code == 403
    assert client.post(f"/webhook/pigeon/{channel}", data=b"{}").status_code == 403
    assert knock(client, "no such key", letters=[]).status_code == 404
    assert said() == []


def test_the_page_names_the_whole_vocabulary() -> None:
    classes = [kind.__name__ for kind in items.Item.__args__]
    raised = [kind.__name__ for kind in (*failures.ERROR_CLASSES.values(), failures.Throttled, failures.Forbidden)]
    parts = [field.name for kind in (Adapter, Abilities) for field in fields(kind)]
    assert [name for name in [*classes, *raised, *parts, *KEYS, *KINDS] if f"`{name}`" not in PAGE] == []
