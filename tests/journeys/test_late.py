"""A message written more than 8 days ago is shown and does nothing: a webhook that somebody kept is harmless."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask.testing import FlaskClient

from roms.channels.fake import Box
from roms.channels.items import Incoming
from roms.engine.types import Mode
from roms.models import Sender
from roms.services import frames, handoff, inbox, intake, recalling
from tests.cast import Cast, conversation, messages, say, texts, whapi_body
from tests.conftest import Clock
from tests.official import cid

SITI = "6281234567890@s.whatsapp.net"


def wrote(clock: Clock, ago: timedelta) -> int:
    return int((clock.now - ago).timestamp())


IN_TIME, TOO_LATE = timedelta(days=7, hours=23), timedelta(days=8, hours=1)


def test_within_eight_days_it_is_answered_and_later_only_shown(
    client: FlaskClient, cast: Cast, clock: Clock, provider: Box, work: Callable[[], None]
) -> None:
    say(client, "halo", timestamp=wrote(clock, IN_TIME))
    work()
    answered = len(provider.accepted)
    assert answered
    assert inbox.opened(cast.ani, cid())["entries"][0]["late"] is None
    state = conversation().state
    say(client, "cs", timestamp=wrote(clock, TOO_LATE))
    work()
    assert len(provider.accepted) == answered
    assert (conversation().state, conversation().mode) == (state, Mode.BOT)
    shown = inbox.opened(cast.ani, cid())
    assert shown["entries"][-1]["text"] == "cs"
    assert shown["entries"][-1]["late"] == frames.moment(clock.now - TOO_LATE)
    assert shown["conversation"]["unread"] == 2
    say(client, "halo", id="again", timestamp=wrote(clock, IN_TIME))
    work()
    assert len(provider.accepted) > answered, "the thread goes on as before"


def test_a_late_message_begins_a_thread_that_says_nothing(client: FlaskClient, cast: Cast, clock: Clock) -> None:
    say(client, "cs", timestamp=wrote(clock, TOO_LATE))
    assert texts() == [("contact", "cs")]
    assert conversation().mode is Mode.BOT
    say(client, "cs")
    assert conversation().mode is Mode.AGENT


def test_together_with_others_only_the_late_one_is_not_answered(client: FlaskClient, cast: Cast, clock: Clock) -> None:
    people = ["628110000001", "628110000002"]
    for phone in people:
        say(client, "halo", phone)
    before = [len(messages(phone)) for phone in people]
    late = whapi_body("cs", people[0], timestamp=wrote(clock, TOO_LATE))["messages"]
    assert (
        client.post("/webhook/whapi", json={"messages": late + whapi_body("cs", people[1])["messages"]}).json["stored"]
        == 2
    )
    assert [conversation(phone).mode for phone in people] == [Mode.BOT, Mode.AGENT]
    assert len(messages(people[0])) == before[0] + 1


def test_what_was_typed_on_the_paired_phone_long_ago_is_no_takeover(cast: Cast, clock: Clock) -> None:
    halo = Incoming(SITI, "halo", provider_id="i1", at=clock.now)
    assert intake.receive(cast.whapi, halo)
    ours = Incoming(SITI, "baik", provider_id="o1", at=clock.now - TOO_LATE, from_business=True)
    assert intake.receive(cast.whapi, ours)
    assert not intake.receive(cast.whapi, ours)
    assert conversation().mode is Mode.BOT
    said = [message for message in messages() if message.sender is Sender.AGENT]
    assert [(message.text, (message.payload or {})["late"]) for message in said] == [("baik", frames.moment(ours.at))]


def test_a_person_sees_it_and_no_clock_starts(client: FlaskClient, cast: Cast, clock: Clock) -> None:
    say(client, "halo")
    handoff.claim(cast.ani, cid())
    waiting = conversation().waiting_since
    say(client, "dari dulu", timestamp=wrote(clock, TOO_LATE))
    assert (conversation().waiting_since, conversation().mode) == (waiting, Mode.AGENT)
    assert texts()[-1] == ("contact", "dari dulu")


def test_replay_knows_that_it_did_nothing(client: FlaskClient, cast: Cast, clock: Clock) -> None:
    say(client, "halo")
    clock.forward(seconds=5)
    say(client, "cs", timestamp=wrote(clock, TOO_LATE))
    past = recalling.one(conversation().id).past
    assert [each.event.text for each in past if hasattr(each.event, "text")] == ["halo"]


@pytest.mark.parametrize(("hours", "heard"), [(11, ["halo", "cs"]), (13, ["halo"])])
def test_replay_knows_what_was_fetched_in_time_to_be_answered(
    client: FlaskClient, cast: Cast, clock: Clock, hours: int, heard: list[str]
) -> None:
    say(client, "halo")
    fetched = Incoming(SITI, "cs", provider_id="f1", at=clock.now - timedelta(hours=hours), via="recovered")
    assert intake.receive(cast.whapi, fetched)
    assert conversation().mode is (Mode.AGENT if "cs" in heard else Mode.BOT)
    past = recalling.one(conversation().id).past
    assert [each.event.text for each in past if hasattr(each.event, "text")] == heard


@pytest.mark.parametrize("ago", [IN_TIME, TOO_LATE])
def test_late_or_not_a_repeat_is_a_repeat(client: FlaskClient, cast: Cast, clock: Clock, ago: timedelta) -> None:
    body = whapi_body("halo", timestamp=wrote(clock, ago))
    assert client.post("/webhook/whapi", json=body).json["stored"] == 1
    assert client.post("/webhook/whapi", json=body).json["repeated"] == 1
