"""A send whose outcome nobody heard is resolved by the provider's own evidence, or shown as what it is: never sent
again by itself, never lost in silence, never taken for a reply on the paired phone."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from sqlalchemy import select, update

from roms import background, clock, queue
from roms.channels import ADAPTERS, calling
from roms.channels.base import Evidence
from roms.channels.items import Echo, Incoming, Receipt
from roms.db import db, table, writing
from roms.models import History, Message, Status
from roms.services import account_states, arrivals, evidence, marks, outbox, receipts, replies
from tests.cast import Cast, conversation, messages, say
from tests.conftest import Clock
from tests.driven import PROVIDERS, Talk, World, driven

__all__ = ["driven"]
MODES: dict[str, dict[str, Any]] = {
    "accept then close": {"cut": True, "before_accept": False},
    "accept then hang": {"hang": True, "before_accept": False},
    "500 after accept": {"status": 500, "before_accept": False},
    "500 before accept": {"status": 500},
}
LISTED = ("twilio", "whapi", "waha")  # whoever can be asked
Driven = World


@pytest.fixture(autouse=True)
def calm(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Nobody waits 15 s for an answer, and no test's failures make a later one wait."""
    monkeypatch.setattr(calling, "TIMEOUT", httpx.Timeout(0.4, connect=5.0))
    yield
    if "driven" in request.fixturenames:
        world: World = request.getfixturevalue("driven")
        world.box.faults.clear()
        with writing():
            for channel in world.channels.values():
                account_states.revive(channel)


def says(talk: Talk, **fault: Any) -> str:
    """The agent says something, and this goes wrong with it; the words."""
    word = f"pesan {uuid.uuid4().hex[:8]}"
    talk.world.box.faults.dial(account=talk.provider, **fault)
    assert talk.asks("messages", seen=0, force=True, text=word).status_code == 201
    talk.world.work(queue.OUTBOX)
    return word


def taken(talk: Talk, word: str) -> list[str]:
    of_ours = [each for each in talk.world.box.accepted if (each["provider"], each["text"]) == (talk.provider, word)]
    return [each["id"] for each in of_ours]


def silenced(talk: Talk) -> None:
    """From now on this provider tells nothing by itself."""
    talk.world.box.faults.dial(account=talk.provider, on="webhook", drop=True, times=0)


def checked(talk: Talk) -> dict[str, Any]:
    """The agent presses Check, and the worker asks; the entry afterwards."""
    answer = talk.asks("check", seq=talk.last["seq"])
    assert answer.status_code == 200, answer.text
    talk.world.work(queue.FILES)
    return talk.last


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("provider", PROVIDERS)
def test_r06_what_the_provider_has_is_accepted_by_its_own_word_and_nothing_is_sent_twice(
    driven: Driven, provider: str, mode: str
) -> None:
    talk = driven.somebody(provider)
    word = says(talk, **MODES[mode])
    talk.brought()
    if mode == "500 before accept":
        assert (taken(talk, word), talk.last["status"]) == ([], "unknown")
        assert talk.last["doubt"] == {"asks": False, "checked": ""}
    else:
        (id_,) = taken(talk, word)
        talk.until(lambda entry: entry["status"] == "delivered")
        assert id_.endswith(talk.messages[-1].provider_id or "-")
    background.sweep_outbox()
    driven.work(queue.OUTBOX)
    assert len(taken(talk, word)) <= 1
    assert talk.conversation.mode == "AGENT"
    assert [each.text for each in talk.messages].count(word) == 1, "its echo is no message of its own"


@pytest.mark.parametrize("provider", LISTED)
def test_r06_check_finds_it_in_the_providers_list_and_what_waited_for_its_id_is_applied(
    driven: Driven, provider: str
) -> None:
    talk = driven.somebody(provider)
    silenced(talk)
    word = says(talk, **MODES["500 after accept"])
    assert talk.last["status"] == "unknown"
    (id_,) = taken(talk, word)
    own = id_.split("_")[2] if provider == "waha" else id_
    receipts.record(driven.channels[provider], Receipt(own, "read"))
    assert checked(talk)["status"] == "read"
    assert talk.messages[-1].provider_id == own
    event = db.session.scalars(select(History).filter_by(conversation_id=talk.conversation.id, event="found")).one()
    assert event.data == {"seq": talk.last["seq"]}


