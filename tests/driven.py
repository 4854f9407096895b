"""One real server, one box, an agent: what people and we do with each of the four providers, and what became of it.

When a module is through with it, the promises hold (tests/kit/invariants.py).
"""

from __future__ import annotations

import itertools
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import redis as redis_library
from flask import Flask
from sqlalchemy import select
from werkzeug.serving import WSGIRequestHandler, make_server

from roms import jobs, process, queue
from roms.app import create_app
from roms.channels.fake import Box, samples
from roms.db import db
from roms.models import Channel, Contact, Conversation, Message, Status
from roms.services import accounts, arrivals, channels, publishing
from tests import deaf
from tests.cast import PASSWORD, Cast
from tests.conftest import config_for, empty
from tests.engine.chat import flow_files, indented
from tests.kit import ledger
from tests.kit.invariants import assert_invariants
from tests.kit.knocks import listening
from tests.web.agent import Agent
from tests.web.conftest import free_port

PROVIDERS = ("meta", "twilio", "whapi", "waha")
FLOWS = {
    "tombol": """
ask:
  menu:
    prompt: Mau yang mana?
    options: [{key: 1, label: Kopi, go: main.person}, {key: 2, label: Teh, go: main.person}]
    invalid: {then: main.person}
""",
    "daftar": """
ask:
  menu:
    prompt: Pilih satu
    options:
      - {key: 1, label: Satu, go: main.person}
      - {key: 2, label: Dua, go: main.person}
      - {key: 3, label: Tiga, go: main.person}
      - {key: 4, label: Empat, go: main.person}
      - {key: 5, label: Lima, go: main.person}
    invalid: {then: main.person}
""",
    "stiker": """
say: {say: {sticker: media/s.webp}, end: true}
""",
    "templat": """
say:
  say: {template: {name: sapaan_ulang, language: id, parameters: [Siti]}, text: "Halo Siti, kami ingin melanjutkan."}
  end: true
""",
}
_numbers = itertools.count(6280000100001)
_ids = itertools.count(1)
Entry = dict[str, Any]


class Quiet(WSGIRequestHandler):
    def log(self, type: str, message: str, *args: Any) -> None:
        """Says nothing."""


class World:
    """A server of ours and the box, which know each other's address."""

    def __init__(self, app: Flask, url: str, box: Box) -> None:
        self.app, self.url, self.box, self.agent = app, url, box, Agent(url)
        self.channels = {kind: channels.find(kind).channel_id for kind in PROVIDERS}

    def somebody(self, provider: str, opens: bool = True, **details: Any) -> Talk:
        """A person nobody has heard of; `opens`: they have written already, and the bot has handed them to a person."""
        talk = Talk(self, provider, str(next(_numbers)))
        if opens:
            talk.first = talk.does("text", text="halo", **details)
        return talk

    def work(self, *queues: str) -> None:
        """Let RQ workers do what waits."""
        deaf.work(self.app.extensions["roms.config"].redis_url, *(queues or (queue.OUTBOX, queue.FILES)))

    def replay(self) -> None:
        """As the ticker does."""
        for _ in range(5):
            if arrivals.spool().is_empty():
                return
            db.session.rollback()
            arrivals.flush()
        raise AssertionError("the spool does not empty")

    def channel(self, provider: str) -> Channel:
        db.session.rollback()
        row = db.session.get(Channel, self.channels[provider])
        assert row is not None
        return row


