"""R-10: what came while ROMS was off is fetched from those that can list it, once, marked, and the gap is told."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from roms import clock, process
from roms.channels import ADAPTERS
from roms.channels.fake import Box
from roms.channels.items import Incoming
from roms.db import db, writing
from roms.models import Channel, ChannelEvent, ChannelFetch, Conversation, Message
from roms.services import channels, intake, missed
from tests.cast import Cast, messages

KINDS = ("whapi", "twilio", "waha")
SITI = "6280000001002"


@pytest.fixture
def http() -> Iterator[httpx.Client]:
    process.client.cache_clear()
    with process.client() as client:
        yield client
    process.client.cache_clear()


def off_for(kind: str, **since: float) -> int:
    """The channel, as one that was last heard of so long ago."""
    channel = channels.find(kind).channel_id
    with writing():
        row = db.session.get(Channel, channel)
        assert row is not None
        row.last_in_at = clock.now() - timedelta(**since)
    return channel


def heard() -> list[Message]:
    db.session.rollback()
    theirs = select(Message).where(Message.sender == "contact").order_by(Message.id)
    return list(db.session.scalars(theirs.execution_options(populate_existing=True)))


def answers() -> int:
    db.session.rollback()
    return len(db.session.scalars(select(Message).where(Message.sender == "bot")).all())


def events() -> list[dict[str, object]]:
    db.session.rollback()
    return [each.data for each in db.session.scalars(select(ChannelEvent).where(ChannelEvent.event == "fetched"))]


@pytest.mark.parametrize("kind", KINDS)
def test_r10_five_messages_while_we_were_off_are_there_once_marked_and_in_order(
    kind: str, provider: Box, cast: Cast, http: httpx.Client
) -> None:
    channel, now = off_for(kind, hours=1), datetime.now(UTC).timestamp()
    for number in range(5):
        provider.send(SITI, account=kind, text=f"pesan {number}", at=int(now) - 600)  # all in one second
    provider.send("6280000001001", "image", account=kind, caption="bukti", at=now - 300)
    provider.send(SITI, account=kind, text="lama", at=now - 90_000)
    assert missed.fetch(channel, http, at_start=True) == 6
    said = heard()
    assert [each.text for each in said[:5]] == [f"pesan {number}" for number in range(5)]
    assert said[5].kind == "image"
    assert {(each.payload or {})["via"] for each in said} == {"recovered"}
    assert missed.fetch(channel, http, at_start=True) == 0
    assert len(heard()) == 6
    (told,) = events()
    assert told["count"] == 6
    assert str(told["from"]) < str(told["to"])
    greeted = answers()
    assert 0 < greeted <= 4, "the bot answers the last of each person, not all five"


def test_who_wrote_a_moment_ago_is_answered_each_time(provider: Box, cast: Cast, http: httpx.Client) -> None:
    """A ticker that begins anew may fetch what a webhook is just bringing."""
    channel, now = off_for("whapi", hours=1), datetime.now(UTC).timestamp()
    for number, words in enumerate(("halo", "1", "menu")):
        provider.send(SITI, text=words, at=int(now) - 6 + number)
    assert missed.fetch(channel, http, at_start=True) == 3
    asked = [message.sender for message in messages(SITI)]
    assert [who for who, _ in itertools.groupby(asked)] == ["contact", "bot"] * 3


@pytest.mark.parametrize("minutes", [-5, 5])
@pytest.mark.parametrize("kind", KINDS)
def test_how_long_ago_somebody_wrote_is_told_by_the_providers_clock(
    kind: str, minutes: int, provider: Box, cast: Cast, http: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    channel, now = off_for(kind, hours=1), datetime.now(UTC).timestamp()
    wrong = timedelta(minutes=minutes)
    monkeypatch.setattr(clock, "now", lambda: datetime.now(UTC) + wrong)
    provider.send(SITI, account=kind, text="under way", at=now - 30)
    assert missed.fetch(channel, http) == 0
    for number, words in enumerate(("halo", "1", "menu")):
        provider.send("6280000001001", account=kind, text=words, at=int(now) - 6 + number)
    assert missed.fetch(channel, http, at_start=True) == 4
    (thread,) = {each.conversation_id for each in heard() if each.text == "menu"}
    said = select(Message.sender).where(Message.conversation_id == thread).order_by(Message.seq)
    assert [who for who, _ in itertools.groupby(db.session.scalars(said))] == ["contact", "bot"] * 3


@pytest.mark.parametrize("kind", KINDS)
def test_what_a_webhook_brought_is_recognised_in_the_list(
    kind: str, provider: Box, cast: Cast, http: httpx.Client
) -> None:
    channel, now = off_for(kind, hours=1), datetime.now(UTC).timestamp()
    for number in range(3):
        provider.send(SITI, account=kind, text=f"pesan {number}", at=now - 900 + number)
    line = channels.line(channel)
    history = line.adapter.history
    assert history is not None
    for each in list(history(line.account, http, datetime.fromtimestamp(now - 3600, UTC))):
        assert isinstance(each, Incoming)
        assert each.at is not None
        intake.receive(channel, each)
    assert missed.fetch(channel, http, at_start=True) == 0
    assert len(heard()) == 3
    assert events() == []


@pytest.mark.parametrize("kind", KINDS)
def test_lists_are_read_page_after_page(
    kind: str, provider: Box, cast: Cast, http: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    small = "2" if kind == "twilio" else 2
    monkeypatch.setattr(f"roms.channels.{kind}.history.PAGE", small)
    if kind == "waha":
        monkeypatch.setattr("roms.channels.waha.history.CHATS", 1)
    channel, now = off_for(kind, hours=1), datetime.now(UTC).timestamp()
    for number in range(7):
        who = SITI if number % 2 else "6280000001001"
        provider.send(who, account=kind, text=f"pesan {number}", at=now - 600 + number)
    assert missed.fetch(channel, http, at_start=True) == 7


def test_what_is_days_old_is_there_for_people_and_the_bot_keeps_still(
    provider: Box, cast: Cast, http: httpx.Client
) -> None:
    channel, now = off_for("whapi", days=3), datetime.now(UTC).timestamp()
    provider.send(SITI, text="halo?", at=now - 2 * 86_400)
    assert missed.fetch(channel, http, at_start=True) == 1
    assert (answers(), db.session.scalars(select(Conversation.unread)).one()) == (0, 1)


def test_what_is_under_way_is_left_to_its_webhook_and_a_new_account_fetches_no_past(
    provider: Box, cast: Cast, http: httpx.Client
) -> None:
    now = datetime.now(UTC).timestamp()
    provider.send(SITI, text="dari dulu", at=now - 3000)
    channel = channels.find("whapi").channel_id
    assert missed.fetch(channel, http) == 0
    provider.send(SITI, text="baru saja", at=now - 10)
    assert missed.fetch(channel, http) == 0
    assert heard() == []


def test_a_provider_that_fails_at_it_is_asked_again_and_nothing_is_skipped(
    provider: Box, cast: Cast, http: httpx.Client
) -> None:
    channel, now = off_for("whapi", hours=1), datetime.now(UTC).timestamp()
    provider.send(SITI, text="halo", at=now - 600)
    provider.faults.dial(on="other", status=500, times=1)
    assert missed.fetch(channel, http, at_start=True) == 0
    assert db.session.scalars(select(ChannelFetch)).all() == []
    assert missed.fetch(channel, http, at_start=True) == 1


def test_one_that_we_stumble_over_does_not_hold_up_the_others_and_is_fetched_again(
    provider: Box, cast: Cast, http: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    channel, now = off_for("whapi", hours=1), datetime.now(UTC).timestamp()
    for number, text in enumerate(("satu", "POISON", "dua")):
        provider.send(SITI, text=text, at=now - 600 + number)
    real: Callable[..., bool] = intake.receive

    def receive(channel_id: int, incoming: Incoming) -> bool:
        if incoming.text == "POISON":
            raise ValueError("a bug")
        return real(channel_id, incoming)

    monkeypatch.setattr(intake, "receive", receive)
    assert missed.fetch(channel, http, at_start=True) == 2
    assert missed.fetch(channel, http, at_start=True) == 0
    monkeypatch.undo()
    assert missed.fetch(channel, http, at_start=True) == 1
    assert [each.text for each in heard()] == ["satu", "dua", "POISON"]


def test_meta_has_no_history_and_others_are_listed(app: Flask, client: FlaskClient, cast: Cast) -> None:
    assert ADAPTERS["meta"].history is None
    assert sorted(missed.listed()) == sorted(channels.find(kind).channel_id for kind in KINDS)
