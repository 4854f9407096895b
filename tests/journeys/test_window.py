"""Free text within 24 hours of the contact's last message, and not a second later: agents, the bot, the worker."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from roms.channels.fake import FakeWhapi
from roms.db import db
from roms.errors import WindowClosed
from roms.models import Direction, Message, Sender, Status, Timer
from roms.services import inbox, replies, timers
from tests.cast import Cast, conversation, messages, say
from tests.conftest import Clock
from tests.official import Official, cid, official, opens_until

__all__ = ["official"]
DAY = timedelta(hours=24)


def wrote(client: FlaskClient, clock: Clock, text: str = "cs") -> datetime:
    """They write now; the moment at which the window closes."""
    say(client, text)
    ends = clock.now + DAY
    opens_until(ends)
    return ends


def last() -> Message:
    return [message for message in messages() if message.direction is Direction.OUT][-1]


def bots() -> list[Message]:
    return [message for message in messages() if message.sender is Sender.BOT and message.direction is Direction.OUT]


def test_l01_an_agent_may_write_at_23_59_59_and_not_at_24_00_01(
    client: FlaskClient, cast: Cast, clock: Clock, official: Official
) -> None:
    ends = wrote(client, clock)
    clock.now = ends - timedelta(seconds=1)
    replies.send(cast.ani, cid(), "b-1", "masih boleh", seen=0)
    clock.now = ends + timedelta(seconds=1)
    with pytest.raises(WindowClosed) as refused:
        replies.send(cast.ani, cid(), "b-2", "terlambat", seen=0, force=True)
    assert refused.value.data["until"] == ends.isoformat().replace("+00:00", "Z")
    assert [message.text for message in messages() if message.sender is Sender.AGENT] == ["masih boleh"]


@pytest.mark.parametrize(("late", "leaves"), [(-1, True), (0, False), (1, False)])
def test_l01_what_was_queued_in_time_is_not_sent_too_late(
    client: FlaskClient,
    cast: Cast,
    clock: Clock,
    official: Official,
    work: Callable[[], None],
    late: int,
    leaves: bool,
) -> None:
    ends = wrote(client, clock)
    work()
    official.parcels.clear()
    clock.now = ends - timedelta(seconds=2)
    replies.send(cast.ani, cid(), "b-1", "tepat waktu", seen=0)
    clock.now = ends + timedelta(seconds=late)
    work()
    assert [parcel.text for parcel in official.parcels] == (["tepat waktu"] if leaves else [])
    expected = (Status.ACCEPTED, "", "") if leaves else (Status.FAILED, "window_closed", "needs_template")
    assert (last().status, last().error_code, last().error_class) == expected


def test_l01_whoever_never_wrote_is_not_written_to(client: FlaskClient, cast: Cast, official: Official) -> None:
    say(client, "cs")
    opens_until(None)
    with pytest.raises(WindowClosed):
        replies.send(cast.ani, cid(), "b-1", "halo", seen=0)


@pytest.mark.parametrize(("late", "status"), [(-1, Status.QUEUED), (1, Status.FAILED)])
def test_l01_the_bot_says_nothing_that_cannot_arrive(
    client: FlaskClient, cast: Cast, clock: Clock, official: Official, late: int, status: Status
) -> None:
    ends = wrote(client, clock, "halo")
    before, newest = len(bots()), messages()[-1].seq
    clock.now = ends + timedelta(seconds=late)
    fire_everything(clock)
    said = bots()[before:]
    assert {message.status for message in said} == {status}
    notes = [message for message in messages() if message.direction is Direction.NOTE and message.seq > newest]
    assert len(notes) == (1 if status is Status.FAILED else 0), "one note, however much the bot had to say"


def fire_everything(clock: Clock) -> None:
    """All that was to happen later happens now."""
    for _ in range(3):
        db.session.rollback()
        for timer in db.session.scalars(select(Timer.id).where(Timer.fired_at.is_(None))).all():
            timers.fire(timer)


def test_a_failed_message_is_not_sent_again_when_the_window_is_closed(
    client: FlaskClient, cast: Cast, clock: Clock, official: Official, work: Callable[[], None]
) -> None:
    ends = wrote(client, clock)
    clock.now = ends - timedelta(hours=1)
    replies.send(cast.ani, cid(), "b-1", "satu", seen=0)
    clock.now = ends + timedelta(seconds=1)
    work()
    with pytest.raises(WindowClosed):
        replies.retry(cast.ani, cid(), last().seq)
    opens_until(clock.now + DAY)
    replies.retry(cast.ani, cid(), last().seq)
    work()
    assert official.parcels[-1].text == "satu"


def test_a_channel_without_a_window_never_closes(
    client: FlaskClient, cast: Cast, clock: Clock, provider: FakeWhapi, work: Callable[[], None]
) -> None:
    wrote(client, clock)
    clock.forward(days=30)
    replies.send(cast.ani, cid(), "b-1", "halo lagi", seen=0)
    work()
    assert provider.accepted[-1]["text"] == "halo lagi"
    assert inbox.opened(cast.ani, cid())["conversation"]["window_until"] is None


def test_the_browser_is_told_when_it_closes_and_what_may_be_sent(
    client: FlaskClient, cast: Cast, clock: Clock, official: Official
) -> None:
    ends = wrote(client, clock)
    told = inbox.opened(cast.ani, cid())["conversation"]
    assert told["window_until"] == ends.isoformat().replace("+00:00", "Z")
    assert told["can"]["templates"]
    assert told["can"]["files"]["image"]["most"] == 5 << 20
    assert told["channel"]["state"] == "unknown"


def test_the_browser_reads_why_it_failed_in_both_languages(
    client: FlaskClient, cast: Cast, clock: Clock, official: Official, work: Callable[[], None]
) -> None:
    ends = wrote(client, clock)
    replies.send(cast.ani, cid(), "b-1", "satu", seen=0)
    clock.now = ends
    work()
    assert conversation().seq
    error = inbox.opened(cast.ani, cid())["entries"][-1]["error"]
    assert (error["code"], error["class"]) == ("window_closed", "needs_template")
    assert ("Kirim templat" in error["say"]["id"], "Send a template" in error["say"]["en"]) == (True, True)
