"""What waits to be sent leaves once, in order, and a failure is what it is."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable

import httpx
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, text

from roms import background, queue
from roms.channels import calling
from roms.channels.failures import Ambiguous, ChannelBroken, Permanent, SendFailed, Throttled, Transient
from roms.channels.fake import Box
from roms.channels.items import Receipt
from roms.config import ROOT
from roms.db import db
from roms.models import Direction, Message, Status
from roms.services import leases, notes, outbox, receipts, replies
from tests.cast import Cast, conversation, messages, say
from tests.conftest import KEYS, Clock
from tests.dev.instance import until

DIES_AFTER_COMMIT = """
import os, sys
from roms import db
from roms.app import create_app
from roms.channels.items import Incoming
from roms.config import Config
from roms.services import intake
with create_app(Config.from_environ()).app_context():
    with db.writing():
        db.after_commit(lambda: os._exit(137))  # before the hint that the message's own transaction leaves for later
        hello = Incoming("6281234567890@s.whatsapp.net", "halo", provider_id="1")
        intake._receive.__wrapped__(int(sys.argv[1]), hello, "")
"""


def ours(sender: str = "6281234567890") -> list[Message]:
    return [message for message in messages(sender) if message.direction is Direction.OUT]


def test_r30_ten_messages_of_one_conversation_leave_in_order_at_any_latency(
    client: FlaskClient, cast: Cast, provider: Box, work: Callable[[], None]
) -> None:
    say(client, "cs")
    cid = conversation().public_id
    for number in range(10):
        replies.send(cast.ani, cid, f"b-{number}", f"pesan {number}", seen=0)
        provider.faults.dial(delay_ms=(number * 37) % 90, times=1)
    work()
    written = [message.text for message in ours() if message.status is not Status.CANCELLED]
    assert [accepted["text"] for accepted in provider.accepted] == written
    assert written[-10:] == [f"pesan {number}" for number in range(10)]


def test_r30_what_a_provider_may_still_be_about_to_take_is_not_overtaken(
    client: FlaskClient,
    cast: Cast,
    provider: Box,
    clock: Clock,
    work: Callable[[], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The line breaks before the answer, and the provider takes the message after that."""
    say(client, "cs")
    work()
    before = len(provider.accepted)
    monkeypatch.setattr(calling, "TIMEOUT", httpx.Timeout(0.2, connect=5.0))
    provider.faults.dial(delay_ms=600, times=1)
    for number in range(2):
        replies.send(cast.ani, conversation().public_id, f"b-{number}", f"pesan {number}", seen=0)
    work()
    assert [message.status for message in ours()[-2:]] == [Status.UNKNOWN, Status.QUEUED]
    assert until(lambda: len(provider.accepted) > before, 20)
    for seconds, status in ((4, Status.QUEUED), (2, Status.ACCEPTED)):
        clock.forward(seconds=seconds)
        background.sweep_outbox()
        work()
        assert ours()[-1].status is status
    assert [accepted["text"] for accepted in provider.accepted[before:]] == ["pesan 0", "pesan 1"]


@pytest.mark.parametrize("end", ["the provider's word", "a clock set back"])
def test_what_follows_a_lost_message_waits_no_longer_than_it_must(
    client: FlaskClient, cast: Cast, clock: Clock, end: str
) -> None:
    say(client, "cs")
    for number in range(2):
        replies.send(cast.ani, conversation().public_id, f"b-{number}", f"pesan {number}", seen=0)
    while (claimed := outbox.claim(cast.whapi, 1)[0]).parcel.text != "pesan 0":
        outbox.record(cast.whapi, [(claimed, f"p-{claimed.parcel.id}")])
    outbox.record(cast.whapi, [(claimed, Ambiguous("no answer", "ReadError"))])
    assert outbox.claim(cast.whapi, 1) == []
    if end == "a clock set back":
        clock.forward(minutes=-5)
    else:
        receipts.record(cast.whapi, Receipt("p-late", "delivered", mark=claimed.parcel.mark))
    assert [each.parcel.text for each in outbox.claim(cast.whapi, 1)] == ["pesan 1"]


def test_many_conversations_are_sent_side_by_side_each_in_order(
    client: FlaskClient, cast: Cast, provider: Box, work: Callable[[], None]
) -> None:
    senders = [f"62811{number:07d}" for number in range(20)]
    for words in ("halo", "1", "2"):
        for sender in senders:
            say(client, words, sender)
    provider.faults.dial(delay_ms=20, times=1000)
    work()
    for sender in senders:
        arrived = [accepted["text"] for accepted in provider.accepted if accepted["to"].startswith(sender)]
        assert arrived == [message.text for message in ours(sender)]
        assert {message.status for message in ours(sender)} == {Status.ACCEPTED}


@pytest.mark.parametrize("planner", [(), ("hashjoin", "hashagg", "mergejoin", "material", "sort")])
def test_no_more_is_claimed_than_was_asked_for_however_it_is_planned(
    client: FlaskClient, cast: Cast, planner: tuple[str, ...]
) -> None:
    """PostgreSQL looked for what is next once for every row it updated where it took a nested loop."""
    for number in range(12):
        say(client, "cs", f"62811{number:07d}")
    if db.engine.dialect.name == "postgresql":
        db.session.execute(text("ANALYZE message"))
        for method in planner:
            db.session.execute(text(f"SET enable_{method} = off"))
        db.session.commit()
    assert len(outbox.claim(cast.whapi, 5)) == 5


