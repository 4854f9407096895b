"""What arrives is stored once, in one conversation, in order, whatever arrives beside it."""

from __future__ import annotations

import json
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from roms.channels import ADAPTERS
from roms.channels.items import Incoming
from roms.db import db
from roms.models import Channel, Contact, Conversation, Direction, Message
from roms.services import arrivals, intake
from tests.cast import Cast, conversation, messages, say, texts, whapi_body


def post_at_once(app: Flask, bodies: list[dict[str, Any]]) -> list[int]:
    """All of them in the same instant, each on a thread of its own."""
    gate = threading.Barrier(len(bodies))

    def post(body: dict[str, Any]) -> int:
        gate.wait()
        return app.test_client().post("/webhook/whapi", json=body).status_code

    with ThreadPoolExecutor(len(bodies)) as threads:
        codes = list(threads.map(post, bodies))
    while not arrivals.spool().is_empty():  # on a busy machine some wait too long for their lock
        arrivals.flush()
    return codes


def count(table: type) -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(table)) or 0


def test_r01_the_same_webhook_fifty_times_at_once_is_one_message_and_one_answer(app: Flask, cast: Cast) -> None:
    body = whapi_body("halo")
    assert set(post_at_once(app, [body] * 50)) == {200}
    inbound = [message for message in messages() if message.direction is Direction.IN]
    assert len(inbound) == 1
    once = len(messages())
    assert set(post_at_once(app, [body] * 5)) == {200}
    assert len(messages()) == once
    assert conversation().unread == 1


def test_r02_six_first_messages_at_once_make_one_contact_and_one_conversation(app: Flask, cast: Cast) -> None:
    for round_ in range(20):
        sender = f"6281{round_:08d}"
        bodies = [whapi_body(f"foto {n}", sender) for n in range(6)]
        assert set(post_at_once(app, bodies)) == {200}
        said = [message for message in messages(sender) if message.direction is Direction.IN]
        assert sorted(message.text for message in said) == [f"foto {n}" for n in range(6)]
    assert count(Contact) == count(Conversation) == 20


def test_sequence_numbers_have_no_holes_and_no_doubles_under_load(app: Flask, cast: Cast) -> None:
    post_at_once(app, [whapi_body(str(n % 4)) for n in range(24)])
    thread = [message.seq for message in messages()]
    assert len(set(thread)) == len(thread)
    assert max(thread) <= conversation().seq


@pytest.mark.damages("an id is given by hand to what was never handed over")
def test_r03_every_item_of_a_batch_is_handled_and_a_bad_one_drops_no_other(client: FlaskClient, cast: Cast) -> None:
    say(client, "halo")
    answer = db.session.scalars(select(Message).filter_by(direction=Direction.OUT).limit(1)).one()
    answer.provider_id = "out-1"
    db.session.commit()
    batch = {
        "messages": [
            whapi_body("satu")["messages"][0],
            "this is not a message",
            whapi_body("", type="some_new_thing", text=None)["messages"][0],
            whapi_body("dua", "628999999999")["messages"][0],
        ],
        "statuses": [{"id": "out-1", "status": "delivered"}, {"id": "never-heard-of", "status": "read"}, 17],
    }
    assert client.post("/webhook/whapi", json=batch).status_code == 200
    said = [text for sender, text in texts() if sender == "contact"]
    assert said[1] == "satu"
    assert len(said) == 3
    assert ("contact", "dua") in texts("628999999999")
    delivered = next(message for message in messages() if message.provider_id == "out-1")
    assert delivered.status == "delivered"


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("/webhook/whapi", b'{"messages": [', 400),
        ("/webhook/whapi", b"\xff\xfe", 400),
        ("/webhook/whapi", b"", 200),
        ("/webhook/telegram", b"{}", 404),
        ("/webhook/whapi/999", b"{}", 404),
        ("/webhook/whapi", b"{}", 200),
        ("/webhook/whapi", b'{"messages": []}', 200),
        ("/webhook/whapi", b'{"chats": [{"id": "x"}]}', 200),
        ("/webhook/whapi", json.dumps({"messages": "x" * (5 * 1024 * 1024)}).encode(), 413),
    ],
)
def test_bad_webhooks_are_answered_with_a_reason_and_write_nothing(
    client: FlaskClient, cast: Cast, path: str, body: bytes, status: int
) -> None:
    answer = client.post(path, data=body, content_type="application/json")
    assert answer.status_code == status
    assert answer.is_json
    if status >= 400:
        assert answer.json["error"]["message"]
    assert count(Message) == count(Contact) == count(Conversation) == 0
    assert count(Channel) == len(ADAPTERS)


def test_a_stranger_without_the_secret_is_let_in_from_this_machine_only(client: FlaskClient, cast: Cast) -> None:
    far = {"REMOTE_ADDR": "203.0.113.9"}
    assert client.post("/webhook/whapi", json=whapi_body("halo"), environ_base=far).status_code == 403
    assert count(Message) == 0
    assert client.post("/webhook/whapi", json=whapi_body("halo")).status_code == 200


def test_a_group_is_stored_and_shown_but_the_bot_stays_out_of_it(client: FlaskClient, cast: Cast) -> None:
    say(client, "halo", chat_id="120363000000000001@g.us")
    found = db.session.scalars(select(Conversation)).one()
    assert found.address == "120363000000000001@g.us"
    assert [message.sender for message in db.session.scalars(select(Message))] == ["contact"]


def test_a_conversations_name_is_never_taken_for_an_option() -> None:
    assert not any("-" in intake.new_id() for _ in range(500))


def test_a_repeat_under_another_name_of_its_writer_begins_no_thread(cast: Cast) -> None:
    assert intake.receive(cast.whapi, Incoming("6281234567890@s.whatsapp.net", "halo", provider_id="x"))
    assert not intake.receive(cast.whapi, Incoming("1234567@lid", "halo", provider_id="x"))
    assert (count(Conversation), count(Contact)) == (1, 1)


def test_a_repeat_uses_up_no_number(cast: Cast) -> None:
    hello = Incoming("6281234567890@s.whatsapp.net", "halo", provider_id="x")
    assert intake.receive(cast.whapi, hello)
    before = conversation().seq
    assert not intake.receive(cast.whapi, hello)
    assert conversation().seq == before
