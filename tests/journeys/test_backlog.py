"""What a look at the backlog costs, whatever waits there, and that nothing in it stands in the way of the rest."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Select, event, insert, select, text, update

from roms.db import db, table, writing
from roms.engine.events import AgentFound
from roms.engine.replay import replay
from roms.models import Conversation, Presence, Sees
from roms.services import access, backlog, publishing, recalling, views
from tests.cast import Cast, conversation, say
from tests.conftest import Clock
from tests.journeys.test_assignment import change, newest

GROUPS = (("", ""), ("care", ""), ("care", "en"), ("sales", ""))


def many(count: int, clock: Clock) -> None:
    """So many more wait, in every group: copies of the one conversation there is."""
    row = dict(db.session.execute(select(*table(Conversation).c)).mappings().first() or {})
    rows = []
    for number in range(count):
        team, skill = GROUPS[number % len(GROUPS)]
        name = f"copy-{team}-{skill}-{number}-{count}"[:24]
        fresh = {"public_id": name, "address": name, "team": team, "skill": skill, "rank": number % 3}
        rows.append({**row, **fresh, "queued_at": clock.now + timedelta(seconds=number)})
        del rows[-1]["id"]
    with writing():
        db.session.execute(insert(table(Conversation)), rows)


@pytest.fixture
def waits(client: FlaskClient, cast: Cast, clock: Clock) -> Clock:
    """Nobody is there, and one conversation waits."""
    for who in (cast.ani, cast.budi):
        change(who.id, presence=Presence.AWAY)
    say(client, "cs")
    return clock


@contextmanager
def statements() -> Iterator[list[str]]:
    said: list[str] = []

    def hear(_: Any, __: Any, statement: str, *___: Any) -> None:
        said.append(statement)

    event.listen(db.engine, "before_cursor_execute", hear)
    yield said
    event.remove(db.engine, "before_cursor_execute", hear)


def plan(query: Select[Any]) -> str:
    connection = db.session.connection()
    sql = str(query.compile(connection, compile_kwargs={"literal_binds": True}))
    if connection.dialect.name == "sqlite":
        return "\n".join(row.detail for row in connection.execute(text(f"EXPLAIN QUERY PLAN {sql}")))
    connection.execute(text("SET LOCAL enable_seqscan = off"))
    return "\n".join(connection.scalars(text(f"EXPLAIN {sql}")))


def test_a_look_enters_the_index_and_sorts_nothing(waits: Clock) -> None:
    many(40, waits)
    after = backlog.Head(0, waits.now, 1, "care", "")
    in_group = backlog._in_order().where(Conversation.team == "care", Conversation.skill == "en")
    for query in (backlog._in_order(), *backlog._next_groups(after), in_group):
        found = plan(query)
        assert "ix_conversation_backlog" in found, found
        assert "Sort" not in found, found
        assert "TEMP B-TREE" not in found, found
        assert "(team,skill)" not in found, "SQLite walks through all that are equal to the pair"


def test_a_full_house_costs_the_same_however_many_wait(waits: Clock) -> None:
    costs = []
    for more in (8, 200):
        many(more, waits)
        backlog.drain()
        with statements() as said:
            assert backlog.drain() == 0
        costs.append(len(said))
    assert costs[0] == costs[1] <= 4 * len(GROUPS)
    assert [(head.team, head.skill) for head in backlog.heads()] == list(GROUPS)


def test_one_that_cannot_be_given_goes_behind_the_others(
    client: FlaskClient, cast: Cast, waits: Clock, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    waits.forward(seconds=1)
    say(client, "cs", "628222")
    broken, give = conversation().id, backlog.give

    def giving(which: int) -> backlog.Came:
        if which == broken:
            raise RuntimeError("bad luck")
        return give(which)

    monkeypatch.setattr(backlog, "give", giving)
    change(cast.ani.id, presence=Presence.AVAILABLE)
    waits.forward(seconds=1)
    backlog.drain()
    backlog.drain()
    assert (conversation().assignee_id, conversation("628222").assignee_id) == (None, cast.ani.id)
    assert "could not be given" in caplog.text
    monkeypatch.undo()
    backlog.drain()
    assert conversation().assignee_id == cast.ani.id


def test_what_was_given_out_of_the_backlog_replays_to_the_letter(client: FlaskClient, cast: Cast, waits: Clock) -> None:
    waits.forward(minutes=3)
    change(cast.ani.id, presence=Presence.AVAILABLE)
    backlog.drain()
    waits.forward(minutes=1)
    say(client, "halo?")
    record = recalling.one(conversation().id)
    assert [each.event for each in record.past].count(AgentFound()) == 1
    assert replay(publishing.newest(), record, record.began, waits.now) == []
    assert newest()[1]["rule"] == "backlog"


def test_one_that_nobody_can_take_stays_and_one_that_is_gone_is_passed_by(
    client: FlaskClient, cast: Cast, waits: Clock
) -> None:
    with writing():
        db.session.execute(update(Conversation).values(rank=3))
    (first,) = backlog.heads()
    assert (first.id, first.rank) == (conversation().id, 3)
    assert backlog.give(first.id) is backlog.Came.NOBODY
    assert backlog.give(999) is backlog.Came.MOVED


@pytest.mark.parametrize("sees", list(Sees))
def test_how_many_each_view_has_is_counted_by_its_index(waits: Clock, cast: Cast, sees: Sees) -> None:
    many(40, waits)
    who = dataclasses.replace(cast.ani, sees=sees, teams=frozenset({"care"}))
    found = plan(views.tallies(access.sight(who)).params(**access.asked_by(who)))
    assert "SCAN conversation" not in found, found
    assert "Seq Scan on conversation" not in found, found