def test_a_later_message_waits_while_an_earlier_one_is_retried(client: FlaskClient, cast: Cast, clock: Clock) -> None:
    say(client, "halo")
    (claimed,) = outbox.claim(cast.whapi, 1)
    outbox.record(cast.whapi, [(claimed, Transient("refused", "connect"))])
    say(client, "1")
    assert outbox.claim(cast.whapi, 16) == []
    clock.forward(minutes=1)
    assert [again.parcel.id for again in outbox.claim(cast.whapi, 16)] == [claimed.parcel.id]


@pytest.mark.parametrize(
    ("outcome", "status", "is_tried_again"),
    [
        (Transient("refused", "connect"), Status.QUEUED, True),
        (Throttled("slow down", "429", retry_after=30), Status.QUEUED, True),
        (ChannelBroken("not authorised", "401"), Status.QUEUED, True),
        (Permanent("no such number", "404"), Status.FAILED, False),
        (Ambiguous("no answer", "timeout"), Status.UNKNOWN, False),
    ],
)
def test_only_proof_that_nobody_took_it_allows_another_try(
    client: FlaskClient, cast: Cast, clock: Clock, outcome: SendFailed, status: Status, is_tried_again: bool
) -> None:
    say(client, "halo")
    (claimed,) = outbox.claim(cast.whapi, 1)
    outbox.record(cast.whapi, [(claimed, outcome)])
    first = ours()[0]
    assert (first.status, first.error_code, first.error_text) == (status, outcome.code, str(outcome))
    clock.forward(minutes=5)
    assert (claimed.parcel.id in [again.parcel.id for again in outbox.claim(cast.whapi, 16)]) is is_tried_again


def test_a_throttled_message_waits_as_long_as_the_provider_asks(client: FlaskClient, cast: Cast, clock: Clock) -> None:
    say(client, "halo")
    (claimed,) = outbox.claim(cast.whapi, 1)
    outbox.record(cast.whapi, [(claimed, Throttled("slow down", "429", retry_after=30))])
    clock.forward(seconds=29)
    assert outbox.claim(cast.whapi, 1) == []
    clock.forward(seconds=2)
    assert len(outbox.claim(cast.whapi, 1)) == 1


def test_after_a_day_of_tries_it_has_failed(client: FlaskClient, cast: Cast, clock: Clock) -> None:
    say(client, "halo")
    clock.forward(hours=25)
    (claimed,) = outbox.claim(cast.whapi, 1)
    outbox.record(cast.whapi, [(claimed, Transient("refused", "connect"))])
    assert ours()[0].status is Status.FAILED


def test_a_send_whose_sender_vanished_is_said_to_be_unknown_and_a_person_may_send_it_again(
    client: FlaskClient, cast: Cast, clock: Clock
) -> None:
    say(client, "halo")
    outbox.claim(cast.whapi, 1)
    clock.forward(seconds=44)
    assert leases.overdue() == []
    clock.forward(seconds=2)
    for channel, message in leases.overdue():
        leases.give_up(channel, message)
    lost = ours()[0]
    assert (lost.status, lost.error_code) == (Status.UNKNOWN, "sender_vanished")
    replies.retry(cast.ani, conversation().public_id, lost.seq)
    assert ours()[0].status is Status.QUEUED


def test_r14_a_message_whose_wake_up_was_lost_is_found_by_the_ticker(
    app: Flask, client: FlaskClient, cast: Cast, provider: Box, work: Callable[[], None]
) -> None:
    alive = app.extensions["roms.redis"]
    app.extensions["roms.redis"] = queue.connect("redis://127.0.0.1:1")
    say(client, "halo")
    app.extensions["roms.redis"], app.extensions["roms.redis_rests_until"] = alive, 0.0
    work()
    assert provider.accepted == []
    background.sweep_outbox()
    work()
    assert len(provider.accepted) == len(ours())
    assert outbox.due_channels() == []


def test_r14_a_process_that_dies_right_after_its_commit_loses_nothing(
    app: Flask, cast: Cast, provider: Box, work: Callable[[], None]
) -> None:
    config = app.extensions["roms.config"]
    environ = {"DATABASE_URL": config.database_url, "REDIS_URL": config.redis_url, **KEYS}
    died = subprocess.run([sys.executable, "-c", DIES_AFTER_COMMIT, str(cast.whapi)], cwd=ROOT, env=environ, timeout=60)
    assert died.returncode == 137
    work()
    assert provider.accepted == []
    db.session.rollback()  # the ticker looks with fresh eyes each time
    background.sweep_outbox()
    work()
    assert [accepted["text"] for accepted in provider.accepted] == [message.text for message in ours()]


def test_a_note_can_not_reach_the_outbox(client: FlaskClient, cast: Cast) -> None:
    from sqlalchemy.exc import IntegrityError

    say(client, "cs")
    notes.write(cast.ani, conversation().public_id, "pelanggan lama, beri diskon")
    note = db.session.scalars(select(Message).filter_by(direction=Direction.NOTE)).one()
    note.status = Status.QUEUED
    with pytest.raises(IntegrityError):
        db.session.commit()
    db.session.rollback()
