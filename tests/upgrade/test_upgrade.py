"""Two versions side by side: what the earlier one wrote, queued or spooled is understood, and the other way round."""

from __future__ import annotations

import json
import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Table, inspect, select, text

from roms import background
from roms.channels.fake import Box
from roms.channels.items import Receipt
from roms.db import Model, db, writing
from roms.engine import session
from roms.engine.types import Mode
from roms.models import Channel, Conversation, Message, Role, Status
from roms.services import channels, receipts, replies
from roms.services.actors import Actor
from roms.spool import Spool
from tests.cast import Cast, conversation, messages, say
from tests.conftest import Clock
from tests.upgrade.recording import EARLIER, KEY, NOW, jobs_now

EARLIER_ON = json.loads(EARLIER.read_text())


@pytest.fixture
def database_url(sqlite_template: Path, tmp_path: Path) -> str:
    """What was recorded was recorded on SQLite."""
    path = tmp_path / "roms.db"
    shutil.copy(sqlite_template, path)
    return f"sqlite:///{path}"


@pytest.fixture
def written(app: Flask, clock: Clock, provider: Box) -> None:
    """The schema of today with the rows of the version before, written by its own statements."""
    with db.engine.begin() as connection:
        for statement, values in EARLIER_ON["writes"]:
            connection.exec_driver_sql(statement, tuple(map(plain, values)))
    with writing():  # the provider has another address than it had then
        row = db.session.get(Channel, channels.find("whapi").channel_id)
        assert row is not None
        channels.put(row, {"base_url": provider.base_url})
    channels.forget()


def plain(value: Any) -> Any:
    return bytes.fromhex(value["hex"]) if isinstance(value, dict) else value


def test_rows_of_the_version_before_go_on_as_if_nothing_had_been(
    app: Flask, written: None, client: FlaskClient, provider: Box, work: Callable[[], None], clock: Clock
) -> None:
    with_ani, with_bot = conversation("6281234567890"), conversation("6281234567891")
    assert (with_ani.mode, with_bot.mode) == (Mode.AGENT, Mode.BOT)
    waiting = [row.id for row in messages("6281234567891") if row.status is Status.QUEUED]
    assert waiting
    background.sweep_outbox()
    work()
    assert {row.status for row in messages("6281234567891") if row.id in waiting} == {Status.ACCEPTED}
    say(client, "2", "6281234567891")
    said = messages("6281234567891")
    assert said[-1].sender.value == "bot"
    assert not any(row.sender.value == "system" for row in said), "its session could not be read"
    ani = Actor(2, "Ani", "ani", Role.AGENT, "id")
    replies.send(ani, with_ani.public_id, "b-2", "Sudah saya cek", seen=999)
    work()
    assert messages("6281234567890")[-1].status is Status.ACCEPTED
    clock.forward(hours=30)
    background.fire_timers()
    assert conversation("6281234567891").mode is Mode.CLOSED


def test_jobs_of_the_version_before_mean_the_same() -> None:
    """They lie in Redis when the new worker comes, and the new web process wakes old workers: names and arguments stay
    for a release. A new job, or a new argument that may be left out, is recorded with the next release."""
    now = jobs_now()
    for name, arguments in EARLIER_ON["jobs"].items():
        assert now.get(name, [])[: len(arguments)] == arguments, name


def test_a_letter_of_the_version_before_opens(tmp_path: Path) -> None:
    path = tmp_path / "letter"
    path.write_bytes(bytes.fromhex(EARLIER_ON["letter"]))
    letter = Spool(tmp_path, (KEY,)).opened(path)
    assert (letter.channel_id, letter.kind, letter.came_at, letter.body) == (1, "whapi", NOW, b'{"messages": []}')


def test_a_session_with_more_in_it_than_we_know_is_read(app: Flask, written: None) -> None:
    """As a later version writes it; what it is about stays."""
    for row in db.session.scalars(select(Conversation)):
        assert session.load(row.state | {"later": {"x": 1}}, {}) == session.load(row.state, {})


def _expanded(table: Table) -> Iterator[str]:
    yield f"ALTER TABLE {table.name} ADD COLUMN later_text TEXT"
    yield f"ALTER TABLE {table.name} ADD COLUMN later_count INTEGER NOT NULL DEFAULT 0"


def test_this_version_works_on_the_schema_of_the_next(
    app: Flask, cast: Cast, client: FlaskClient, provider: Box, work: Callable[[], None]
) -> None:
    """The migration comes first, and what runs goes on until it is restarted."""
    say(client, "halo")
    db.session.rollback()
    with db.engine.begin() as connection:
        for table in Model.metadata.sorted_tables:
            for statement in _expanded(table):
                connection.execute(text(statement))
        connection.execute(text("CREATE TABLE later_thing (id INTEGER PRIMARY KEY, name TEXT NOT NULL)"))
    say(client, "cs")
    replies.send(cast.ani, conversation().public_id, "b-1", "Ya?", seen=999)
    background.sweep_outbox()
    work()
    receipts.record(cast.whapi, Receipt(provider.accepted[-1]["id"], "delivered"))
    found = Counter(row.status for row in messages() if row.direction.value == "out")
    assert set(found) <= {Status.ACCEPTED, Status.DELIVERED, Status.CANCELLED}
    assert found[Status.DELIVERED] == 1
    assert {"later_text", "later_count"} <= {
        each["name"] for each in inspect(db.engine).get_columns(Message.__tablename__)
    }
