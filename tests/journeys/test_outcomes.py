"""What the provider said of a send is never lost, whatever happens between its answer and our database."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event
from sqlalchemy.exc import OperationalError

from roms import background, draining, jobs, process
from roms.channels.failures import Transient
from roms.channels.fake import Box
from roms.channels.items import Incoming, Receipt
from roms.db import db, writing
from roms.models import Direction, Message, Status
from roms.services import channels, enclosures, intake, leases, outbox, receipts, replies
from tests.cast import Cast, conversation, messages, say
from tests.conftest import Clock

PEOPLE = ("6281111111111", "6281222222222", "6281333333333")


def ours(sender: str = "6281234567890") -> list[Message]:
    return [message for message in messages(sender) if message.direction is Direction.OUT]


@pytest.fixture(autouse=True)
def left_as_found() -> Iterator[None]:
    yield
    process.STOPPING.clear()
    process.client().close()
    process.client.cache_clear()


def begun(app: Flask, channel: int) -> threading.Thread:
    def drain() -> None:
        with app.app_context():
            draining.drain(channel)
            db.session.remove()

    thread = threading.Thread(target=drain)
    thread.start()
    return thread


def until_asked(provider: Box, number: int) -> None:
    deadline = time.monotonic() + 10
    while len(provider.accepted) < number:
        assert time.monotonic() < deadline
        time.sleep(0.01)


@pytest.mark.parametrize("round_", [draining.LONGEST_ROUND, 0.1], ids=["slow", "hangs for longer than a round"])
def test_a_slow_send_keeps_nobody_else_waiting(
    app: Flask, client: FlaskClient, cast: Cast, provider: Box, monkeypatch: pytest.MonkeyPatch, round_: float
) -> None:
    monkeypatch.setattr(draining, "LONGEST_ROUND", round_)
    slow, quick, _ = PEOPLE
    say(client, "halo", slow)
    provider.faults.dial(delay_ms=3000, to=slow, times=1)
    drain = begun(app, cast.whapi)
    time.sleep(0.5)
    say(client, "halo", quick)
    until_asked(provider, 1)
    assert drain.is_alive()
    assert provider.accepted[0]["to"].startswith(quick)
    drain.join()


def test_a_drain_that_makes_room_for_another_channel_hears_what_became_of_its_sends(
    client: FlaskClient, cast: Cast, provider: Box, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(draining, "LONGEST_ROUND", 0.2)
    monkeypatch.setattr(draining, "CHANNELS_AT_ONCE", -1)
    say(client, "halo")
    provider.faults.dial(delay_ms=1000, times=1)
    draining.drain(cast.whapi)
    assert ours()[0].status is Status.ACCEPTED


def test_a_lease_goes_on_while_its_sender_is_at_it(
    app: Flask, client: FlaskClient, cast: Cast, provider: Box, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A large file takes longer than an answer may."""
    monkeypatch.setattr(outbox, "LEASE", timedelta(seconds=1))
    monkeypatch.setattr(draining, "RENEW", 0.2)
    say(client, "halo")
    provider.faults.dial(delay_ms=3000, times=1)
    drain = begun(app, cast.whapi)
    time.sleep(2)
    assert leases.overdue() == []
    drain.join()
    assert {message.status for message in ours()} == {Status.ACCEPTED}


def test_a_lease_is_renewed_neither_for_ever_nor_for_another(client: FlaskClient, cast: Cast, clock: Clock) -> None:
    say(client, "halo")
    (claimed,) = outbox.claim(cast.whapi, 1)
    leases.renew([replace(claimed, lease="another")])
    clock.forward(seconds=50)
    assert len(leases.overdue()) == 1
    leases.renew([claimed])
    assert leases.overdue() == []
    clock.forward(minutes=11)
    leases.renew([claimed])
    assert len(leases.overdue()) == 1


def test_what_could_not_be_read_was_surely_not_sent(
    client: FlaskClient, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object) -> None:
        raise OperationalError("SELECT", {}, Exception("the server closed the connection"))

    say(client, "halo")
    monkeypatch.setattr(enclosures, "carries", lambda _: True)
    monkeypatch.setattr(enclosures, "loaded", fails)
    draining.drain(cast.whapi)
    assert {message.status for message in ours()} == {Status.QUEUED}
    assert ours()[0].error_class == "retryable"


def test_a_channel_whose_provider_hangs_keeps_no_other_waiting(
    app: Flask, client: FlaskClient, cast: Cast, provider: Box
) -> None:
    slow, quick, _ = PEOPLE
    with writing():
        other = channels.add("whapi", "Second", dict(channels.line(cast.whapi).account.values)).id
    say(client, "halo", slow)
    intake.receive(other, Incoming(f"{quick}@s.whatsapp.net", "halo", provider_id="q-1"))
    provider.faults.dial(delay_ms=3000, to=slow, times=1)
    for channel in (cast.whapi, other):
        jobs.drain(channel)  # both by one worker, in this order
    draining.finish()
    assert [each["to"][:13] for each in provider.accepted][:1] == [quick]
    assert len(provider.accepted) >= 2


