"""Where providers knock: whatever the body, an honest answer, and nothing lost."""

from __future__ import annotations

import dataclasses
import json
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import event, select
from sqlalchemy.exc import IntegrityError

from roms.channels import ADAPTERS, base, items
from roms.db import db, writing
from roms.models import Channel, Conversation, Message
from roms.services import channels, intake
from tests.cast import Cast, conversation, give, messages, whapi_body
from tests.conftest import Clock
from tests.web.conftest import Browser

anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


def test_broken_json_is_told_where_it_breaks(client: FlaskClient, cast: Cast) -> None:
    answer = client.post("/webhook/whapi", data=b'{"messages": [', content_type="application/json")
    assert answer.status_code == 400
    assert "line 1" in answer.get_json()["error"]["message"]


def test_an_unknown_channel_is_404_without_a_write(client: FlaskClient, cast: Cast) -> None:
    written: list[str] = []
    event.listen(db.engine, "before_cursor_execute", lambda _c, _u, sql, *_: written.append(sql))
    for path in ("nobody", "whapi/999", "whapi/99999999999999999999", "webchat/1"):
        assert client.post(f"/webhook/{path}", json=whapi_body("halo")).status_code == 404, path
    assert [sql for sql in written if not sql.lstrip().upper().startswith(("SELECT", "BEGIN"))] == []


@pytest.mark.parametrize("hides_its_length", [False, True])
def test_a_body_over_five_megabytes_is_413(hides_its_length: bool, client: FlaskClient, cast: Cast) -> None:
    more: dict[str, Any] = {"environ_overrides": {"wsgi.input_terminated": True}} if hides_its_length else {}
    headers = {"Content-Length": ""} if hides_its_length else {}
    body = b'{"messages": "' + b"x" * (5 * 1024 * 1024) + b'"}'
    answer = client.post("/webhook/whapi", data=body, headers=headers, content_type="application/json", **more)
    assert (answer.status_code, answer.get_json()["error"]["code"]) == (413, "too_large")


def test_a_large_body_is_refused_also_where_nobody_would_read_it(client: FlaskClient, cast: Cast) -> None:
    assert client.post("/widget/api/ticket", data=b"x" * (5 * 1024 * 1024 + 1)).status_code == 413


def test_a_body_without_anything_for_us_is_counted(client: FlaskClient, cast: Cast) -> None:
    answer = client.post("/webhook/whapi", json={"event": {"type": "presences"}})
    assert (answer.status_code, answer.get_json()["skipped"]) == (200, 1)
    numbers = client.get("/metrics").text
    assert 'roms_webhook_skipped_total{kind="whapi",reason="event_presences"}' in numbers


def test_what_became_of_a_batch_is_told(client: FlaskClient, cast: Cast) -> None:
    first, second = whapi_body("halo")["messages"], whapi_body("halo", "6289999999999")["messages"]
    body = {"messages": [*first, *first, *second], "statuses": [{"id": "p-1", "status": "read"}]}
    answer = client.post("/webhook/whapi", json=body)
    assert answer.get_json() == {"stored": 2, "repeated": 1, "receipts": 1, "skipped": 0}


