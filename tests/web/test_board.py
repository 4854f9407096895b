"""The board counts what is there, whoever looks, and costs the same number of statements however much that is."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event, insert, select, text, update

from roms import clock as roms_clock
from roms.db import db, table, writing
from roms.engine.types import Mode
from roms.models import Contact, Conversation, Label, Presence, Role, Team, TeamMember, User, UserSkill
from roms.services import board
from tests.cast import Cast, conversation, person, say
from tests.conftest import Clock
from tests.web.conftest import Browser


def signed_in(app: Flask, people: Cast, role: Role) -> Browser:
    with writing():
        db.session.execute(update(User).where(User.id == people.budi.id).values(role=role))
    browser = Browser(app)
    assert browser.sign_in("budi").status_code == 303
    return browser


class House:
    """Rows of people, teams and conversations, made without the walks that make them."""

    def __init__(self, cast: Cast, seed: int = 1) -> None:
        self.cast, self.random, self.made = cast, random.Random(seed), 0

    def crew(self, count: int) -> list[int]:
        with writing():
            made = [person(f"agent{number}", Role.AGENT) for number in range(count)]
            db.session.add_all(made)
            teams = [Team(key=key, name=key.title(), created_at=roms_clock.now()) for key in ("sales", "care")]
            db.session.add_all(teams)
            db.session.flush()
            db.session.add_all(
                TeamMember(team_id=teams[at % 2].id, user_id=one.id) for at, one in enumerate(made) if at % 3
            )
            return [one.id for one in made]

    def talks(self, count: int, holders: list[int | None], modes: list[Mode]) -> None:
        now = roms_clock.now()
        with writing():
            rows = [self._talk(holders, modes, now) for _ in range(count)]
            contacts = [{"id": row["contact_id"], "name": row["public_id"], "created_at": now} for row in rows]
            db.session.execute(insert(table(Contact)), contacts)
            db.session.execute(insert(table(Conversation)), rows)
            db.session.execute(text("ANALYZE"))

    def _talk(self, holders: list[int | None], modes: list[Mode], now: datetime) -> dict[str, Any]:
        self.made += 1
        number = 1000 + self.made
        pick, ago = self.random.choice, lambda most: now - timedelta(seconds=self.random.randrange(1, most))
        assignee, mode = pick(holders), pick(modes)
        return {
            "public_id": f"c{number}",
            "contact_id": number,
            "channel_id": self.cast.whapi,
            "address": f"62{number}@s.whatsapp.net",
            "mode": mode,
            "mode_since": ago(90_000),
            "state": {"release": 1},
            "rank": self.random.randrange(4),
            "team": pick(["sales", "care", ""]),
            "assignee_id": assignee if mode is not Mode.BOT else None,
            "queued_at": ago(3600) if assignee is None and mode is Mode.AGENT else None,
            "waiting_since": pick([None, ago(7200)]),
            "answer_by": pick([None, ago(900), now + timedelta(seconds=self.random.randrange(1, 900))]),
            "snoozed_until": pick([None] * 5 + [now]),
            "labels": [],
            "last_at": now,
            "changed_at": now,
            "opened_at": now,
            "created_at": ago(90_000),
        }


@pytest.fixture
def house(people: Cast) -> House:
    return House(people)


def counted(team: str, assignee: int | None, now: datetime) -> dict[str, int]:
    """The figures of a column, one row at a time."""
    rows = db.session.scalars(select(Conversation).filter_by(mode=Mode.AGENT, snoozed_until=None)).all()
    mine = [row for row in rows if row.assignee_id == assignee]
    of_team = [row for row in mine if team and row.team == team]
    over = [row for row in mine if row.answer_by is not None and row.answer_by <= now]
    both = [row for row in of_team if row in over]
    return dict(zip(board.FIGURES, map(len, (mine, over, of_team, both)), strict=True))


@pytest.mark.parametrize("team", ["", "sales"])
@pytest.mark.parametrize("most", [1000, 60])
def test_every_figure_is_the_sum_of_its_conversations(
    house: House, clock: Clock, monkeypatch: pytest.MonkeyPatch, most: int, team: str
) -> None:
    monkeypatch.setattr(board, "ALL", most)
    monkeypatch.setattr(board, "HEAD", 5)
    monkeypatch.setattr(board, "LONGEST_WAITING", 4)
    monkeypatch.setattr(board, "MOST_OVERDUE", 3)
    agents = house.crew(6)
    house.talks(300, [None, None, *agents], list(Mode))
    told = board.look(team)
    for agent in told["agents"]:
        assert {name: agent[name] for name in board.FIGURES} == counted(team, agent["id"], clock.now)
    assert told["backlog"] == counted(team, None, clock.now)
    assert told["total"] == told["backlog"]["open"] + sum(agent["open"] for agent in told["agents"])
    assert told["whole"] is (most == 1000)
    assert (len(told["cards"]) == told["total"]) is told["whole"]
    assert all(len(held) >= min(told_open, 5) for held, told_open in columns(told))


def columns(told: dict[str, Any]) -> list[tuple[list[str], int]]:
    """What is told of each column, with how many it has."""
    by_holder = [(agent["id"], agent["open"]) for agent in told["agents"]] + [(None, told["backlog"]["open"])]
    return [([card["id"] for card in told["cards"] if card["assignee"] == one], count) for one, count in by_holder]


def test_of_very_many_those_are_told_that_matter_first(
    house: House, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("ALL", "HEAD", "LONGEST_WAITING", "MOST_OVERDUE"):
        monkeypatch.setattr(board, name, 3)
    house.talks(80, [None, house.cast.ani.id], [Mode.AGENT])
    told = board.look()
    ids = {card["id"] for card in told["cards"]}
    rows = db.session.scalars(select(Conversation).where(*board.OPEN)).all()
    late = sorted(rows, key=lambda row: (row.answer_by is None, row.answer_by or clock.now, row.id))
    waiting = sorted(rows, key=lambda row: (row.waiting_since is None, row.waiting_since or clock.now, row.id))
    queue = [row for row in rows if row.assignee_id is None]
    queue.sort(key=lambda row: (row.rank, row.queued_at, row.id))
    for first in (late[:3], waiting[:3], queue[:3]):
        assert {row.public_id for row in first} <= ids
    assert len(ids) <= 3 * 4
    ahead = [row.answer_by for row in rows if row.answer_by and row.answer_by > clock.now]
    assert datetime.fromisoformat(told["next_due"]) == min(ahead)


@contextmanager
def statements() -> Iterator[list[tuple[str, Any]]]:
    """What the database is asked meanwhile, and with which values."""
    asked: list[tuple[str, Any]] = []

    def note(_connection: Any, _cursor: Any, sql: str, values: Any, *_more: Any) -> None:
        if sql.lstrip().startswith(("SELECT", "WITH")):
            asked.append((sql, values))

    event.listen(db.engine, "before_cursor_execute", note)
    yield asked
    event.remove(db.engine, "before_cursor_execute", note)


def test_it_takes_a_few_statements_and_reads_no_closed_conversation(house: House, clock: Clock) -> None:
    agents = house.crew(50)
    house.talks(5000, [*agents], [Mode.CLOSED])
    house.talks(60, [None, *agents], [Mode.AGENT])
    with statements() as asked:
        board.look("sales")
    assert len(asked) <= 12  # six; now and then accounts, hours and the release are looked at, too
    (sql, values) = next(one for one in asked if "row_number" in one[0])
    explain = "EXPLAIN QUERY PLAN " if db.engine.dialect.name == "sqlite" else "EXPLAIN "
    with db.engine.connect() as connection:
        plan = "\n".join(str(row[-1]) for row in connection.exec_driver_sql(explain + sql, values))
    assert plan.count("ix_conversation_") >= 1, plan
    assert not re.search(r"Seq Scan on conversation|SCAN conversation\b(?! USING)", plan), plan


def test_names_skills_teams_and_colours_are_told(house: House, clock: Clock) -> None:
    (first, *_rest) = house.crew(3)
    with writing():
        db.session.add_all([UserSkill(user_id=first, skill="en"), UserSkill(user_id=first, skill="billing")])
        db.session.add(Label(key="rush", colour="red", created_at=clock.now))
        gone = {"is_active": False, "capacity": 5, "presence": Presence.AWAY, "presence_since": clock.now}
        db.session.execute(update(User).where(User.id == first).values(gone))
    house.talks(4, [first], [Mode.AGENT])
    told = board.look()
    agent = next(one for one in told["agents"] if one["id"] == first)
    assert (agent["is_active"], agent["capacity"], agent["presence"]) == (False, 5, "away")
    assert (agent["skills"], agent["teams"]) == (["billing", "en"], [])
    assert told["teams"] == [{"key": "care", "name": "Care"}, {"key": "sales", "name": "Sales"}]
    assert told["labels"] == {"rush": "red"}


def test_a_card_says_what_the_list_says(app: Flask, people: Cast, clock: Clock) -> None:
    supervisor = signed_in(app, people, Role.SUPERVISOR)
    say(app.test_client(), "cs")
    cid = conversation().public_id
    (card,) = supervisor.get("/api/board").json["cards"]
    summary = supervisor.get(f"/api/conversations/{cid}").json["conversation"]
    told = {name: summary[name] for name in card if name not in ("contact", "channel")}
    assert {name: card[name] for name in told} == told
    assert card["contact"] == {name: summary["contact"][name] for name in card["contact"]}
    assert card["channel"] == {name: summary["channel"][name] for name in card["channel"]}


@pytest.mark.parametrize(("role", "status"), [(Role.AGENT, 403), (Role.SUPERVISOR, 200), (Role.ADMIN, 200)])
def test_the_board_is_for_supervisors_and_admins(app: Flask, people: Cast, role: Role, status: int) -> None:
    browser = signed_in(app, people, role)
    assert browser.get("/api/board").status_code == status
    assert browser.get("/board").status_code == status
    assert Browser(app).get("/api/board").status_code == 401


def test_ones_own_presence_is_told_with_what_one_holds(app: Flask, people: Cast, clock: Clock) -> None:
    agent = signed_in(app, people, Role.AGENT)
    House(people).talks(60, [people.budi.id, people.ani.id, None], [Mode.AGENT, Mode.BOT])
    told = agent.get("/api/me").json
    mine = select(Conversation).where(*board.OPEN, Conversation.assignee_id == people.budi.id)
    assert told["open"] == len(db.session.scalars(mine).all()) > 0
    assert told["presence"] == "available"


def test_a_supervisor_gives_back_what_somebody_has(app: Flask, people: Cast, clock: Clock) -> None:
    supervisor = signed_in(app, people, Role.SUPERVISOR)
    say(app.test_client(), "cs")
    cid = conversation().public_id
    assert conversation().assignee_id == people.ani.id
    given = supervisor.post(f"/api/conversations/{cid}/give-back")
    assert (given.status_code, given.json["conversation"]["assignee"]) == (200, None)  # nobody else is there
    assert conversation().queued_at is not None
    seq = conversation().seq
    assert supervisor.post(f"/api/conversations/{cid}/give-back").status_code == 200
    assert conversation().seq == seq
    supervisor.post(f"/api/conversations/{cid}/close")
    assert supervisor.post(f"/api/conversations/{cid}/give-back").status_code == 409


def test_an_agent_gives_back_nothing_of_others(app: Flask, people: Cast) -> None:
    agent = signed_in(app, people, Role.AGENT)
    say(app.test_client(), "cs")
    assert agent.post(f"/api/conversations/{conversation().public_id}/give-back").status_code == 403
