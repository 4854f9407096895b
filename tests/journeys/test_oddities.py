"""What does not happen on a good day, and must lose nothing all the same."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import insert, select, update
from sqlalchemy import text as sql
from sqlalchemy.exc import DBAPIError

from roms import background, clock
from roms.db import db, table, writing
from roms.engine.problems import FlowErrors
from roms.engine.types import Mode
from roms.errors import Conflict
from roms.models import Conversation, Message, Release, Sender
from roms.services import publishing, replies, webchat
from tests.cast import ROOT, Cast, conversation, messages, say
from tests.conftest import Clock


def test_the_bot_never_speaks_to_a_group_however_long_it_lasts(client: FlaskClient, cast: Cast, clock: Clock) -> None:
    for hours in (0, 13, 30, 40):
        clock.forward(hours=hours)
        background.fire_timers()
        say(client, "halo", chat_id="120363025246125486@g.us")
    assert [message.sender for message in db.session.scalars(select(Message))] == [Sender.CONTACT] * 4
    assert db.session.scalars(select(Conversation)).one().mode is Mode.PAUSED


def test_a_release_that_can_not_be_compiled_any_more_loses_no_message(client: FlaskClient, cast: Cast) -> None:
    say(client, "halo")
    broken = {"lifecycle.yaml": "lifecycle: from another age"}
    with writing():
        row = {"number": 7, "hash": "x", "files": broken, "comment": "", "published_at": clock.now()}
        db.session.execute(insert(table(Release)).values(row))
        state = conversation_state() | {"release": 7, "place": "gone.step"}
        db.session.execute(update(table(Conversation)).values(state=state))
        row = {"number": 8, "hash": "y", "files": publishing.texts_in(ROOT / "flows")}
        row |= {"comment": "", "published_at": clock.now()}
        db.session.execute(insert(table(Release)).values(row))
    say(client, "1")
    assert "1" in [message.text for message in messages()]
    assert conversation().mode is Mode.BOT
    assert Sender.BOT in [message.sender for message in messages() if message.direction == "note"]
    assert messages()[-1].direction == "out"


def conversation_state() -> dict[str, object]:
    return dict(db.session.scalars(select(Conversation.state)).one())


def test_a_visitor_who_takes_an_agents_client_id_is_told_so(cast: Cast) -> None:
    webchat.say("v" * 43, "visitor-1", "cs", None, "id")
    cid = db.session.scalars(select(Conversation.public_id)).one()
    replies.send(cast.ani, cid, "agent-id-1", "Halo", 0, force=True)
    with pytest.raises(Conflict):
        webchat.say("v" * 43, "agent-id-1", "Halo juga", None, "id")


def with_label(label: str) -> dict[str, str | bytes]:
    flow = f"flow: x\ntriggers:\n  - keywords: [zzz]\nsteps:\n  a:\n    label: {label}\n    end: true\n"
    return publishing.files_in(ROOT / "flows") | {"x.yaml": flow}


def test_a_label_longer_than_its_column_is_refused_when_it_is_published(client: FlaskClient, cast: Cast) -> None:
    publishing.publish(with_label("l" * 60))
    say(client, "zzz")
    assert conversation().labels == ["l" * 60]
    with pytest.raises(FlowErrors, match=r"x\.yaml"):
        publishing.publish(with_label("l" * 61))


def test_two_long_ids_that_begin_alike_are_two_messages(client: FlaskClient, cast: Cast) -> None:
    say(client, "halo", id="a" * 300 + "1")
    say(client, "halo", id="a" * 300 + "2")
    say(client, "halo", id="a" * 300 + "2")
    assert [message.sender for message in messages()].count(Sender.CONTACT) == 2


def test_a_number_without_an_end_is_kept_as_none_at_all(client: FlaskClient, cast: Cast) -> None:
    say(client, "halo")
    with writing():
        db.session.execute(update(Message).values(payload={"a": [1.5, float("inf"), {"b": float("nan")}]}))
    assert list(db.session.scalars(select(Message.payload).limit(1))) == [{"a": [1.5, None, {"b": None}]}]


def test_s18_a_statement_that_fails_does_not_tell_the_log_what_somebody_wrote(app: Flask) -> None:
    with pytest.raises(DBAPIError) as failed:
        db.session.execute(sql("SELECT :written FROM nowhere"), {"written": "canary"})
    db.session.rollback()
    assert "nowhere" in str(failed.value)
    assert "canary" not in str(failed.value)
