"""Eight at once, over any people: nobody is passed over, asked twice or given more than fits, and what waits keeps its
place; what must be so is read from the timeline, whose rows are numbered under the lock."""

from __future__ import annotations

import contextlib
import itertools
import random
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, update

from roms.channels.items import Incoming
from roms.db import db, writing
from roms.engine.types import Mode
from roms.errors import Conflict
from roms.models import Channel, Conversation, History, Presence, Role, Team, TeamMember, User, UserSkill
from roms.services import availability, backlog, candidates, handoff, intake, publishing
from roms.services.choosing import Nobody, Wanted, choose
from tests.cast import Cast, person
from tests.conftest import Clock
from tests.engine.chat import LIFECYCLE

THREADS = 8
FLOWS = {
    "main": "triggers: [{otherwise: true}]\nsteps: {say: {say: Hai, end: true}}",
    "any": "triggers: [{keywords: [any]}]\nsteps: {hand: {handoff: true}}",
    "skilled": "triggers: [{keywords: [skilled]}]\nsteps: {hand: {handoff: {skill: billing}}}",
    "urgent": "triggers: [{keywords: [urgent]}]\nsteps: {hand: {handoff: {priority: urgent}}}",
}
numbers = itertools.count(1)


@dataclass(frozen=True)
class Agent:
    capacity: int | None
    is_skilled: bool
    is_here: bool


