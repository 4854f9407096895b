"""From the instant a person takes over, the bot is silent: whatever was queued, whoever was faster."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from roms.channels.failures import Transient
from roms.channels.fake import Box
from roms.db import db, writing
from roms.engine.types import Mode
from roms.errors import AlreadyTaken, StaleView
from roms.models import Direction, History, Role, Sender, Status
from roms.services import handoff, notes, outbox, replies
from roms.services.actors import Actor
from roms.services.said import Draft
from tests.cast import Cast, conversation, messages, person, say


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


def test_a_note_of_a_colleague_holds_an_answer_back_too_and_ones_own_does_not(client: FlaskClient, cast: Cast) -> None:
    say(client, "cs")
    cid, seen = conversation().public_id, conversation().seq
    notes.write(cast.budi, cid, "Saya cek gudang dulu")
    replies.send(cast.budi, cid, "b-1", "Halo, dengan Budi", seen=seen)
    with pytest.raises(StaleView) as held_back:
        replies.send(cast.ani, cid, "a-1", Draft("", location={"latitude": -6.2, "longitude": 106.8}), seen=seen)
    data = held_back.value.data
    assert [(entry["type"], entry["text"]) for entry in data["entries"]] == [
        ("note", "Saya cek gudang dulu"),
        ("message", "Halo, dengan Budi"),
    ]
    assert data["names"] == {cast.budi.id: "Budi"}
    assert len([message for message in messages() if message.sender is Sender.AGENT]) == 2
    place = Draft("", location={"latitude": -6.2, "longitude": 106.8})
    replies.send(cast.ani, cid, "a-1", place, seen=seen, force=True)
    assert messages()[-1].kind == "location"


def at_once(app: Flask, people: list[Actor], take: Callable[[Actor], None]) -> dict[int, str]:
    """All of them, each in a thread of his own; who was told what name."""
    start, told = threading.Barrier(len(people)), dict[int, str]()

    def run(person: Actor) -> None:
        with app.app_context():
            start.wait()
            try:
                take(person)
            except AlreadyTaken as faster:
                told[person.id] = faster.data["name"]
            db.session.remove()

    threads = [threading.Thread(target=run, args=(person,)) for person in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return told


@pytest.fixture
def ten(cast: Cast) -> list[Actor]:
    with writing():
        rows = [person(f"agen{number}", Role.AGENT) for number in range(10)]
        db.session.add_all(rows)
        db.session.flush()
        return [Actor(row.id, row.name, row.login, row.role, row.language) for row in rows]


def owners() -> list[int]:
    told = select(History).where(History.conversation_id == conversation().id, History.event == "assigned")
    return [row.data["agent"] for row in db.session.scalars(told.order_by(History.seq))]


def test_r17_of_ten_who_claim_at_once_one_has_it_and_nine_are_told_who(
    app: Flask, client: FlaskClient, ten: list[Actor]
) -> None:
    say(client, "halo")
    cid = conversation().public_id
    told = at_once(app, ten, lambda actor: handoff.claim(actor, cid) and None)
    (owner,) = owners()
    assert (conversation().mode, conversation().assignee_id, conversation().epoch) == (Mode.AGENT, owner, 1)
    assert set(told) == {actor.id for actor in ten} - {owner}
    assert set(told.values()) == {next(actor.name for actor in ten if actor.id == owner)}


def test_r17_it_is_taken_over_only_from_whom_the_page_showed(app: Flask, client: FlaskClient, ten: list[Actor]) -> None:
    say(client, "halo")
    cid, first = conversation().public_id, ten[0]
    handoff.claim(first, cid)
    told = at_once(app, ten[1:], lambda actor: handoff.claim(actor, cid, over=first.id) and None)
    assert owners()[0] == first.id
    (_, second) = owners()
    assert len(told) == 8
    with pytest.raises(AlreadyTaken):
        handoff.claim(first, cid)
    handoff.claim(first, cid, over=second)
    handoff.claim(first, cid)  # again, by the one who has it
    assert conversation().assignee_id == first.id
