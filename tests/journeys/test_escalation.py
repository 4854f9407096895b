"""Nobody answers in time: each of the team has a turn, supervisors are told once, and a first reply ends the round."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from redis import Redis
from sqlalchemy import select, update

from roms import background, queue
from roms.channels.items import Incoming
from roms.db import db, writing
from roms.engine.types import Mode
from roms.models import Conversation, History, Presence, Role, TeamMember, Timer, User
from roms.services import handoff, hours, hours_editing, intake, replies, timers, undoing
from roms.services.actors import Actor
from roms.services.publishing import newest
from tests.cast import Cast, conversation, person, say
from tests.conftest import Clock
from tests.journeys.test_hours import publish, team

WITHIN = 120
HANDED = "a: {handoff: {team: sales, say: 'Sebentar ya.'}}"
DAYTIME = {day: ["08:00-12:00", "13:00-17:00"] for day in hours_editing.DAYS}


@pytest.fixture
def third(cast: Cast, clock: Clock) -> int:
    """A team of three with hours, two minutes each; it is 09:00 in Jakarta."""
    with writing():
        citra = person("citra", Role.AGENT)
        db.session.add(citra)
        db.session.flush()
        found = citra.id
    kept = hours_editing.create(cast.admin, "Siang")
    hours_editing.change(cast.admin, kept, "Siang", {"zone": "WIB", "open": DAYTIME})
    sales = team("sales", kept, WITHIN)
    with writing():
        members = (cast.ani.id, cast.budi.id, found)
        db.session.add_all(TeamMember(team_id=sales, user_id=member) for member in members)
    publish(HANDED)
    clock.forward(seconds=10)
    return found


def told(*events: str) -> list[dict[str, Any]]:
    rows = select(History.data).where(History.conversation_id == conversation().id, History.event.in_(events))
    return list(db.session.scalars(rows.order_by(History.seq)))


def owners() -> list[int]:
    return [row["agent"] for row in told("assigned")]


def passes(clock: Clock, seconds: float) -> None:
    """Time goes by a second at a time, and the ticker looks."""
    for _ in range(int(seconds)):
        clock.forward(seconds=1)
        for timer in timers.due():
            timers.fire(timer)


def clocks(clock: Clock) -> tuple[datetime | None, datetime | None]:
    found = conversation()
    return found.answer_from, found.answer_by


def test_each_has_a_turn_to_the_second_and_then_the_supervisors_are_told_once(
    client: FlaskClient, cast: Cast, clock: Clock, third: int
) -> None:
    say(client, "x")
    begun = clock.now
    assert clocks(clock) == (begun, begun + timedelta(seconds=WITHIN))
    passes(clock, WITHIN - 1)
    assert len(owners()) == 1
    passes(clock, 1)
    assert len(set(owners())) == 2
    assert clocks(clock) == (begun + timedelta(seconds=WITHIN), begun + timedelta(seconds=2 * WITHIN))
    passes(clock, 2 * WITHIN)
    assert set(owners()) == {cast.ani.id, cast.budi.id, third}
    (escalated,) = told("escalated")
    assert (escalated["to"], set(escalated["tried"]), escalated["within"]) == ("supervisors", set(owners()), WITHIN)
    late = clocks(clock)
    assert late[1] == begun + timedelta(seconds=3 * WITHIN)
    passes(clock, 3 * WITHIN)
    assert len(told("escalated")) == 1


def test_the_frame_rings_for_supervisors_just_then(
    client: FlaskClient, cast: Cast, clock: Clock, third: int, monkeypatch: Any
) -> None:
    say(client, "x")
    rung: list[bool] = []
    wake = queue.wake

    def heard(*args: Any, **more: Any) -> None:
        changes = args[1] if len(args) > 1 else more.get("changes", ())
        rung.extend(b'"ring":"supervisors"' in each for each in changes)
        wake(*args, **more)

    monkeypatch.setattr(queue, "wake", heard)
    passes(clock, 8 * WITHIN)
    assert rung.count(True) == 1


def test_a_first_reply_locks_and_then_only_the_supervisors_hear_of_it(
    client: FlaskClient, cast: Cast, clock: Clock, third: int
) -> None:
    say(client, "x")
    first = owners()[0]
    passes(clock, WITHIN - 1)
    who = Actor(first, "", "", Role.AGENT, "id")
    replies.send(who, conversation().public_id, "client-id-1", "Halo", 0, force=True)
    assert clocks(clock) == (None, None)
    passes(clock, 2 * WITHIN)
    assert (owners(), told("escalated")) == ([first], [])
    say(client, "masih?")
    again = clock.now
    passes(clock, WITHIN)
    assert (owners(), len(told("escalated"))) == ([first], 1)
    assert clocks(clock) == (again, again + timedelta(seconds=WITHIN))
    passes(clock, 3 * WITHIN)
    replies.send(who, conversation().public_id, "client-id-2", "Ya", 0, force=True)
    say(client, "lagi")
    passes(clock, WITHIN)
    assert len(told("escalated")) == 2  # another wait


@pytest.mark.parametrize("times", [1, 2])
def test_what_was_answered_from_the_paired_phone_goes_on_to_somebody_when_nobody_answers_any_more(
    client: FlaskClient, cast: Cast, clock: Clock, times: int
) -> None:
    """However often: nobody of ours has it."""
    say(client, "halo")
    for number in range(times):
        clock.forward(seconds=5)
        chat = "6281234567890@s.whatsapp.net"
        intake.receive(cast.whapi, Incoming(chat, "siap", provider_id=f"o-{number}", from_business=True, at=clock.now))
    assert (conversation().mode, conversation().assignee_id) == (Mode.AGENT, None)
    clock.forward(seconds=5)
    say(client, "masih ada?")
    passes(clock, 601)
    assert conversation().assignee_id is not None


def test_the_clock_rests_while_the_team_is_closed(client: FlaskClient, cast: Cast, clock: Clock, third: int) -> None:
    clock.forward(hours=2, minutes=58, seconds=50)  # 11:59:00
    say(client, "x")
    asked = clock.now
    opens = asked + timedelta(seconds=60, hours=1)
    assert clocks(clock) == (asked, opens + timedelta(seconds=60))
    assert hours.rests(conversation(), newest().hours) == [(asked + timedelta(seconds=60), opens)]
    clock.forward(hours=1, seconds=119)
    passes(clock, 0)
    assert len(owners()) == 1
    passes(clock, 1)
    assert len(owners()) == 2


def test_hours_that_are_shut_in_between_count_from_the_next_turn_on(
    client: FlaskClient, cast: Cast, clock: Clock, third: int
) -> None:
    say(client, "x")
    kept = hours_editing.named("Siang")
    shut = {"zone": "WIB", "open": {day: ["13:00-17:00"] for day in hours_editing.DAYS}}
    hours_editing.change(cast.admin, kept, "Siang", shut)
    passes(clock, WITHIN)
    assert len(owners()) == 2
    assert clocks(clock)[1] == clock.now.replace(hour=6, minute=2, second=0)


@pytest.mark.parametrize("verb", ["pause", "close", "release"])
def test_however_the_wait_ends_nobody_is_counted_down_to(
    client: FlaskClient, cast: Cast, clock: Clock, third: int, verb: str
) -> None:
    say(client, "x")
    getattr(handoff, verb)(cast.admin, conversation().public_id)
    assert clocks(clock) == (None, None)
    passes(clock, 2 * WITHIN)
    assert told("escalated") == []
    if verb == "pause":
        handoff.resume(cast.admin, conversation().public_id)
        assert clocks(clock) == (clock.now, clock.now + timedelta(seconds=WITHIN))


def test_who_is_there_again_gets_what_a_full_round_left(
    client: FlaskClient, cast: Cast, clock: Clock, third: int
) -> None:
    with writing():
        db.session.execute(update(User).where(User.id != cast.ani.id).values(presence=Presence.AWAY))
    say(client, "x")
    passes(clock, WITHIN)
    assert (owners(), len(told("escalated"))) == ([cast.ani.id], 1)
    with writing():
        db.session.execute(update(User).where(User.id == third).values(presence=Presence.AVAILABLE))
    passes(clock, WITHIN)
    assert owners() == [cast.ani.id, third]
    assert clocks(clock) == (clock.now, clock.now + timedelta(seconds=WITHIN))
    passes(clock, 4 * WITHIN)
    assert len(told("escalated")) == 1


def test_nobody_at_all_waits_and_is_escalated_once(client: FlaskClient, cast: Cast, clock: Clock, third: int) -> None:
    with writing():
        db.session.execute(update(User).values(presence=Presence.AWAY))
    say(client, "x")
    passes(clock, 3 * WITHIN)
    (escalated,) = told("escalated")
    assert escalated["tried"] == []
    assert conversation().queued_at is not None


def test_two_tickers_a_restart_and_a_lost_redis_move_it_once(
    client: FlaskClient, cast: Cast, clock: Clock, third: int, redis: str
) -> None:
    say(client, "x")
    clock.forward(seconds=WITHIN)
    Redis.from_url(redis).flushall()
    hours.forget()  # a process that has just begun knows nothing
    one, other = timers.due(), timers.due()
    assert [timers.fire(timer) for timer in [*one, *other]].count(True) == len(one) == len(other) > 0
    background.fire_timers()
    assert len(owners()) == 2
    waiting = select(Timer.due_at).where(Timer.fired_at.is_(None), Timer.kind == "response_overdue")
    assert list(db.session.scalars(waiting)) == [clock.now + timedelta(seconds=WITHIN)]
    assert db.session.scalar(select(Conversation.answer_by)) == clock.now + timedelta(seconds=WITHIN)


@pytest.fixture
def afternoons(cast: Cast, third: int) -> datetime:
    """Another team, with Budi alone, from 13:00 on, five minutes; when it must have answered what it is given at 9."""
    kept = hours_editing.create(cast.admin, "Sore")
    spec = {"zone": "WIB", "open": {day: ["13:00-17:00"] for day in hours_editing.DAYS}}
    hours_editing.change(cast.admin, kept, "Sore", spec)
    returns = team("retur", kept, 300)
    with writing():
        db.session.add(TeamMember(team_id=returns, user_id=cast.budi.id))
    return datetime(2026, 11, 21, 6, 5, tzinfo=UTC)


@pytest.mark.parametrize("way", ["while it runs", "out of a pause", "while it is snoozed"])
def test_another_team_answers_in_its_own_time_and_hours_from_the_transfer_on(
    client: FlaskClient, cast: Cast, clock: Clock, afternoons: datetime, way: str
) -> None:
    say(client, "x")
    hours.forget()  # as every process does within seconds
    passes(clock, WITHIN - 10)
    mine = conversation().public_id
    if way != "while it runs":
        (handoff.pause if "pause" in way else handoff.snooze)(cast.admin, mine)
    passes(clock, 5)
    handoff.transfer(cast.admin, mine, team="retur")
    assert clocks(clock) == (clock.now, afternoons)
    assert datetime.fromisoformat(told("handoff")[-1]["answer_by"]) == afternoons
    assert conversation().assignee_id == cast.budi.id
    held = len(owners())
    passes(clock, 2 * WITHIN)
    assert (len(owners()), told("escalated")) == (held, []), "the time of the team that had it is over, and nobody's"
    clock.now = afternoons
    passes(clock, 1)
    (escalated,) = told("escalated")
    assert escalated["within"] == 300


def test_a_transfer_that_is_taken_back_gives_the_first_team_its_time(
    client: FlaskClient, cast: Cast, clock: Clock, afternoons: datetime
) -> None:
    say(client, "x")
    hours.forget()
    done = handoff.transfer(cast.admin, conversation().public_id, team="retur")
    clock.forward(seconds=20)
    undoing.undo(cast.admin, done["undo"])
    assert conversation().team == "sales"
    assert clocks(clock) == (clock.now, clock.now + timedelta(seconds=WITHIN))


def test_a_transfer_to_a_person_and_of_who_does_not_wait_winds_nothing(
    client: FlaskClient, cast: Cast, clock: Clock, afternoons: datetime
) -> None:
    say(client, "x")
    hours.forget()
    before = clocks(clock)
    clock.forward(seconds=20)
    handoff.transfer(cast.admin, conversation().public_id, agent=cast.budi.id)
    assert clocks(clock) == before
    replies.send(cast.budi, conversation().public_id, "client-id-1", "Halo", 0, force=True)
    handoff.transfer(cast.admin, conversation().public_id, team="retur")
    assert clocks(clock) == (None, None)
    assert "answer_by" not in told("handoff")[-1]
