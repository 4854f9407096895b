"""A provider that asks for peace, or does not answer, is left alone: nothing is lost, no other channel waits."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from roms import background
from roms.channels import ADAPTERS
from roms.channels.failures import Ambiguous, SendFailed, Spaced, Throttled, Tomorrow, Transient
from roms.channels.fake import Box
from roms.db import db, writing
from roms.models import ChannelEvent, ChannelPace, Direction, Message, Status
from roms.services import account_states, channels, leases, outbox, pacing
from tests.cast import Cast, say
from tests.conftest import Clock
from tests.official import Official, official

__all__ = ["official"]
PEOPLE = [f"62811{number:07d}" for number in range(12)]


def drain(work: Callable[[], None]) -> None:
    """What is due is sent: the ticker looks, a worker works."""
    background.sweep_outbox()
    work()


def waiting() -> int:
    db.session.rollback()
    return len(db.session.scalars(select(Message.id).where(Message.status == Status.QUEUED)).all())


def ours() -> list[Message]:
    db.session.rollback()
    found = select(Message).where(Message.direction == Direction.OUT).order_by(Message.id)
    return list(db.session.scalars(found.execution_options(populate_existing=True)))


def told(cast: Cast) -> list[str]:
    db.session.rollback()
    found = select(ChannelEvent.event).where(ChannelEvent.channel_id == cast.whapi).order_by(ChannelEvent.id)
    return [event for event in db.session.scalars(found) if event in ("resting", "answering")]


def pace(cast: Cast) -> ChannelPace:
    db.session.rollback()
    found = db.session.get(ChannelPace, cast.whapi, populate_existing=True)
    assert found is not None
    return found


def test_after_a_429_the_whole_channel_waits_as_long_as_it_was_asked_to(
    client: FlaskClient, cast: Cast, clock: Clock, official: Official, work: Callable[[], None]
) -> None:
    for phone in PEOPLE:
        say(client, "halo", phone)
    official.fails = [Throttled("slow down", "429", 30.0)]
    drain(work)
    assert pace(cast).rests_until == clock.now + timedelta(seconds=30)
    left = waiting()
    say(client, "halo", "628119999999")
    assert outbox.claim(cast.whapi, 16) == []
    assert cast.whapi not in outbox.due_channels()
    clock.forward(seconds=29)
    drain(work)
    assert waiting() > left
    clock.forward(seconds=2)
    assert cast.whapi in outbox.due_channels()
    drain(work)
    assert waiting() == 0
    assert {message.status for message in ours()} == {Status.ACCEPTED}


@pytest.mark.parametrize("failure", [Spaced("too many to him", "131056", 16.0), Tomorrow("enough for today", "131049")])
def test_what_concerns_one_person_holds_up_nobody_else(
    client: FlaskClient, cast: Cast, clock: Clock, official: Official, work: Callable[[], None], failure: SendFailed
) -> None:
    say(client, "halo", PEOPLE[0])
    official.fails = [failure]
    drain(work)
    say(client, "halo", PEOPLE[1])
    drain(work)
    assert PEOPLE[1] in {parcel.address.partition("@")[0] for parcel in official.parcels}


def test_five_failures_in_a_row_open_the_breaker_one_message_asks_and_all_follow(
    client: FlaskClient, cast: Cast, clock: Clock, official: Official, work: Callable[[], None]
) -> None:
    for phone in PEOPLE:
        say(client, "halo", phone)
    official.fails = [Transient("out of order", "503") for _ in range(100)]
    drain(work)
    assert told(cast) == ["resting"]
    assert pace(cast).failures >= pacing.FAILURES
    tried = 100 - len(official.fails)
    assert outbox.claim(cast.whapi, 16) == [], "nobody asks while it rests"
    clock.forward(seconds=pacing.LONGEST_REST)
    drain(work)
    assert 100 - len(official.fails) == tried + 1, "one message asks whether it is well again"
    official.fails = []
    clock.forward(seconds=pacing.LONGEST_REST)
    drain(work)
    assert told(cast) == ["resting", "answering"]
    clock.forward(seconds=pacing.LONGEST_REST)
    drain(work)
    assert waiting() == 0
    assert {message.status for message in ours()} == {Status.ACCEPTED}


def test_a_dozen_failures_of_one_moment_are_one_trouble_and_every_vain_question_doubles_the_rest(
    client: FlaskClient, cast: Cast, clock: Clock, official: Official, work: Callable[[], None]
) -> None:
    """A provider that hung for a second is not left alone for minutes, nor found well again only after them."""
    for phone in PEOPLE:
        say(client, "halo", phone)
    pacing.learn(cast.whapi, [Transient("out of order", "503") for _ in range(16)])
    assert rests(cast, clock) <= pacing.FIRST_REST
    official.fails = [Transient("out of order", "503") for _ in range(100)]
    longest = []
    for vain in range(1, 8):
        clock.forward(seconds=rests(cast, clock))
        drain(work)
        assert 100 - len(official.fails) == vain
        longest.append(rests(cast, clock))
    assert all(min(60, 5 * 2**place) / 2 <= rest <= 60 for place, rest in enumerate(longest, 1)), longest


def test_where_a_message_may_have_arrived_less_is_asked(cast: Cast, clock: Clock) -> None:
    for _ in range(20):
        pacing.learn(cast.whapi, [Ambiguous("no answer")])
    assert rests(cast, clock) > pacing.LONGEST_REST


@pytest.mark.parametrize("trouble", [[Transient("no")] * 5, [Throttled("slow down", "429", 7200.0)]])
def test_a_clock_that_is_set_back_makes_no_rest_longer(
    client: FlaskClient, cast: Cast, clock: Clock, trouble: list[SendFailed]
) -> None:
    say(client, "halo")
    pacing.learn(cast.whapi, trouble)
    assert (cast.whapi in outbox.due_channels(), outbox.claim(cast.whapi, 16)) == (False, [])
    clock.forward(minutes=-5)
    assert cast.whapi in outbox.due_channels()
    assert len(outbox.claim(cast.whapi, 16)) == 1


def rests(cast: Cast, clock: Clock) -> float:
    """Seconds for which it is still left alone."""
    until = pace(cast).rests_until
    assert until is not None
    return (until - clock.now).total_seconds()


def test_while_one_message_asks_no_other_leaves(client: FlaskClient, cast: Cast, clock: Clock) -> None:
    for phone in PEOPLE:
        say(client, "halo", phone)
    pacing.learn(cast.whapi, [Ambiguous("no answer")] * 5)
    clock.forward(seconds=pacing.FIRST_REST)
    assert len(outbox.claim(cast.whapi, 16)) == 1
    assert outbox.claim(cast.whapi, 16) == []
    pacing.learn(cast.whapi, ["taken"])
    assert len(outbox.claim(cast.whapi, 16)) > 1


def test_one_that_asked_by_a_clock_that_was_set_back_is_not_waited_for_until_then(
    client: FlaskClient, cast: Cast, clock: Clock
) -> None:
    for phone in PEOPLE:
        say(client, "halo", phone)
    clock.forward(minutes=5)
    pacing.learn(cast.whapi, [Ambiguous("no answer")] * 5)
    clock.forward(seconds=pacing.FIRST_REST)
    (asked,) = outbox.claim(cast.whapi, 16)  # and its worker dies
    clock.forward(minutes=-5)
    background.sweep_outbox()
    assert outbox.claim(cast.whapi, 16) == []
    assert row(asked.parcel.id).status is Status.SENDING, "its worker may live"
    clock.forward(seconds=26)
    background.sweep_outbox()
    assert row(asked.parcel.id).status is Status.UNKNOWN
    assert len(outbox.claim(cast.whapi, 16)) == 1


def row(message_id: int) -> Message:
    found = db.session.get(Message, message_id, populate_existing=True)
    assert found is not None
    return found


def test_when_the_provider_is_well_again_nobody_waits_for_the_end_of_a_pause(
    client: FlaskClient, cast: Cast, clock: Clock
) -> None:
    for phone in PEOPLE:
        say(client, "halo", phone)
    for _ in range(9):  # one message, again and again
        (claimed,) = outbox.claim(cast.whapi, 1)
        outbox.record(cast.whapi, [(claimed, Transient("not now"))])
        pacing.learn(cast.whapi, [Transient("not now")])
        clock.forward(minutes=20)
    (last,) = outbox.claim(cast.whapi, 1)
    outbox.record(cast.whapi, [(last, Transient("not now"))])
    pacing.learn(cast.whapi, [Transient("not now")])
    clock.forward(seconds=61)
    (other,) = outbox.claim(cast.whapi, 1)
    assert other.conversation_id != last.conversation_id
    outbox.record(cast.whapi, [(other, "p-1")])
    pacing.learn(cast.whapi, ["p-1"])
    assert last.conversation_id in [each.conversation_id for each in outbox.claim(cast.whapi, 16)]


def test_a_large_file_that_still_goes_out_is_no_question_whether_the_provider_is_well(
    client: FlaskClient, cast: Cast, clock: Clock
) -> None:
    for phone in PEOPLE:
        say(client, "halo", phone)
    (file,) = outbox.claim(cast.whapi, 1)
    clock.forward(seconds=40)
    leases.renew([file])
    pacing.learn(cast.whapi, [Transient("no")] * 5)
    clock.forward(seconds=40)
    leases.renew([file])
    assert len(outbox.claim(cast.whapi, 16)) == 1


def test_an_answer_between_failures_keeps_it_shut_and_our_own_mistakes_do_not_count(cast: Cast, clock: Clock) -> None:
    for _ in range(4):
        pacing.learn(cast.whapi, [Transient("no")])
    pacing.learn(cast.whapi, ["id-1", Transient("no")])
    assert pace(cast).failures == 0
    for _ in range(9):
        pacing.learn(cast.whapi, [Ambiguous("we failed", pacing.OURS)])
    assert (pace(cast).failures, told(cast)) == (0, [])


def test_an_account_that_was_mended_is_tried_at_once(cast: Cast, clock: Clock) -> None:
    pacing.learn(cast.whapi, [Ambiguous("no answer")] * 5)
    assert pace(cast).rests_until > clock.now  # type: ignore[operator]
    with writing():
        account_states.revive(cast.whapi)
    assert (pace(cast).failures, pace(cast).rests_until) == (0, None)


def test_no_more_leave_in_a_second_than_the_provider_takes(
    client: FlaskClient, cast: Cast, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow = replace(ADAPTERS["whapi"], abilities=replace(ADAPTERS["whapi"].abilities, per_second=4))
    monkeypatch.setitem(ADAPTERS, "whapi", slow)
    for phone in PEOPLE:
        say(client, "halo", phone)
    assert len(outbox.claim(cast.whapi, 16)) == 4
    assert outbox.claim(cast.whapi, 16) == []
    clock.forward(seconds=0.5)
    assert len(outbox.claim(cast.whapi, 16)) == 2
    clock.forward(seconds=60)
    assert len(outbox.claim(cast.whapi, 16)) == 4, "what was not used is not saved up"


def test_another_channel_is_not_held_up(
    app: Flask, client: FlaskClient, cast: Cast, clock: Clock, provider: Box, work: Callable[[], None]
) -> None:
    pacing.learn(cast.whapi, [Ambiguous("no answer")] * 5)
    say(client, "halo")
    drain(work)
    assert provider.accepted == []
    with writing():
        other = channels.add("whapi", "Second", dict(channels.line(cast.whapi).account.values)).id
    with writing():
        assert pacing.room(channels.line(other), pacing.held(other), 16, clock.now) == 16
        assert pacing.room(channels.line(cast.whapi), pacing.held(cast.whapi), 16, clock.now) == 0
