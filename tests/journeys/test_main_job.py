"""The main job: a contact writes, the bot answers, a person is asked for, and the bot is silent from that instant."""

from __future__ import annotations

from collections.abc import Callable

from flask import Flask
from flask.testing import FlaskClient

from roms.channels.fake import Box
from roms.db import db
from roms.engine.types import Mode
from roms.models import Contact, Status
from roms.services import handoff, inbox, replies
from tests.cast import Cast, conversation, messages, say, texts
from tests.conftest import Clock

LEGACY = {
    "messages": [
        {
            "from": "6281234567890@c.us",
            "from_name": "John Doe",
            "pushname": "John",
            "text": {"body": "Halo, saya butuh bantuan!"},
            "timestamp": 1704123456,
        }
    ]
}


def test_the_old_payload_makes_a_contact_a_conversation_and_an_answer_at_the_provider(
    client: FlaskClient, cast: Cast, provider: Box, work: Callable[[], None]
) -> None:
    assert client.post("/webhook/whapi", json=LEGACY).status_code == 200
    work()
    contact = db.session.get(Contact, 1)
    assert contact is not None
    assert (contact.name, contact.phone) == ("John Doe", "+6281234567890")
    assert conversation().mode is Mode.BOT
    assert messages()[0].text == "Halo, saya butuh bantuan!"
    sent = [accepted["text"] for accepted in provider.accepted]
    assert sent == [message.text for message in messages()[1:]]
    assert sent


def test_the_old_payload_again_within_three_seconds_is_a_repeat_and_later_a_new_message(
    client: FlaskClient, cast: Cast, clock: Clock
) -> None:
    client.post("/webhook/whapi", json=LEGACY)
    before = len(messages())
    clock.forward(seconds=2.9)
    assert client.post("/webhook/whapi", json=LEGACY).json["repeated"] == 1
    assert len(messages()) == before
    clock.forward(seconds=3.2)
    assert client.post("/webhook/whapi", json=LEGACY).json["stored"] == 1


def test_a_menu_is_walked_and_a_word_in_the_middle_of_a_question_reaches_a_person(
    client: FlaskClient, cast: Cast, work: Callable[[], None], provider: Box
) -> None:
    for text in ("halo", "1", "2", "3", "cs"):
        say(client, text)
    talk = conversation()
    assert talk.mode is Mode.AGENT
    assert talk.assignee_id == cast.ani.id
    assert talk.reason["rule"] == "round_robin"
    work()
    order = [accepted["text"] for accepted in provider.accepted]
    assert order == [message.text for message in messages() if message.direction == "out"]


def test_the_next_agent_gets_the_second_contact_and_the_first_gets_the_third(client: FlaskClient, cast: Cast) -> None:
    for sender in ("628111111111", "628222222222", "628333333333"):
        say(client, "cs", sender)
    owners = [conversation(sender).assignee_id for sender in ("628111111111", "628222222222", "628333333333")]
    assert owners == [cast.ani.id, cast.budi.id, cast.ani.id]


def test_the_bot_is_silent_once_a_person_has_the_conversation(client: FlaskClient, cast: Cast) -> None:
    say(client, "cs")
    before = texts()
    for text in ("halo", "1", "menu", "cs", "urgent"):
        say(client, text)
    assert [entry for entry in texts()[len(before) :] if entry[0] != "contact"] == []
    assert conversation().unread == 6


def test_an_agents_answer_goes_out_and_its_ticks_come_back(
    client: FlaskClient, cast: Cast, provider: Box, work: Callable[[], None]
) -> None:
    say(client, "cs")
    cid = conversation().public_id
    answer, is_new = replies.send(cast.ani, cid, "browser-1", "Halo, dengan Ani", seen=conversation().seq)
    assert is_new
    assert answer["entry"]["status"] == "queued"
    again, is_new = replies.send(cast.ani, cid, "browser-1", "Halo, dengan Ani", seen=0)
    assert (again["entry"]["seq"], is_new) == (answer["entry"]["seq"], False)
    work()
    last = messages()[-1]
    assert (last.text, last.status) == ("Halo, dengan Ani", Status.ACCEPTED)
    for status in ("sent", "delivered", "read"):
        receipt = {"id": last.provider_id, "status": status, "recipient_id": "x", "timestamp": "1795226433"}
        client.post("/webhook/whapi", json={"statuses": [receipt]})
        assert messages()[-1].status == status


def test_every_button_does_what_the_lifecycle_says(app: Flask, client: FlaskClient, cast: Cast) -> None:
    say(client, "halo")
    cid = conversation().public_id
    steps = (
        (handoff.pause, Mode.PAUSED),
        (handoff.resume, Mode.BOT),
        (handoff.claim, Mode.AGENT),
        (handoff.release, Mode.BOT),
        (handoff.claim, Mode.AGENT),
        (handoff.close, Mode.CLOSED),
        (handoff.reopen, Mode.AGENT),
    )
    for verb, mode in steps:
        assert verb(cast.budi, cid)["conversation"]["mode"] == mode
    assert handoff.assign(cast.admin, cid, cast.ani.id)["conversation"]["assignee"] == cast.ani.id
    thread = inbox.opened(cast.ani, cid)
    assert [entry["data"]["to"] for entry in thread["entries"] if entry.get("event") == "mode"] == [
        str(mode) for _, mode in steps
    ]
