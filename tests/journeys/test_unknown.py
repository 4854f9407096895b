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
from roms.channels.items import Receipt
from roms.db import db, table, writing
from roms.models import History, Message
from roms.services import account_states, evidence, receipts
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


def test_every_gateway_can_be_asked_and_meta_cannot() -> None:
    assert {kind for kind, adapter in ADAPTERS.items() if adapter.evidence} == set(LISTED)