class Talk:
    """One person with one account of ours."""

    def __init__(self, world: World, provider: str, number: str) -> None:
        self.world, self.provider, self.number, self.first = world, provider, number, ""
        person = world.box.phones.find(number)
        assert person is not None
        self.person = person
        self.names = [person.number, person.user_id, person.lid]  # as they are known at first

    # --- the person's side ---

    def does(self, kind: str = "text", **details: Any) -> str:
        """They do this on the phone, and it has been brought to us; its id."""
        told = self.world.box.send(self.person, kind, account=self.provider, name="Siti Rahma", **details)
        self.brought()
        return told

    def brought(self) -> None:
        """Everything that the box had to tell has been told, and stored: on a busy machine by way of the spool."""
        assert self.world.box.settled(self.provider), "the box could not bring its webhooks"
        self.world.replay()

    # --- our side ---

    @property
    def rows(self) -> list[Conversation]:
        db.session.rollback()
        names = [*self.names, self.person.number]
        of_channel = select(Conversation).where(Conversation.channel_id == self.world.channels[self.provider])
        every = db.session.scalars(of_channel.execution_options(populate_existing=True))
        return [row for row in every if any(name in row.address for name in names)]

    @property
    def conversation(self) -> Conversation:
        (row,) = self.rows
        return row

    @property
    def contact(self) -> Contact:
        found = db.session.get(Contact, self.conversation.contact_id)
        assert found is not None
        return found

    @property
    def messages(self) -> list[Message]:
        """Everything said, as it is stored."""
        thread = select(Message).where(Message.conversation_id == self.conversation.id).order_by(Message.seq)
        return list(db.session.scalars(thread.execution_options(populate_existing=True)))

    @property
    def path(self) -> str:
        return f"/api/conversations/{self.conversation.public_id}"

    @property
    def entries(self) -> list[Entry]:
        """Everything said, as a browser is given it."""
        answer = self.world.agent.http.get(self.path)
        assert answer.status_code == 200, answer.text
        return [entry for entry in answer.json()["entries"] if entry["type"] == "message"]

    @property
    def last(self) -> Entry:
        return self.entries[-1]

    def asks(self, what: str, **body: Any) -> Any:
        """The agent's browser asks for this; the answer."""
        return self.world.agent.post(f"{self.path}/{what}", {"client_id": f"driven-{next(_ids):06}", **body})

    def sends(self, **body: Any) -> dict[str, Any]:
        """The agent sends this, the worker hands it over: what the box took."""
        answer = self.asks("messages", **{"seen": 0, "force": True, "text": "", **body})
        assert answer.status_code == 201, answer.text
        return self.handed_over()

    def handed_over(self) -> dict[str, Any]:
        """The worker works: what the box took of it, for this person."""
        for _ in range(5):  # a hint may be lost, and the ticker gives it again
            queue.wake([self.world.channels[self.provider]])
            self.world.work(queue.OUTBOX)
            if all(message.status != Status.QUEUED for message in self.messages):
                break
            time.sleep(0.5)
        taken = [each for each in self.world.box.accepted if each["person"] == self.person.key]
        taken = [each for each in taken if each["provider"] == self.provider]
        assert taken, [(message.kind, message.status, message.error_text) for message in self.messages]
        return taken[-1]

    def uploads(self, name: str, data: bytes, type_: str, voice: bool = False) -> str:
        form = {"voice": "1"} if voice else {}
        agent = self.world.agent
        answer = agent.http.post(
            f"{self.path}/files", files={"file": (name, data, type_)}, data=form, headers=agent.csrf
        )
        assert answer.status_code == 201, answer.text
        return str(answer.json()["file"]["file"])

    def until(self, good: Callable[[Entry], Any], seconds: float = 8.0, seq: int = 0) -> Entry:
        """The newest entry (or the one with this number), as soon as it is so."""
        limit = time.monotonic() + seconds
        while True:
            self.world.replay()
            entry = next(each for each in reversed(self.entries) if seq in (0, each["seq"]))
            if good(entry):
                return entry
            assert time.monotonic() < limit, entry
            time.sleep(0.02)

    def ticks(self) -> Entry:
        """What we said last has been delivered; then they look at it, and it has been read."""
        delivered = self.until(lambda entry: entry["status"] == "delivered")
        return self.until(self._is_read, seq=delivered["seq"])

    def _is_read(self, entry: Entry) -> bool:
        """They look until they see it: ROMS may know before the phone does that it was delivered."""
        self.world.box.look(self.person.key, self.provider)
        return bool(entry["status"] == "read")


def said() -> dict[str, str]:
    """A flow for each word: `tombol` asks with buttons, `daftar` with a list, `templat` says a template."""
    head = "flow: {0}\ntriggers: [{{keywords: [{0}], interrupt: true}}]\nsteps:\n{1}"
    return {name: head.format(name, indented(steps)) for name, steps in FLOWS.items()}


@contextmanager
def world(database_url: str, redis_url: str, folder: Path) -> Iterator[World]:
    """All of it, for as long as somebody wants it."""
    with redis_library.Redis.from_url(redis_url) as client:
        client.flushall()
    url = f"http://127.0.0.1:{(port := free_port())}"
    with Box(web=url) as box:
        box.limits.refusal_seconds = 0.05
        usual = {"ROMS_FAKE_URL": box.base_url, "ROMS_STORAGE": str(folder / "files"), "ROMS_PUBLIC_URL": url}
        usual["ROMS_SPOOL"] = str(folder / "spool")  # what another test left in a common one would make these wait
        app = create_app(config_for(database_url, redis_url, **usual))
        server = make_server("127.0.0.1", port, app, threaded=True, request_handler=Quiet)
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        with app.app_context():
            try:
                cast = Cast.enters()
                accounts.set_password(cast.ani.id, PASSWORD)
                publishing.publish(
                    flow_files("person: {handoff: true}", **said()) | {"media/s.webp": samples.sample("sticker").data}
                )
                with ledger.kept(db.engine), listening(app) as knocks:
                    yield (one := World(app, url, box))
                    db.session.remove()
                    assert all(map(box.settled, PROVIDERS)), "the box could not bring its webhooks"
                    one.replay()
                    assert_invariants(box, knocks.promised)
            finally:
                server.shutdown()
                thread.join()
                server.server_close()
                process.client().close()
                process.client.cache_clear()
                db.session.remove()
                db.engine.dispose()
                app.extensions["roms.redis"].close()


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def driven(
    request: pytest.FixtureRequest, redis_server: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[World]:
    folder = tmp_path_factory.mktemp("driven")
    if request.param == "sqlite":
        shutil.copy(request.getfixturevalue("sqlite_template"), folder / "roms.db")
        url = f"sqlite:///{folder / 'roms.db'}"
    else:
        url = request.getfixturevalue("postgres_url")
        empty(url)
    with world(url, redis_server, folder) as one:
        for provider in ("meta", "twilio"):
            jobs.sync_templates(one.channels[provider])
        yield one