@pytest.mark.parametrize("provider", LISTED)
def test_check_does_not_take_another_message_for_it(driven: Driven, provider: str) -> None:
    talk = driven.somebody(provider)
    silenced(talk)
    word = says(talk)
    assert len(taken(talk, word)) == 1
    driven.box.faults.dial(account=provider, status=500)
    assert talk.asks("messages", seen=0, force=True, text=word).status_code == 201
    driven.work(queue.OUTBOX)
    assert checked(talk)["doubt"] == {"asks": False, "checked": "missing"}


def test_meta_cannot_be_asked_and_says_so(driven: Driven) -> None:
    talk = driven.somebody("meta")
    silenced(talk)
    says(talk, **MODES["500 after accept"])
    assert talk.asks("check", seq=talk.last["seq"]).json()["entry"]["doubt"]["checked"] == "unasked"


@pytest.mark.parametrize("provider", PROVIDERS)
def test_a_provider_that_is_away_says_nothing_and_the_agents_are_told_after_two_minutes(
    driven: Driven, provider: str
) -> None:
    talk = driven.somebody(provider)
    silenced(talk)
    word = says(talk, **MODES["500 before accept"])
    driven.box.faults.dial(account=provider, on="other", status=503, times=0)
    with writing():
        before = clock.now() - evidence.TELL
        db.session.execute(update(table(Message)).where(Message.text == word).values(tried_at=before, due_at=before))
    background.sweep_unknown()
    driven.work(queue.FILES)
    doubt = talk.last["doubt"]
    assert doubt == {"asks": True, "checked": "unasked" if provider == "meta" else "unreachable"}
    assert talk.conversation.doubts == 1
    assert talk.asks("retry", seq=talk.last["seq"]).status_code == 200
    assert talk.conversation.doubts == 0
    driven.box.faults.clear()
    talk.handed_over()
    assert (len(taken(talk, word)), talk.last["status"] != "unknown") == (1, True)
    again = db.session.scalars(select(History).filter_by(conversation_id=talk.conversation.id, event="sent_again"))
    assert again.one().agent_id


# --- one step at a time ------------------------------------------------------------------------------------------

PHONE = "6281234567890"
CHAT = f"{PHONE}@s.whatsapp.net"


def ours() -> list[Message]:
    """What the agent said, as it stands."""
    return [message for message in messages() if message.sender == "agent"]


def lost(cast: Cast, clock: Clock) -> Message:
    """The agent's newest message was handed over by somebody who vanished."""
    assert len(outbox.claim(cast.whapi, 16)) == 1
    clock.forward(seconds=50)
    background.sweep_outbox()
    return ours()[-1]


def first(client: Any, cast: Cast, clock: Clock, words: str = "sebentar ya") -> Message:
    """A message of an agent's, after whatever the bot said, of which nobody knows whether it was sent."""
    say(client, "cs")
    while claimed := outbox.claim(cast.whapi, 16):
        outbox.record(cast.whapi, [(each, f"bot-{each.parcel.id}") for each in claimed])
    replies.send(cast.ani, conversation().public_id, "a-1", words, seen=0)
    return lost(cast, clock)


def test_a_receipt_that_bears_our_mark_names_the_message(client: Any, cast: Cast, clock: Clock) -> None:
    row = first(client, cast, clock)
    for wrong in (str(row.id), f"{row.id}.1.{'0' * 22}", marks.of(cast.whapi + 1, row.id, 1)):
        receipts.record(cast.whapi, Receipt("p-other", "delivered", mark=wrong))
    assert ours()[0].status is Status.UNKNOWN
    receipts.record(cast.whapi, Receipt("p-1", "delivered", mark=marks.of(cast.whapi, row.id, 1)))
    assert (ours()[0].status, ours()[0].provider_id) == (Status.DELIVERED, "p-1")


def test_evidence_that_comes_before_the_second_try_leaves_keeps_it_from_leaving(
    client: Any, cast: Cast, clock: Clock
) -> None:
    row = first(client, cast, clock)
    replies.retry(cast.ani, conversation().public_id, row.seq)
    mark = marks.of(cast.whapi, row.id, 1)
    receipts.record(cast.whapi, Receipt("p-1", "failed", error_code="1", mark=mark))
    assert ours()[0].status is Status.QUEUED, "that the first try failed is no reason not to try again"
    receipts.record(cast.whapi, Receipt("p-2", "sent", mark=mark))
    assert (ours()[0].status, outbox.claim(cast.whapi, 16)) == (Status.SENT, [])