def test_one_item_that_cannot_be_stored_does_not_stop_the_others(
    client: FlaskClient, cast: Cast, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    real = intake.receive

    def receive(channel: int, incoming: Any) -> bool:
        if incoming.text == "bad":
            raise IntegrityError("INSERT", {}, Exception("no such flow"))
        return real(channel, incoming)

    monkeypatch.setattr(intake, "receive", receive)
    batch = [*whapi_body("bad")["messages"], *whapi_body("halo", "6289999999999")["messages"]]
    answer = client.post("/webhook/whapi", json={"messages": batch})
    assert (answer.status_code, answer.get_json()["stored"], answer.get_json()["aside"]) == (200, 1, 1)
    assert messages("6289999999999")[0].text == "halo"
    assert "no such flow" in caplog.text
    monkeypatch.undo()
    again = client.post("/webhook/whapi", json={"messages": batch})
    assert (again.status_code, again.get_json()) == (200, {"stored": 1, "repeated": 1, "receipts": 0, "skipped": 0})


def test_without_a_secret_only_this_machine_may_knock_and_the_pages_say_so(client: FlaskClient, cast: Cast) -> None:
    far = {"environ_overrides": {"REMOTE_ADDR": "203.0.113.9"}}
    answer = client.post("/webhook/whapi", json=whapi_body("halo"), **far)
    assert (answer.status_code, answer.get_json()["error"]["code"]) == (403, "webhook_forbidden")
    assert "punya kunci rahasia" in client.get("/").text


def test_a_secret_must_be_right_and_is_never_told(client: FlaskClient, cast: Cast) -> None:
    give(cast.whapi, secret="a secret of this channel")
    for given_, status in (("a secret of this channel", 200), ("a secret of this channeL", 403), ("", 403)):
        headers = {"X-Webhook-Secret": given_}
        answer = client.post("/webhook/whapi", json=whapi_body("halo"), headers=headers)
        assert answer.status_code == status
        assert "a secret" not in answer.text
    assert "punya kunci rahasia" not in client.get("/").text


def switch(channel: int, **values: Any) -> None:
    with writing():
        row = db.session.get(Channel, channel)
        assert row is not None
        for name, value in values.items():
            setattr(row, name, value)
        channels.forget()


def test_r27_a_channel_that_is_switched_off_stores_and_stays_silent(client: FlaskClient, cast: Cast) -> None:
    switch(cast.whapi, is_enabled=False)
    assert client.post("/webhook/whapi", json=whapi_body("halo")).get_json()["stored"] == 1
    assert [message.sender for message in messages()] == ["contact"]
    assert conversation().unread == 1
    switch(cast.whapi, is_enabled=True)
    client.post("/webhook/whapi", json=whapi_body("halo"))
    assert "bot" in [message.sender for message in messages()]


def test_when_a_channel_was_last_heard_of_is_written_at_most_once_a_minute(
    client: FlaskClient, cast: Cast, clock: Clock
) -> None:
    def last() -> Any:
        db.session.rollback()
        return db.session.scalar(select(Channel.last_in_at).where(Channel.id == cast.whapi))

    client.post("/webhook/whapi", json=whapi_body("halo"))
    first = last()
    assert first == clock.now
    clock.forward(seconds=30)
    client.post("/webhook/whapi", json=whapi_body("halo"))
    assert last() == first
    clock.forward(seconds=31)
    client.post("/webhook/whapi", json={})
    assert last() == clock.now


@pytest.mark.parametrize("item", [items.Incoming("62812@s.whatsapp.net", "halo", account="other"),
                                  items.Receipt("p", "read", account="other")])  # fmt: skip
def test_what_is_for_an_account_that_is_not_ours_is_counted_and_left(
    client: FlaskClient, cast: Cast, monkeypatch: pytest.MonkeyPatch, item: Any
) -> None:
    adapter = dataclasses.replace(ADAPTERS["whapi"], parse=lambda *_: iter([item]), account_of=lambda _: "mine")
    monkeypatch.setitem(ADAPTERS, "whapi", adapter)
    assert client.post("/webhook/whapi", json={}).get_json()["skipped"] == 1
    assert db.session.scalars(select(Message)).all() == []


def test_items_reach_the_account_they_name_if_one_secret_signs_for_both(
    client: FlaskClient, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    with writing():
        other = channels.add("whapi", "Other", {"base_url": "http://127.0.0.1:1", "token": "t"}).id
    switch(other, account="other")
    item = items.Incoming("62812@s.whatsapp.net", "halo", account="other", provider_id="x")
    fields = (base.Field("token", secret=True), base.Field("secret", secret=True, signs=True))
    adapter = dataclasses.replace(
        ADAPTERS["whapi"], parse=lambda *_: iter([item]), account_of=lambda _: "mine", fields=fields
    )
    monkeypatch.setitem(ADAPTERS, "whapi", adapter)
    assert client.post("/webhook/whapi", json={}).get_json()["stored"] == 1
    assert db.session.scalars(select(Conversation.channel_id)).all() == [other]


def test_a_challenge_and_an_answer_are_the_adapters_own_words(
    client: FlaskClient, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert client.get("/webhook/whapi").status_code == 404
    adapter = dataclasses.replace(
        ADAPTERS["whapi"], challenge=lambda _, asked: asked["hub.challenge"], answer=("<Response/>", "text/xml")
    )
    monkeypatch.setitem(ADAPTERS, "whapi", adapter)
    answer = client.get("/webhook/whapi?hub.challenge=<b>17</b>")
    assert (answer.text, answer.mimetype) == ("<b>17</b>", "text/plain")
    told = client.post("/webhook/whapi", json=whapi_body("halo"))
    assert (told.status_code, told.text, told.mimetype) == (200, "<Response/>", "text/xml")


def test_no_body_whatsoever_is_a_500(browser: Browser, app: Flask) -> None:
    @settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
    @given(anything, anything)
    def knock(message: Any, status: Any) -> None:
        for body in (message, {"messages": message, "statuses": status}, {"messages": [message], "statuses": [status]}):
            data = json.dumps(body)
            answer = browser.ask("POST", "/webhook/whapi", data=data, content_type="application/json")
            assert answer.status_code in (200, 400), body

    knock()
    for raw in (b"", b"\x00", b"\xff\xfe", b"[" * 100_000, b'{"messages": [{"text": {"body": "\\ud800"}}]}'):
        answer = browser.ask("POST", "/webhook/whapi", data=raw, content_type="application/json")
        assert answer.status_code in (200, 400), raw[:20]