@dataclass
class Play:
    """One team, its people and what was asked of them."""

    app: Flask
    cast: Cast
    key: str
    people: list[int]
    threads: list[str] = field(default_factory=list)  # addresses of those who wrote

    def ask(self, word: str) -> None:
        address = f"62{next(numbers):011d}@s.whatsapp.net"
        self.threads.append(address)
        intake.receive(self.cast.whapi, Incoming(address, word, provider_id=address))

    def close(self, which: int) -> None:
        """Somebody is done with one of theirs."""
        mine = select(Conversation.public_id).filter_by(team=self.key, mode=Mode.AGENT)
        held = db.session.scalars(mine.where(Conversation.assignee_id.is_not(None)).order_by(Conversation.id)).all()
        if held:
            with contextlib.suppress(Conflict):  # another was faster
                handoff.close(self.cast.admin, held[which % len(held)])

    def turn(self, which: int, presence: Presence) -> None:
        who = self.people[which % len(self.people)]
        availability.set_presence(self.cast.admin, who, presence, give_back=which % 2 == 0)

    def do(self, job: tuple[str, int]) -> None:
        what, which = job
        if what in FLOWS:
            self.ask(what)
        elif what == "close":
            self.close(which)
        elif what == "drain":
            backlog.drain()
        else:
            self.turn(which, Presence(what))

    def at_once(self, jobs: Sequence[tuple[str, int]]) -> None:
        errors: list[BaseException] = []
        start = threading.Barrier(THREADS)

        def work(mine: Sequence[tuple[str, int]]) -> None:
            with self.app.app_context():
                try:
                    start.wait()
                    for job in mine:
                        self.do(job)
                except BaseException as error:
                    errors.append(error)
                finally:
                    db.session.remove()

        workers = [threading.Thread(target=work, args=(jobs[number::THREADS],)) for number in range(THREADS)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
        assert errors == []
        while backlog.drain():
            db.session.rollback()


@pytest.fixture
def stage(app: Flask, cast: Cast) -> Any:
    files = {f"{name}.yaml": f"flow: {name}\n{flow}" for name, flow in FLOWS.items()}
    publishing.publish({"lifecycle.yaml": LIFECYCLE, **files})

    def begins(agents: Sequence[Agent], policy: str = "round_robin") -> Play:
        """Others of earlier plays are in other teams."""
        db.session.rollback()
        key = f"team{next(numbers)}"
        with writing():
            users = [person(f"{key}-{number}", Role.AGENT) for number in range(len(agents))]
            team = Team(key=key, name=key, policy=policy, created_at=Clock().now)
            db.session.add_all([team, *users])
            db.session.flush()
            for agent, user in zip(agents, users, strict=True):
                user.capacity, user.presence = agent.capacity, Presence("available" if agent.is_here else "away")
                db.session.add(TeamMember(team_id=team.id, user_id=user.id))
                if agent.is_skilled:
                    db.session.add(UserSkill(user_id=user.id, skill="billing"))
            db.session.execute(update(Channel).values(default_team_id=team.id))
            return Play(app, cast, key, [user.id for user in users])

    return begins


def timeline(key: str) -> list[Any]:
    """What happened to the conversations of this team, in the order in which it did."""
    db.session.rollback()
    columns = (
        History.id,
        History.event,
        History.data,
        Conversation.id.label("of"),
        Conversation.skill,
        Conversation.rank,
    )
    rows = select(*columns).join(Conversation, Conversation.id == History.conversation_id)
    wanted = History.event.in_(("assigned", "queued", "unassigned", "mode"))
    return list(db.session.execute(rows.where(Conversation.team == key, wanted).order_by(History.id)))


def check_order(key: str) -> None:
    """In two hands at once: never. Overtaken by who came later, wants the same and is no more urgent: never."""
    held: set[int] = set()
    waiting: dict[tuple[str, int], list[int]] = {}
    for row in timeline(key):
        line = waiting.setdefault((row.skill, row.rank), [])
        if row.event == "assigned":
            assert row.of not in held, f"{row.of} was given twice"
            held.add(row.of)
            assert not line or line[0] == row.of, f"{row.of} overtook {line}"
            line[:] = line[1:]
        elif row.event == "unassigned":
            held.discard(row.of)
        elif row.event == "queued":
            assert row.of not in held
            line.append(row.of)
        elif row.data["to"] == "CLOSED" and row.of in line:  # it was waiting again when somebody closed it
            line.remove(row.of)


def check_room(play: Play) -> None:
    """Nobody has more than fits, and nothing waits that somebody who is there could take."""
    side = candidates.side(play.key)
    people = candidates.of(side)
    assert all(each.capacity is None or each.open <= each.capacity for each in people)
    for waits in db.session.scalars(select(Conversation).where(Conversation.team == play.key, with_people())):
        if waits.assignee_id is None:
            assert waits.queued_at is not None
            assert isinstance(choose(side.policy, people, Wanted(waits.skill)), Nobody)
        else:
            assert waits.queued_at is None


def with_people() -> Any:
    return Conversation.mode == Mode.AGENT


ANY_CASE = settings(max_examples=6, deadline=None, database=None, suppress_health_check=list(HealthCheck))
agents = st.builds(Agent, st.none() | st.integers(0, 3), st.booleans(), st.booleans())
jobs = st.tuples(
    st.sampled_from(["any", "any", "skilled", "urgent", "close", "drain", "away", "available"]), st.integers(0, 99)
)


def test_s08_eight_at_once_give_nothing_twice_overtake_nobody_and_overfill_nobody(stage: Any) -> None:
    @ANY_CASE
    @given(
        st.lists(agents, min_size=1, max_size=5),
        st.sampled_from(["round_robin", "least_loaded"]),
        st.lists(jobs, min_size=16, max_size=32),
    )
    def once(people: list[Agent], policy: str, asked: list[tuple[str, int]]) -> None:
        play = stage(people, policy)
        play.at_once(asked)
        check_order(play.key)
        check_room(play)

    once()


def test_s08_the_turn_goes_round_whoever_asks_at_the_same_moment(stage: Any) -> None:
    @ANY_CASE
    @given(st.integers(1, 6), st.integers(8, 24))
    def once(people: int, asked: int) -> None:
        play = stage([Agent(None, False, True)] * people)
        play.at_once([("any", 0)] * asked)
        given_to = [row.data["agent"] for row in timeline(play.key) if row.event == "assigned"]
        assert len(given_to) == asked
        assert given_to == (play.people * asked)[:asked]

    once()


def test_what_waits_is_given_out_once_by_two_tickers_and_in_its_order(stage: Any) -> None:
    play = stage([Agent(0, False, True)])
    play.at_once([("any", 0)] * 30)
    db.session.rollback()
    with writing():
        db.session.execute(update(User).where(User.id == play.people[0]).values(capacity=20))
    play.at_once([("drain", 0)] * THREADS)
    rows = timeline(play.key)
    assert [row.event for row in rows if row.event != "mode"] == ["queued"] * 30 + ["assigned"] * 20
    check_order(play.key)
    check_room(play)


def test_a_round_of_any_length_is_the_same_when_everything_is_mixed(stage: Any) -> None:
    """A longer one, with a seed of its own: more of everything at once than a shrinking example has."""
    dice = random.Random(7)
    play = stage([Agent(dice.choice([1, 2, 3]), dice.random() < 0.5, True) for _ in range(6)])
    words = ["any", "skilled", "urgent", "close", "close", "drain", "away", "available"]
    play.at_once([(dice.choice(words), dice.randrange(99)) for _ in range(120)])
    check_order(play.key)
    check_room(play)
