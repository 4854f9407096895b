"""Who is there: said by people, for themselves or by a supervisor for others; the socket decides nothing."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from roms.db import db
from roms.errors import NotAllowed, NotFound
from roms.models import Presence, User
from roms.services import availability, backlog
from tests.cast import Cast, conversation, say
from tests.conftest import Clock
from tests.journeys.test_assignment import change, newest, told


def test_who_goes_away_keeps_what_is_under_way_and_gets_nothing_new(client: FlaskClient, cast: Cast) -> None:
    say(client, "cs", "628111")
    answer = availability.set_presence(cast.ani, cast.ani.id, Presence.AWAY)
    assert (answer["presence"], answer["open"], answer["given_back"]) == ("away", 1, 0)
    for sender in ("628222", "628333"):
        say(client, "cs", sender)
    owners = [conversation(sender).assignee_id for sender in ("628111", "628222", "628333")]
    assert owners == [cast.ani.id, cast.budi.id, cast.budi.id]


def test_what_is_given_back_goes_to_the_next_or_waits_and_never_to_the_same_person(
    client: FlaskClient, cast: Cast, clock: Clock
) -> None:
    change(cast.budi.id, presence=Presence.AWAY)
    for sender in ("628111", "628222"):
        say(client, "cs", sender)
    change(cast.budi.id, presence=Presence.AVAILABLE, capacity=1)
    clock.forward(minutes=1)
    answer = availability.set_presence(cast.ani, cast.ani.id, Presence.AWAY, give_back=True)
    assert (answer["open"], answer["given_back"]) == (0, 2)
    assert [each for each, _ in told("628111")] == ["assigned", "unassigned", "assigned"]
    assert newest("628111")[1]["rule"] == "given_back"
    assert newest("628222")[1]["why"] == "all_full"
    availability.set_presence(cast.ani, cast.ani.id, Presence.AVAILABLE)
    assert backlog.drain() == 1
    assert conversation("628222").assignee_id == cast.ani.id, "who is back takes part again"


def test_a_supervisor_says_it_for_somebody_who_is_ill_and_agents_do_not(client: FlaskClient, cast: Cast) -> None:
    say(client, "cs")
    with pytest.raises(NotAllowed):
        availability.set_presence(cast.budi, cast.ani.id, Presence.AWAY)
    with pytest.raises(NotFound):
        availability.set_presence(cast.admin, 999, Presence.AWAY)
    answer = availability.set_presence(cast.admin, cast.ani.id, Presence.AWAY, give_back=True)
    assert answer["given_back"] == 1
    assert conversation().assignee_id == cast.budi.id


def test_since_when_somebody_is_as_they_are_is_known(cast: Cast, clock: Clock) -> None:
    availability.set_presence(cast.ani, cast.ani.id, Presence.AWAY)
    clock.forward(minutes=5)
    availability.set_presence(cast.ani, cast.ani.id, Presence.AWAY)
    availability.connected([cast.ani.id])
    found = availability.of(cast.ani.id)
    assert (found["since"], found["connected_at"]) == ("2026-11-21T02:00:00Z", "2026-11-21T02:05:00Z")
    assert db.session.scalar(select(User.connected_at).filter_by(id=cast.budi.id)) is None
