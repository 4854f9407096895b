"""Replies leave before bulk, one person is not written to faster than he may be, and a lost lease is lost."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event, insert, select, text, update

from roms import background, clock
from roms.channels import ADAPTERS
from roms.channels.failures import Transient
from roms.channels.fake import Box
from roms.channels.fake import limits as limits_of_the_box
from roms.config import ROOT
from roms.db import db, table, writing
from roms.models import BULK, REPLY, Direction, Message, PersonPace, Sender, Status
from roms.services import channels, outbox, queued, replies
from tests.cast import Cast, conversation, give, messages, say
from tests.conftest import KEYS, Clock

HERE = "6281234567890"
SENDS = """
import sys
from datetime import timedelta
from roms import draining
from roms.app import create_app
from roms.config import Config
from roms.services import outbox
outbox.LEASE = timedelta(seconds=1)
with create_app(Config.from_environ()).app_context():
    draining.drain(int(sys.argv[1]))
"""


def bulk(client: FlaskClient, number: int) -> None:
    """So many messages wait that answer nobody, each to somebody else."""
    say(client, "halo", "62800000000")
    row = {c.name: getattr(messages("62800000000")[-1], c.name) for c in table(Message).c if c.name != "id"}
    thread = conversation("62800000000")
    with writing():
        rows = [row | {"seq": 100 + n, "revision": 100 + n, "rank": BULK, "epoch": thread.epoch} for n in range(number)]
        db.session.execute(insert(table(Message)), rows)
        db.session.execute(update(table(Message)).where(Message.status == Status.QUEUED).values(rank=BULK))


@pytest.mark.damages("writes rows past the numbers of their conversation")
def test_r24_five_thousand_bulk_messages_stand_behind_one_reply_and_the_claim_walks_an_index(
    client: FlaskClient, cast: Cast
) -> None:
    bulk(client, 5000)
    say(client, "cs", HERE)
    replies.send(cast.ani, conversation(HERE).public_id, "r-1", "ya, ada", seen=0, force=True)
    first = outbox.claim(cast.whapi, 16)
    assert first[0].conversation_id == conversation(HERE).id
    asked = queued.asked(channels.line(cast.whapi), clock.now(), 16, REPLY)
    plan = explained(queued.next_in_line(is_paced=False).params(asked))
    assert "ix_message_queued" in plan, plan


def explained(statement: Any) -> str:
    with writing():
        connection = db.session.connection()
        if connection.dialect.name == "postgresql":
            connection.execute(text("ANALYZE message"))
        words = str(statement.compile(connection, compile_kwargs={"literal_binds": True}))
        explain = "EXPLAIN QUERY PLAN " if connection.dialect.name == "sqlite" else "EXPLAIN "
        return "\n".join(str(row) for row in connection.exec_driver_sql(explain + words))


def test_bulk_leaves_places_free_and_comes_after_every_reply(client: FlaskClient, cast: Cast) -> None:
    people = [f"62811{number:07d}" for number in range(20)]
    for phone in people:
        say(client, "halo", phone)
    with writing():
        db.session.execute(update(table(Message)).where(Message.status == Status.QUEUED).values(rank=BULK))
    assert outbox.claim(cast.whapi, queued.RESERVED) == []
    assert len(outbox.claim(cast.whapi, 16)) == 16 - queued.RESERVED


def test_a_reply_does_not_wait_for_the_bulk_before_it_in_its_own_conversation(client: FlaskClient, cast: Cast) -> None:
    say(client, "halo", HERE)
    with writing():
        db.session.execute(update(table(Message)).where(Message.status == Status.QUEUED).values(rank=BULK))
    say(client, "1", HERE)
    assert outbox.claim(cast.whapi, queued.RESERVED) == []
    background.sweep_outbox()
    (before,) = outbox.claim(cast.whapi, queued.RESERVED)
    outbox.record(cast.whapi, [(before, "p-1")])
    assert len(outbox.claim(cast.whapi, queued.RESERVED)) == 1


def slow(monkeypatch: pytest.MonkeyPatch, seconds: float, burst: int) -> None:
    usual = ADAPTERS["whapi"]
    abilities = replace(usual.abilities, per_person=seconds, person_burst=burst)
    monkeypatch.setitem(ADAPTERS, "whapi", replace(usual, abilities=abilities))


def test_r24_nobody_is_written_to_faster_than_whatsapp_lets_through(
    client: FlaskClient, cast: Cast, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow(monkeypatch, 6.0, 5)
    say(client, "cs", HERE)
    for number in range(20):
        replies.send(cast.ani, conversation(HERE).public_id, f"r-{number}", f"pesan {number}", seen=0, force=True)
    assert len(left(cast)) == 5, "a burst is lent"
    sent = 5
    for _ in range(10):
        clock.forward(seconds=6)
        sent += len(left(cast))
    assert sent == 15, "and waited off"
    say(client, "halo", "6281111111111")
    assert len(left(cast)) >= 1, "nobody else waits for it"
    clock.forward(minutes=5)
    with writing():
        queued.forget_paces()
    assert db.session.scalars(select(PersonPace.conversation_id)).all() == []
    assert len(left(cast)) == 5


def test_r20_a_clock_that_is_set_back_keeps_nobody_waiting_for_what_it_said(
    client: FlaskClient, cast: Cast, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow(monkeypatch, 6.0, 40)
    say(client, "cs", HERE)
    replies.send(cast.ani, conversation(HERE).public_id, "r-1", "satu", seen=0, force=True)
    clock.forward(minutes=5)
    assert "satu" in left(cast)
    replies.send(cast.ani, conversation(HERE).public_id, "r-2", "dua", seen=0, force=True)
    clock.forward(minutes=-5)
    assert left(cast) == ["dua"], "the allowance of this person"
    say(client, "halo", "6281111111111")
    clock.forward(minutes=5)
    while claimed := outbox.claim(cast.whapi, 16):
        outbox.record(cast.whapi, [(each, Transient("not now")) for each in claimed])
    clock.forward(minutes=-5)
    assert left(cast) != [], "a pause"


def test_r20_while_the_clock_is_set_back_a_pause_is_a_pause_all_the_same(
    client: FlaskClient, cast: Cast, clock: Clock
) -> None:
    say(client, "cs", HERE)
    clock.forward(minutes=-5)
    claimed = outbox.claim(cast.whapi, 1)
    outbox.record(cast.whapi, [(each, Transient("not now")) for each in claimed])
    assert (len(claimed), outbox.claim(cast.whapi, 1)) == (1, [])


def left(cast: Cast) -> list[str]:
    """What leaves now, each accepted at once."""
    found = []
    while claimed := outbox.claim(cast.whapi, 16):
        outbox.record(cast.whapi, [(each, f"p-{each.parcel.id}") for each in claimed])
        found += [each.parcel.text for each in claimed]
    return found


def test_eight_messages_take_the_statements_of_one(
    client: FlaskClient, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow(monkeypatch, 0.001, 100)
    people = [f"62811{number:07d}" for number in range(9)]
    for _ in range(2):
        left(cast)
        for phone in people:
            say(client, "halo", phone)
    costs = []
    for width in (1, 8):
        seen: list[str] = []
        note = lambda _connection, _cursor, sql, *_, seen=seen: seen.append(sql)  # noqa: E731
        event.listen(db.engine, "before_cursor_execute", note)
        claimed = outbox.claim(cast.whapi, width)
        outbox.record(cast.whapi, [(each, f"p-{each.parcel.id}") for each in claimed])
        event.remove(db.engine, "before_cursor_execute", note)
        assert len(claimed) == width
        costs.append(len([sql for sql in seen if not sql.startswith("BEGIN")]))
    assert costs[0] == costs[1] <= 13


@pytest.mark.damages("rows of its own making")
def test_r24_a_strict_meta_refuses_none_of_twenty_to_one_person(
    app: Flask, cast: Cast, provider: Box, monkeypatch: pytest.MonkeyPatch, work: Callable[[], None]
) -> None:
    """Its limits for tests: five at once, then one in 0.05 s; ours leave a fifth of it."""
    monkeypatch.setattr(limits_of_the_box, "BURST", 5)
    monkeypatch.setattr(limits_of_the_box, "EVERY", 0.05)
    meta = ADAPTERS["meta"]
    abilities = replace(meta.abilities, per_person=0.06, person_burst=4)
    monkeypatch.setitem(ADAPTERS, "meta", replace(meta, abilities=abilities))
    channel = channels.find("meta").channel_id
    talk(channel, 20)
    until = time.monotonic() + 20
    while time.monotonic() < until and len(provider.accepted) < 20:
        background.sweep_outbox()
        work()
    db.session.rollback()
    rows = db.session.scalars(select(Message).where(Message.channel_id == channel)).all()
    assert [each["text"] for each in provider.accepted] == [f"pesan {number}" for number in range(20)]
    assert {row.attempts for row in rows if row.direction is Direction.OUT} == {1}, "not one was refused"


def talk(channel: int, number: int) -> None:
    from roms.channels.items import Identity, Incoming
    from roms.services import intake

    hello = Incoming(HERE, "hai", provider_id="m-1", identities=(Identity("phone", f"+{HERE}"),), at=clock.now())
    intake.receive(channel, hello)
    with writing():
        ours = table(Message).c.direction == Direction.OUT
        row = dict(db.session.execute(select(*table(Message).c).where(ours).limit(1)).mappings().one())
        db.session.execute(table(Message).delete().where(ours))
        more = {"sender": Sender.AGENT, "payload": None, "kind": "text"}
        rows = [
            row | more | {"id": 100 + n, "seq": 50 + n, "revision": 50 + n, "text": f"pesan {n}"} for n in range(number)
        ]
        db.session.execute(insert(table(Message)), rows)


def test_a_number_that_is_also_used_in_the_app_is_given_its_own_limit(app: Flask, cast: Cast) -> None:
    meta = channels.find("meta").channel_id
    assert channels.line(meta).per_second == 80
    give(meta, per_second="20")
    assert channels.line(meta).per_second == 20


def test_r15_who_went_on_after_its_lease_writes_over_nothing(
    app: Flask, client: FlaskClient, cast: Cast, provider: Box
) -> None:
    """Two real processes: the first is stopped within a send, given up, and goes on when the second has sent."""
    say(client, "halo", HERE)
    config = app.extensions["roms.config"]
    environ = {"DATABASE_URL": config.database_url, "REDIS_URL": config.redis_url, **KEYS, "ROMS_SPOOL": config.spool}
    environ |= {"ROMS_INSTANCE": "trial", "ROMS_FAKE_URL": provider.base_url, "PATH": os.environ["PATH"]}
    command = [sys.executable, "-c", SENDS, str(cast.whapi)]
    provider.faults.dial(delay_ms=1500, to=f"{HERE}@s.whatsapp.net")
    with subprocess.Popen(command, cwd=ROOT, env=environ) as first:
        until_row(lambda row: row.status is Status.SENDING)
        first.send_signal(signal.SIGSTOP)
        until_row(lambda row: row.lease_until is not None and row.lease_until < clock.now() - timedelta(seconds=0.2))
        background.sweep_outbox()
        row = until_row(lambda row: row.status is Status.UNKNOWN)
        replies.retry(cast.ani, conversation(HERE).public_id, row.seq)
        subprocess.run(command, cwd=ROOT, env=environ, timeout=60, check=True)
        second = until_row(lambda row: row.status is Status.ACCEPTED)
        first.send_signal(signal.SIGCONT)
        assert first.wait(60) == 0
    taken = [each["id"] for each in provider.accepted if each["text"] == row.text]
    assert len(taken) == 2, "a person asked for the second"
    last = until_row(lambda row: True)
    assert (last.status, last.provider_id, last.revision) == (Status.ACCEPTED, second.provider_id, second.revision)


def until_row(good: Callable[[Message], bool]) -> Message:
    """The bot's first message, as soon as it is so."""
    limit = time.monotonic() + 60
    while True:
        row = next(message for message in messages(HERE) if message.direction is Direction.OUT)
        if good(row):
            return row
        assert time.monotonic() < limit, row.status
        time.sleep(0.05)
