"""How accounts are: told once, restarted once, alarmed in time, and what waited meanwhile."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select, update

from roms import jobs
from roms.channels import ADAPTERS
from roms.channels.failures import Ambiguous, ChannelBroken, Transient
from roms.channels.fake import Box
from roms.channels.items import AccountState
from roms.db import db, table, writing
from roms.models import Channel, ChannelEvent, Message, Status
from roms.services import account_setup, account_states
from tests.cast import Cast, messages, say
from tests.conftest import Clock
from tests.toy import TOKEN, Toy


@pytest.fixture
def toy(monkeypatch: pytest.MonkeyPatch) -> Toy:
    toy = Toy()
    monkeypatch.setitem(ADAPTERS, "toy", toy.adapter())
    return toy


@pytest.fixture
def channel(toy: Toy, cast: Cast, clock: Clock) -> int:
    return account_setup.add(None, "toy", "Toko", {"token": TOKEN})[0]


def row_of(channel_id: int) -> Channel:
    db.session.rollback()
    return db.session.scalars(select(Channel).filter_by(id=channel_id).execution_options(populate_existing=True)).one()


def events(channel_id: int) -> list[str]:
    found = select(ChannelEvent.event).filter_by(channel_id=channel_id).order_by(ChannelEvent.id)
    return list(db.session.scalars(found))


def attention(channel_id: int) -> str:
    return account_states.needs_attention(row_of(channel_id))


def test_r31_a_hundred_failures_cause_one_restart_and_then_a_person_is_told(
    channel: int, toy: Toy, clock: Clock
) -> None:
    account_states.told(channel, AccountState("connected"))
    toy.state = AccountState("failed", text="Browser died")
    for _ in range(100):
        account_states.told(channel, toy.state)
        jobs.look_at_account(channel)
        clock.forward(seconds=7)
        account_states.told(channel, AccountState("starting"))
    account_states.told(channel, toy.state)
    assert toy.calls.count("restart") == 1
    assert events(channel).count("restarting") == 1
    assert attention(channel) == "failed"
    assert [each["code"] for each in account_states.warnings()][-1] == "channel_failed"


def test_r31_connected_again_it_may_be_restarted_once_more(channel: int, toy: Toy) -> None:
    for _ in range(2):
        account_states.told(channel, AccountState("failed"))
        toy.state = AccountState("connected")
        jobs.look_at_account(channel)
    assert toy.calls.count("restart") == 2
    assert row_of(channel).state == "connected"
    assert row_of(channel).restarted_at is None


def test_r31_failed_again_is_said_only_after_the_restart_has_had_its_time(channel: int, toy: Toy, clock: Clock) -> None:
    def restarting() -> bool:
        return account_states.is_restarting(row_of(channel))

    account_states.told(channel, AccountState("failed"))
    assert restarting()
    clock.forward(seconds=1)
    assert account_states.may_restart(channel)
    assert restarting()
    clock.forward(seconds=31)
    assert not restarting()  # nothing came of it
    account_states.told(channel, AccountState("starting"))
    clock.forward(seconds=1)
    account_states.told(channel, AccountState("failed"))
    assert not restarting()
    account_states.told(channel, AccountState("connected"))
    assert not restarting()


def test_the_same_state_again_is_no_news(channel: int) -> None:
    for _ in range(5):
        account_states.told(channel, AccountState("starting"))
    for _ in range(3):
        account_states.told(channel, AccountState("needs_scan"))
    assert events(channel) == ["added", "starting", "needs_scan", "new_code", "new_code"]


@pytest.mark.parametrize("state", ["starting", "stopped"])
def test_a_short_reconnect_alarms_nobody(channel: int, clock: Clock, state: str) -> None:
    account_states.told(channel, AccountState("connected"))
    account_states.told(channel, AccountState(state))
    clock.forward(seconds=179)
    assert attention(channel) == ""
    clock.forward(seconds=2)
    assert attention(channel) == state
    account_states.told(channel, AccountState("connected"))
    assert attention(channel) == ""


@pytest.mark.parametrize("state", ["needs_scan", "needs_person", "restricted"])
def test_what_only_a_person_can_mend_alarms_at_once(channel: int, state: str) -> None:
    account_states.told(channel, AccountState(state, data={"passkey": {"code": "42"}}))
    assert attention(channel) == state
    assert account_states.warnings()[-1]["code"] != f"channel_{state}"  # it never was connected: it is being set up
    account_states.told(channel, AccountState("connected"))
    account_states.told(channel, AccountState(state))
    assert account_states.warnings()[-1]["code"] == f"channel_{state}"


def test_an_account_that_does_not_answer_is_not_restarted(channel: int, toy: Toy, clock: Clock) -> None:
    account_states.told(channel, AccountState("connected"))
    for error in (Transient("not reached"), Ambiguous("silence"), ChannelBroken("401", "401")):
        toy.fails = {"state": error}
        jobs.look_at_account(channel)
    assert toy.calls.count("restart") == 0
    clock.forward(minutes=4)
    assert attention(channel) == "token"


def test_accounts_that_are_switched_off_are_left_alone(channel: int, toy: Toy) -> None:
    assert channel in account_states.watched()
    account_setup.change(None, channel, account_setup.Change(is_enabled=False))
    assert channel not in account_states.watched()
    account_states.told(channel, AccountState("failed"))
    toy.calls.clear()
    jobs.look_at_account(channel)
    assert toy.calls == []
    assert attention(channel) == ""


def test_a_removed_account_is_told_nothing(app: Flask, cast: Cast) -> None:
    account_states.told(999, AccountState("failed"))
    assert account_states.may_restart(999) is False


def test_r31_an_expired_token_parks_and_what_is_too_old_is_never_sent(
    app: Flask, cast: Cast, clock: Clock, provider: Box, work: Callable[[], None]
) -> None:
    client = app.test_client()
    say(client, "halo")
    work()
    account_states.told(cast.whapi, AccountState("connected"))
    before = len(provider.accepted)
    provider.faults.dial(status=401, times=0)
    say(client, "cs")
    say(client, "halo", sender="6281234567891")
    work()
    assert row_of(cast.whapi).state == "failed"
    clock.forward(minutes=4)
    assert attention(cast.whapi) == "token"
    waits = [message for message in messages() if message.status is Status.QUEUED]
    assert waits
    with writing():  # those of the first contact have waited since yesterday
        old = update(table(Message)).where(table(Message).c.id.in_([message.id for message in waits]))
        db.session.execute(old.values(created_at=clock.now.replace(day=19)))
    provider.faults.clear()
    account_states.told(cast.whapi, AccountState("connected"))
    work()
    work()
    assert {message.error_code for message in messages() if message.id in [each.id for each in waits]} == {"too_old"}
    assert {taken["to"] for taken in provider.accepted[before:]} == {"6281234567891@s.whatsapp.net"}
    assert attention(cast.whapi) == ""


def test_what_is_repeated_hours_later_is_not_believed(channel: int, toy: Toy, clock: Clock) -> None:
    account_states.told(channel, AccountState("connected"))
    long_ago = clock.now
    clock.forward(hours=3)
    account_states.told(channel, AccountState("failed", at=long_ago))
    assert row_of(channel).state == "connected"
    account_states.told(channel, AccountState("failed", at=clock.now))
    assert row_of(channel).state == "failed"
