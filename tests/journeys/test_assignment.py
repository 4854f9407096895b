"""Who gets a conversation, and why: teams, skills, room, turns, and what waits until somebody comes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, update

from roms.db import db, writing
from roms.models import (
    Channel,
    Contact,
    ContactLabel,
    Conversation,
    History,
    Label,
    Presence,
    Role,
    Team,
    TeamMember,
    User,
    UserSkill,
)
from roms.services import assignment, backlog, crew, handoff, replies
from roms.services.scene import Scene
from tests.cast import Cast, conversation, person, say
from tests.conftest import Clock

Change = Callable[..., None]


def change(who: int, **values: Any) -> None:
    with writing():
        db.session.execute(update(User).where(User.id == who).values(**values))


def team(key: str, *members: int, **columns: Any) -> int:
    with writing():
        made = Team(key=key, name=key, created_at=Clock().now, **columns)
        db.session.add(made)
        db.session.flush()
        db.session.add_all(TeamMember(team_id=made.id, user_id=member) for member in members)
        return made.id


def knows(who: int, *skills: str) -> None:
    with writing():
        db.session.add_all(UserSkill(user_id=who, skill=skill) for skill in skills)


def told(sender: str = "6281234567890", *events: str) -> list[tuple[str, dict[str, Any]]]:
    """What the timeline says of who has it."""
    wanted = events or ("assigned", "queued", "unassigned")
    rows = select(History.event, History.data).where(
        History.conversation_id == conversation(sender).id, History.event.in_(wanted)
    )
    return [(row.event, row.data) for row in db.session.execute(rows.order_by(History.seq))]


def newest(sender: str = "6281234567890") -> tuple[str, dict[str, Any]]:
    return told(sender)[-1]


def test_a_handoff_says_who_has_how_much_and_how_long_nothing(client: FlaskClient, cast: Cast) -> None:
    change(cast.ani.id, capacity=5)
    say(client, "cs")
    data = {"agent": cast.ani.id, "rule": "round_robin", "among": 2, "present": 2, "open": 0, "capacity": 5}
    assert newest() == ("assigned", data | {"since": None})
    del data["agent"]
    assert conversation().reason == data | {"since": None, "tried": [cast.ani.id]}


def test_who_is_away_or_full_is_passed_over_and_then_it_waits(client: FlaskClient, cast: Cast) -> None:
    change(cast.ani.id, presence=Presence.AWAY)
    change(cast.budi.id, capacity=1)
    say(client, "cs", "628111")
    say(client, "cs", "628222")
    assert conversation("628111").assignee_id == cast.budi.id
    waits = conversation("628222")
    assert (waits.assignee_id, waits.queued_at is not None) == (None, True)
    facts = {"why": "all_full", "team": "", "skill": "", "among": 2, "present": 1}
    assert newest("628222") == ("queued", facts)
    change(cast.budi.id, presence=Presence.AWAY)
    say(client, "cs", "628333")
    assert newest("628333")[1]["why"] == "nobody_present"


def test_what_waits_is_given_out_in_its_order_when_there_is_room(client: FlaskClient, cast: Cast, clock: Clock) -> None:
    for who in (cast.ani, cast.budi):
        change(who.id, presence=Presence.AWAY)
    for number, word in enumerate(("cs", "cs", "cs")):
        clock.forward(seconds=1)
        say(client, word, f"62811{number}")
    with writing():
        db.session.execute(update(Conversation).where(Conversation.address.startswith("628112")).values(rank=0))
    assert backlog.drain() == 0
    change(cast.ani.id, presence=Presence.AVAILABLE, capacity=2)
    clock.forward(minutes=5)
    assert backlog.drain() == 2
    assert [conversation(f"62811{n}").assignee_id for n in range(3)] == [cast.ani.id, None, cast.ani.id]
    assert conversation("628110").queued_at is None
    assert newest("628110")[1]["rule"] == "backlog"
    assert newest("628110")[1]["how"] == "round_robin"
    handoff.close(cast.ani, conversation("628110").public_id)
    assert backlog.drain() == 1
    assert conversation("628111").assignee_id == cast.ani.id


def test_who_is_new_stands_behind_those_who_wait(client: FlaskClient, cast: Cast) -> None:
    for who in (cast.ani, cast.budi):
        change(who.id, presence=Presence.AWAY)
    say(client, "cs", "628111")
    change(cast.ani.id, presence=Presence.AVAILABLE)
    say(client, "cs", "628222")
    assert newest("628222")[1]["why"] == "behind_others"
    assert backlog.drain() == 2
    assert newest("628222")[1]["open"] == 1


def test_whoever_was_given_a_waiting_one_has_the_whole_time_to_answer(
    client: FlaskClient, cast: Cast, clock: Clock
) -> None:
    from roms import background
    from roms.models import Timer

    for who in (cast.ani, cast.budi):
        change(who.id, presence=Presence.AWAY)
    say(client, "cs")
    clock.forward(minutes=9)
    change(cast.ani.id, presence=Presence.AVAILABLE)
    backlog.drain()
    change(cast.budi.id, presence=Presence.AVAILABLE)
    clock.forward(minutes=2)
    background.fire_timers()
    assert conversation().assignee_id == cast.ani.id
    clock.forward(minutes=9)
    background.fire_timers()
    assert conversation().assignee_id == cast.budi.id
    assert newest()[1]["rule"] == "overdue"
    assert conversation().reason["tried"] == [cast.ani.id, cast.budi.id]
    assert db.session.scalars(select(Timer.id).where(Timer.fired_at.is_not(None))).all()


def test_a_team_gets_its_own_and_an_unknown_one_is_everybody(client: FlaskClient, cast: Cast) -> None:
    team("care", cast.budi.id, cast.admin.id)
    with writing():
        db.session.execute(update(Channel).values(default_team_id=select(Team.id).scalar_subquery()))
    say(client, "cs", "628111")
    say(client, "cs", "628222")
    assert {conversation("628111").assignee_id, conversation("628222").assignee_id} == {cast.budi.id, cast.admin.id}
    assert conversation("628111").team == "care"
    with writing():
        db.session.execute(update(Team).values(is_active=False))
    say(client, "cs", "628333")
    assert conversation("628333").assignee_id == cast.ani.id
    assert newest("628333")[1]["notes"] == ["inactive_team"]


def test_least_loaded_is_who_has_fewest(client: FlaskClient, cast: Cast) -> None:
    team("care", cast.ani.id, cast.budi.id, policy="least_loaded")
    with writing():
        db.session.execute(update(Channel).values(default_team_id=select(Team.id).scalar_subquery()))
    for number in range(4):
        say(client, "cs", f"62811{number}")
    handoff.close(cast.admin, conversation("628111").public_id)
    say(client, "cs", "628115")
    assert conversation("628115").assignee_id == cast.budi.id
    assert newest("628115")[1]["rule"] == "least_loaded"


def test_who_answered_last_is_asked_first_and_then_who_speaks_the_language(client: FlaskClient, cast: Cast) -> None:
    knows(cast.budi.id, "id")
    say(client, "cs", "628111")
    with writing():
        db.session.execute(update(Contact).values(language="id"))
    handoff.release(cast.admin, conversation("628111").public_id)
    say(client, "cs", "628111")
    assert conversation("628111").assignee_id == cast.budi.id, "Budi speaks Indonesian"
    assert newest("628111")[1]["language"] == "id"
    replies.send(cast.ani, conversation("628111").public_id, "client-1", "Halo", seen=10**6)
    handoff.close(cast.budi, conversation("628111").public_id)
    assert db.session.scalar(select(Contact.last_agent_id)) == cast.budi.id
    replies.send(cast.ani, conversation("628111").public_id, "client-2", "Halo lagi", seen=10**6)
    handoff.release(cast.admin, conversation("628111").public_id)
    say(client, "cs", "628111")
    assert newest("628111") == ("assigned", newest("628111")[1] | {"agent": cast.ani.id, "rule": "returning"})


def test_a_contact_with_a_label_of_very_important_people_comes_before_others(client: FlaskClient, cast: Cast) -> None:
    say(client, "halo", "628111")
    who = conversation("628111").contact_id
    with writing():
        db.session.add(Label(key="vip", colour="red", is_vip=True, created_at=Clock().now))
        db.session.add(ContactLabel(contact_id=who, label="vip"))
    say(client, "cs", "628111")
    say(client, "cs", "628222")
    assert [conversation(each).rank for each in ("628111", "628222")] == [1, 2]


def test_several_handoffs_of_one_webhook_fill_nobodys_hands_too_full(client: FlaskClient, cast: Cast) -> None:
    from tests.cast import whapi_body

    senders = [f"62811{number}" for number in range(4)]
    for sender in senders:
        say(client, "halo", sender)
    for who in (cast.ani, cast.budi):
        change(who.id, capacity=1)
    batch = [whapi_body("cs", sender)["messages"][0] for sender in senders]
    body = whapi_body("cs") | {"messages": batch}
    assert client.post("/webhook/whapi", json=body).json["stored"] == 4
    owners = [conversation(sender).assignee_id for sender in senders]
    assert sorted(owners, key=str) == sorted([cast.ani.id, cast.budi.id, None, None], key=str)
    assert [newest(sender)[1].get("why") for sender in senders][2:] == ["all_full", "all_full"]


def test_what_comes_back_from_a_pause_with_nobodys_name_waits_again(client: FlaskClient, cast: Cast) -> None:
    for who in (cast.ani, cast.budi):
        change(who.id, presence=Presence.AWAY)
    say(client, "cs")
    handoff.pause(cast.admin, conversation().public_id)
    assert conversation().queued_at is None
    change(cast.ani.id, presence=Presence.AVAILABLE)
    assert backlog.drain() == 0
    handoff.resume(cast.admin, conversation().public_id)
    assert conversation().assignee_id == cast.ani.id


def test_what_is_closed_out_of_a_pause_is_nobodys(client: FlaskClient, cast: Cast) -> None:
    say(client, "cs")
    handoff.pause(cast.admin, conversation().public_id)
    assert conversation().assignee_id == cast.ani.id
    handoff.close(cast.admin, conversation().public_id)
    assert (conversation().assignee_id, newest()[0]) == (None, "unassigned")


def test_nobodys_that_waits_for_nothing_comes_back_from_a_pause_to_somebody(client: FlaskClient, cast: Cast) -> None:
    say(client, "cs")
    replies.send(cast.ani, conversation().public_id, "client-1", "Halo", seen=10**6)
    handoff.pause(cast.admin, conversation().public_id)
    crew.change(cast.admin.id, cast.ani.id, {"is_active": False})
    assert conversation().assignee_id is None
    handoff.resume(cast.admin, conversation().public_id)
    assert conversation().assignee_id == cast.budi.id


@pytest.fixture
def scene(client: FlaskClient, cast: Cast) -> Callable[[Callable[[Scene], Any]], Any]:
    from roms.services import access
    from roms.services.scene import finish

    def play(act: Callable[[Scene], Any]) -> Any:
        cid = conversation().public_id
        with writing():
            found = access.scene_for(cast.admin, cid)
            result = act(found)
            finish(found)
        return result

    return play


def test_a_round_asks_everybody_once_and_then_begins_anew(
    client: FlaskClient, cast: Cast, scene: Callable[[Callable[[Scene], Any]], Any]
) -> None:
    with writing():
        db.session.add(person("citra", Role.AGENT))
    say(client, "cs")
    owners = []
    for _ in range(2):
        while scene(assignment.to_untried):
            owners.append(conversation().assignee_id)
    assert len(set(owners)) == 3
    assert owners[:2] == [cast.budi.id, owners[1]]
    assert len(owners) == 4
    assert scene(assignment.to_untried), "and the round that began goes on"
