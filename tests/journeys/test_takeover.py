"""From the instant a person takes over, the bot is silent: whatever was queued, whoever was faster."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from itertools import pairwise

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from roms.channels.failures import Transient
from roms.channels.fake import Box
from roms.db import db
from roms.engine.types import Mode
from roms.errors import StaleView
from roms.models import Direction, History, Sender, Status
from roms.services import handoff, outbox, replies
from roms.services.actors import Actor
from tests.cast import Cast, conversation, messages, say


def bot_statuses() -> list[Status]:
    return [message.status for message in messages() if message.sender is Sender.BOT]


def test_r16_what_the_bot_has_queued_is_taken_back(client: FlaskClient, cast: Cast, work: Callable[[], None]) -> None:
    for text in ("halo", "1", "2"):
        say(client, text)
    (claimed,) = outbox.claim(cast.whapi, 1)
    handoff.claim(cast.ani, conversation().public_id)
    outbox.record(cast.whapi, [(claimed, "p-1")])
    first, *others = bot_statuses()
    assert first is Status.ACCEPTED
    assert set(others) == {Status.CANCELLED}
    assert conversation().epoch == 1
    work()
    assert bot_statuses() == [first, *others]


def test_a_bot_message_that_must_be_tried_again_is_not_once_a_person_is_there(client: FlaskClient, cast: Cast) -> None:
    say(client, "halo")
    (claimed,) = outbox.claim(cast.whapi, 1)
    handoff.claim(cast.ani, conversation().public_id)
    outbox.record(cast.whapi, [(claimed, Transient("refused", "connect"))])
    assert bot_statuses()[0] is Status.CANCELLED
    replies.send(cast.ani, conversation().public_id, "b-1", "Halo", seen=0)
    assert [again.parcel.text for again in outbox.claim(cast.whapi, 16)] == ["Halo"]


def test_the_bots_own_goodbye_at_a_handoff_still_goes_out(
    client: FlaskClient, cast: Cast, provider: Box, work: Callable[[], None]
) -> None:
    say(client, "cs")
    work()
    assert conversation().mode is Mode.AGENT
    assert set(bot_statuses()) == {Status.ACCEPTED}
    assert provider.accepted


def test_r16_an_answer_typed_on_the_paired_phone_is_a_takeover(client: FlaskClient, cast: Cast) -> None:
    say(client, "halo")
    phone = {"from_me": True, "source": "mobile", "from": "12025550142", "chat_id": "6281234567890@s.whatsapp.net"}
    say(client, "Baik Bu, kami cek dulu ya", **phone)
    assert conversation().mode is Mode.AGENT
    answer = messages()[-1]
    assert (answer.direction, answer.sender, answer.status) == (Direction.OUT, Sender.AGENT, Status.SENT)
    assert set(bot_statuses()) == {Status.CANCELLED}
    before = len(messages())
    say(client, "halo")
    assert len(messages()) == before + 1


def test_r16_takeovers_that_race_a_slow_sender_never_leave_a_bot_message_behind_them(
    app: Flask, client: FlaskClient, cast: Cast, provider: Box, work: Callable[[], None]
) -> None:
    """The provider may get what was under way already, and nothing that was handed over after the takeover."""
    provider.faults.dial(delay_ms=15, times=100_000)
    for round_ in range(12):
        sender = f"6285{round_:08d}"
        for text in ("halo", "1", "2", "menu"):
            say(client, text, sender)
        cid = conversation(sender).public_id

        def take(cid: str = cid, pause: float = 0.004 * round_) -> None:
            with app.app_context():
                time.sleep(pause)
                handoff.claim(cast.budi, cid)
                db.session.remove()

        taker = threading.Thread(target=take)
        taker.start()
        work()
        taker.join()
        epoch = conversation(sender).epoch
        assert epoch == 1
        left = [m.status for m in messages(sender) if m.sender is Sender.BOT]
        assert set(left) <= {Status.ACCEPTED, Status.CANCELLED}
        cut = left.index(Status.CANCELLED) if Status.CANCELLED in left else len(left)
        assert set(left[cut:]) <= {Status.CANCELLED}


def test_an_answer_on_a_stale_view_is_held_back_with_what_the_colleague_said(client: FlaskClient, cast: Cast) -> None:
    say(client, "cs")
    cid, seen = conversation().public_id, conversation().seq
    replies.send(cast.ani, cid, "a-1", "Halo, dengan Ani", seen=seen)
    with pytest.raises(StaleView) as held_back:
        replies.send(cast.budi, cid, "b-1", "Halo, dengan Budi", seen=seen)
    assert [entry["text"] for entry in held_back.value.data["entries"]] == ["Halo, dengan Ani"]
    assert messages()[-1].text == "Halo, dengan Ani"
    replies.send(cast.budi, cid, "b-1", "Halo, dengan Budi", seen=seen, force=True)
    assert messages()[-1].text == "Halo, dengan Budi"


def test_r17_of_ten_who_claim_at_once_one_has_it_and_all_are_told_the_same(
    app: Flask, client: FlaskClient, cast: Cast
) -> None:
    """Each takes it from the one before: there is an order, and whoever was last has it."""
    say(client, "halo")
    cid, start = conversation().public_id, threading.Barrier(10)
    people = [cast.admin, cast.ani, cast.budi, *[cast.ani, cast.budi] * 3, cast.admin]

    def take(person: Actor) -> None:
        with app.app_context():
            start.wait()
            handoff.claim(person, cid)
            db.session.remove()

    threads = [threading.Thread(target=take, args=(person,)) for person in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    thread_now = conversation()
    told = select(History).where(History.conversation_id == thread_now.id, History.event == "assigned")
    given = [row.data["agent"] for row in db.session.scalars(told.order_by(History.seq))]
    assert thread_now.mode is Mode.AGENT
    assert thread_now.assignee_id == given[-1]
    assert all(before != after for before, after in pairwise(given))
    assert thread_now.epoch == len(people)
    assert len({row.seq for row in db.session.scalars(select(History))}) == db.session.query(History).count()
