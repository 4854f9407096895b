"""Many messages in one webhook: stored together where they may be, and as one by one for whoever looks afterwards."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import event, update

from roms import clock
from roms.channels.items import Reaction
from roms.db import db, writing
from roms.engine import lifecycle, session
from roms.models import Conversation
from roms.services import changes, payloads, publishing
from tests.cast import Cast, conversation, messages, whapi_body

PEOPLE = [f"62811000{number:04d}" for number in range(12)]


def batch(text: str, phones: list[str]) -> dict[str, Any]:
    return {"messages": [message for phone in phones for message in whapi_body(text, phone)["messages"]]}


@contextmanager
def seen() -> Iterator[list[str]]:
    """Statements and commits."""
    done: list[str] = []
    heard = {
        "before_cursor_execute": lambda _c, _u, sql, *_: done.append(sql),
        "commit": lambda _c: done.append("COMMIT"),
    }
    for name, hear in heard.items():
        event.listen(db.engine, name, hear)
    yield done
    for name, hear in heard.items():
        event.remove(db.engine, name, hear)


def test_messages_of_people_we_know_take_the_statements_of_a_few(client: FlaskClient, cast: Cast) -> None:
    client.post("/webhook/whapi", json=batch("halo", PEOPLE))
    with seen() as done:
        answer = client.post("/webhook/whapi", json=batch("1", PEOPLE))
    assert (answer.status_code, answer.get_json()["stored"]) == (200, len(PEOPLE))
    assert done.count("COMMIT") == 1
    assert len(done) <= 12
    told = [(each.seq, each.sender, each.text) for each in messages(PEOPLE[0])]
    assert len(told) > 2
    assert all([(each.seq, each.sender, each.text) for each in messages(phone)] == told for phone in PEOPLE)


def test_who_writes_much_does_not_part_the_others(client: FlaskClient, cast: Cast) -> None:
    client.post("/webhook/whapi", json=batch("halo", PEOPLE))
    lines = [(text, phone) for phone in PEOPLE for text in ("satu", "dua")] + [("tiga", PEOPLE[0])]
    body = {"messages": [message for text, phone in lines for message in whapi_body(text, phone)["messages"]]}
    with seen() as done:
        assert client.post("/webhook/whapi", json=body).get_json()["stored"] == len(lines)
    assert done.count("COMMIT") == 3  # all first ones, all second ones, the third
    for phone in PEOPLE:
        heard = [each.text for each in messages(phone) if each.sender == "contact"]
        assert heard == ["halo", *(text for text, whose in lines if whose == phone)]


def test_all_who_begin_anew_ask_once_with_which_release(client: FlaskClient, cast: Cast) -> None:
    client.post("/webhook/whapi", json=batch("halo", PEOPLE))
    with writing():
        begun = session.dump(lifecycle.begin(publishing.newest(), clock.now(), {}))
        db.session.execute(update(Conversation).values(state=begun))
    with seen() as done:
        client.post("/webhook/whapi", json=batch("halo", PEOPLE))
    assert len([sql for sql in done if "max(release.number)" in sql]) == 1
    assert all(messages(phone)[-1].sender == "bot" for phone in PEOPLE)


def test_a_plain_message_takes_five_statements(client: FlaskClient, cast: Cast) -> None:
    client.post("/webhook/whapi", json=whapi_body("halo"))
    with seen() as done:
        assert client.post("/webhook/whapi", json=whapi_body("1")).get_json()["stored"] == 1
    assert (len([sql for sql in done if not sql.startswith(("BEGIN", "COMMIT"))]), done.count("COMMIT")) == (5, 1)


def test_a_bad_one_costs_only_itself(
    client: FlaskClient, cast: Cast, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    client.post("/webhook/whapi", json=batch("halo", PEOPLE))
    real = payloads.of

    def of(scene: Any, incoming: Any) -> Any:
        if incoming.address.startswith(PEOPLE[3]):
            raise ValueError("an odd message")
        return real(scene, incoming)

    monkeypatch.setattr(payloads, "of", of)
    body = batch("1", PEOPLE)
    answer = client.post("/webhook/whapi", json=body)
    told = answer.get_json()
    assert (answer.status_code, told["stored"], told["aside"]) == (200, len(PEOPLE) - 1, 1)
    assert "an odd message" in caplog.text
    assert [each.text for each in messages(PEOPLE[3])].count("1") == 0
    monkeypatch.undo()
    again = client.post("/webhook/whapi", json=body)
    assert (again.status_code, again.get_json()["stored"], again.get_json()["repeated"]) == (200, 1, len(PEOPLE) - 1)
    assert {len(messages(phone)) for phone in PEOPLE} == {len(messages(PEOPLE[3]))}


def test_what_was_here_already_changes_nothing(client: FlaskClient, cast: Cast) -> None:
    client.post("/webhook/whapi", json=batch("halo", PEOPLE))
    body = batch("1", PEOPLE[:3])
    client.post("/webhook/whapi", json=body)
    before = [(conversation(phone).seq, conversation(phone).unread) for phone in PEOPLE[:3]]
    answer = client.post("/webhook/whapi", json={"messages": [*body["messages"], *batch("1", PEOPLE[3:5])["messages"]]})
    assert (answer.get_json()["stored"], answer.get_json()["repeated"]) == (2, 3)
    db.session.expire_all()
    assert [(conversation(phone).seq, conversation(phone).unread) for phone in PEOPLE[:3]] == before


def test_one_person_who_writes_twice_is_read_in_order(client: FlaskClient, cast: Cast) -> None:
    siti, budi, new = PEOPLE[0], PEOPLE[1], "6282200000001"
    client.post("/webhook/whapi", json=batch("halo", [siti, budi]))
    said = [("satu", siti), ("satu", budi), ("satu", new), ("dua", new), ("dua", siti), ("tiga", siti), ("dua", budi)]
    body = {"messages": [message for text, phone in said for message in whapi_body(text, phone)["messages"]]}
    assert client.post("/webhook/whapi", json=body).get_json()["stored"] == len(said)
    for phone in (siti, budi, new):
        heard = [each.text for each in messages(phone) if each.sender == "contact"]
        assert [text for text in heard if text != "halo"] == [text for text, whose in said if whose == phone]


def test_a_sign_that_was_early_is_put_on_its_message(client: FlaskClient, cast: Cast) -> None:
    client.post("/webhook/whapi", json=batch("halo", PEOPLE[:2]))
    body = batch("1", PEOPLE[:2])
    first = body["messages"][0]
    changes.record(cast.whapi, Reaction(first["id"], "👍", first["chat_id"]))
    client.post("/webhook/whapi", json=body)
    row = next(each for each in messages(PEOPLE[0]) if each.provider_id == first["id"])
    assert [each["emoji"] for each in (row.payload or {})["reactions"]] == ["👍"]