def test_r15_a_worker_that_slept_past_its_lease_sends_nothing(
    client: FlaskClient, cast: Cast, provider: Box, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else it would overtake what was sent meanwhile, or be the second of what a person sent again."""
    say(client, "halo")
    with monkeypatch.context() as patch:
        patch.setattr(outbox, "LEASE", timedelta(0))
        draining.drain(cast.whapi)
    assert (provider.accepted, {message.status for message in ours()}) == ([], {Status.QUEUED})
    clock.forward(seconds=30)
    draining.drain(cast.whapi)
    assert len(provider.accepted) == len(ours())


def test_a_drain_that_is_asked_for_during_another_follows_it_once(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    goes_on, begun_for = threading.Event(), []

    def drain(channel: int) -> None:
        begun_for.append(channel)
        assert goes_on.wait(20)
        raise LookupError("what ends one drain does not end the next")

    def breaks(_error: BaseException | None) -> None:
        raise OperationalError("ROLLBACK", {}, Exception("the server closed the connection"))

    with monkeypatch.context() as patch:
        patch.setattr(draining, "drain", drain)
        patch.setitem(app.__dict__, "teardown_appcontext_funcs", [*app.teardown_appcontext_funcs, breaks])
        for channel in (1, 1, 2, 1):
            draining.begin(app, channel)
        assert draining.oldest_round() <= time.monotonic()
        goes_on.set()
        draining.finish()
    assert sorted(begun_for) == [1, 1, 2]


def test_a_database_that_is_away_for_a_moment_costs_no_outcome(client: FlaskClient, cast: Cast, provider: Box) -> None:
    for sender in PEOPLE:
        say(client, "halo", sender)
    left = [3]

    def break_down(_c: object, _u: object, statement: str, *_: object) -> None:
        if "UPDATE message SET revision" in statement and left[0]:
            left[0] -= 1
            raise OperationalError(statement, {}, Exception("the server closed the connection"))

    event.listen(db.engine, "before_cursor_execute", break_down)
    draining.drain(cast.whapi)
    event.remove(db.engine, "before_cursor_execute", break_down)
    assert left == [0]
    assert {message.status for sender in PEOPLE for message in ours(sender)} == {Status.ACCEPTED}


def test_a_drain_that_is_told_to_stop_finishes_what_is_under_way_and_begins_nothing(
    app: Flask, client: FlaskClient, cast: Cast, provider: Box
) -> None:
    people = [f"62811{number:07d}" for number in range(40)]
    for sender in people:
        say(client, "halo", sender)
    provider.faults.dial(delay_ms=500, times=1000)
    drain = begun(app, cast.whapi)
    time.sleep(0.3)
    process.STOPPING.set()
    drain.join(10)
    statuses = [message.status for sender in people for message in ours(sender)]
    assert statuses.count(Status.ACCEPTED) == len(provider.accepted) == draining.SENDS_IN_FLIGHT
    assert Status.SENDING not in statuses


def test_a_late_yes_still_counts_after_the_lease(client: FlaskClient, cast: Cast, clock: Clock) -> None:
    say(client, "halo")
    (claimed,) = outbox.claim(cast.whapi, 1)
    clock.forward(seconds=50)
    background.sweep_outbox()
    assert ours()[0].status is Status.UNKNOWN
    outbox.record(cast.whapi, [(claimed, Transient("refused", "connect"))])
    assert ours()[0].status is Status.UNKNOWN
    receipts.record(cast.whapi, Receipt("p-1", "delivered"))
    outbox.record(cast.whapi, [(claimed, "p-1")])
    assert (ours()[0].status, ours()[0].provider_id) == (Status.DELIVERED, "p-1")


def test_a_late_yes_changes_nothing_once_a_person_sent_it_again(client: FlaskClient, cast: Cast, clock: Clock) -> None:
    say(client, "halo")
    (claimed,) = outbox.claim(cast.whapi, 1)
    clock.forward(seconds=50)
    background.sweep_outbox()
    replies.retry(cast.ani, conversation().public_id, ours()[0].seq)
    outbox.record(cast.whapi, [(claimed, "p-1")])
    assert ours()[0].status is Status.QUEUED


def test_a_provider_that_gives_one_id_to_several_messages_costs_no_outcome(client: FlaskClient, cast: Cast) -> None:
    for sender in PEOPLE:
        say(client, "halo", sender)
    outbox.record(cast.whapi, [(claimed, "same") for claimed in outbox.claim(cast.whapi, 16)])
    said = [ours(sender)[0] for sender in PEOPLE]
    assert {message.status for message in said} == {Status.ACCEPTED}
    assert sorted(message.provider_id or "" for message in said) == ["", "", "same"]


def test_r05_a_receipt_that_overtakes_the_echo_of_a_reply_on_the_phone_counts(client: FlaskClient, cast: Cast) -> None:
    say(client, "cs")
    receipts.record(cast.whapi, Receipt("phone-1", "delivered"))
    say(client, "Halo", id="phone-1", from_me=True, source="mobile")
    assert ours()[-1].status is Status.DELIVERED