def test_an_echo_names_the_only_message_that_says_so_and_is_no_reply_from_the_phone(
    client: Any, cast: Cast, clock: Clock
) -> None:
    row = first(client, cast, clock)
    account = arrivals.channels.line(cast.whapi).account
    arrivals._store(account, Echo(CHAT, "p-9", "text", "sesuatu yang lain", at=clock.now))
    assert ours()[0].status is Status.UNKNOWN
    said = Incoming(CHAT, row.text, provider_id="p-1", from_business=True, at=clock.now, unsure=True)
    assert arrivals._store(account, said) == "stored"
    assert [(each.status, each.provider_id) for each in ours()] == [(Status.ACCEPTED, "p-1")]
    surely = Incoming(CHAT, row.text, provider_id="p-2", from_business=True, at=clock.now)
    arrivals._store(account, surely)
    assert len(ours()) == 2, "what was typed on the phone is a message, whatever it says"


def test_i7_the_echo_of_the_bots_own_lost_message_is_no_takeover(client: Any, cast: Cast, clock: Clock) -> None:
    say(client, "halo")
    (claimed,) = outbox.claim(cast.whapi, 1)
    told = Incoming(CHAT, claimed.parcel.text, provider_id="p-1", from_business=True, at=clock.now, unsure=True)
    arrivals._store(arrivals.channels.line(cast.whapi).account, told)
    assert conversation().mode == "BOT"
    assert [(each.status, each.provider_id) for each in messages() if each.id == claimed.parcel.id] == [
        (Status.ACCEPTED, "p-1")
    ]
    outbox.record(cast.whapi, [(claimed, "p-1")])
    typed = Incoming(CHAT, claimed.parcel.text, provider_id="p-2", from_business=True, at=clock.now, unsure=True)
    arrivals._store(arrivals.channels.line(cast.whapi).account, typed)
    assert conversation().mode == "AGENT", "once no message is without an id, it can only be the phone"


def test_of_two_that_say_the_same_an_echo_names_neither_and_the_list_names_both_in_order(
    client: Any, cast: Cast, clock: Clock
) -> None:
    row = first(client, cast, clock)
    replies.send(cast.ani, conversation().public_id, "a-2", row.text, seen=0, force=True)
    lost(cast, clock)
    arrivals._store(arrivals.channels.line(cast.whapi).account, Echo(CHAT, "p-1", "text", row.text, at=clock.now))
    assert {each.status for each in ours()} == {Status.UNKNOWN}
    clock.forward(seconds=10)
    asked = evidence.claim(cast.whapi)
    assert evidence.claim(cast.whapi) == [], "nobody else looks meanwhile"
    for each in asked:
        evidence.record(each, Evidence(("p-1",)))
    assert {each.checked for each in ours()} == {"several"}
    clock.forward(minutes=5)
    for each in evidence.claim(cast.whapi):
        evidence.record(each, Evidence(("p-1", "p-2")))
    assert [each.provider_id for each in ours()] == ["p-1", "p-2"]


def test_what_surely_is_not_there_is_said_to_be_not_there_and_nothing_is_asked_for_ever(
    client: Any, cast: Cast, clock: Clock
) -> None:
    first(client, cast, clock)
    looks = 0
    for _ in range(300):
        clock.forward(seconds=15)
        background.sweep_unknown()
        for each in evidence.claim(cast.whapi):
            looks += 1
            evidence.record(each, Evidence(is_proof=True))
    assert (ours()[0].status, ours()[0].checked, ours()[0].due_at) == (Status.UNKNOWN, "absent", None)
    assert 5 <= looks <= 10
    assert conversation().doubts == 1


def test_a_look_that_was_overtaken_by_another_try_changes_nothing(client: Any, cast: Cast, clock: Clock) -> None:
    row = first(client, cast, clock)
    clock.forward(seconds=10)
    (asked,) = evidence.claim(cast.whapi)
    replies.retry(cast.ani, conversation().public_id, row.seq)
    lost(cast, clock)
    evidence.record(asked, Evidence(("p-1",)))
    assert (ours()[0].status, ours()[0].provider_id) == (Status.UNKNOWN, None)


def test_every_gateway_can_be_asked_and_meta_cannot() -> None:
    assert {kind for kind, adapter in ADAPTERS.items() if adapter.evidence} == set(LISTED)
