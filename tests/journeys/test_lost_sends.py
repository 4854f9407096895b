"""A message nobody knows the fate of, one step at a time: marks, echoes, lists, and who is told when."""

from __future__ import annotations

from typing import Any

from roms import background
from roms.channels.base import Evidence
from roms.channels.items import Echo, Incoming, Receipt
from roms.models import Message, Status
from roms.services import channels, door, evidence, marks, outbox, receipts, replies
from tests.cast import Cast, conversation, messages, say
from tests.conftest import Clock

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
    account = channels.line(cast.whapi).account
    door._store(account, Echo(CHAT, "p-9", "text", "sesuatu yang lain", at=clock.now))
    assert ours()[0].status is Status.UNKNOWN
    said = Incoming(CHAT, row.text, provider_id="p-1", from_business=True, at=clock.now, unsure=True)
    assert door._store(account, said) == "stored"
    assert [(each.status, each.provider_id) for each in ours()] == [(Status.ACCEPTED, "p-1")]
    surely = Incoming(CHAT, row.text, provider_id="p-2", from_business=True, at=clock.now)
    door._store(account, surely)
    assert len(ours()) == 2, "what was typed on the phone is a message, whatever it says"


def test_i7_the_echo_of_the_bots_own_lost_message_is_no_takeover(client: Any, cast: Cast, clock: Clock) -> None:
    say(client, "halo")
    (claimed,) = outbox.claim(cast.whapi, 1)
    told = Incoming(CHAT, claimed.parcel.text, provider_id="p-1", from_business=True, at=clock.now, unsure=True)
    door._store(channels.line(cast.whapi).account, told)
    assert conversation().mode == "BOT"
    assert [(each.status, each.provider_id) for each in messages() if each.id == claimed.parcel.id] == [
        (Status.ACCEPTED, "p-1")
    ]
    outbox.record(cast.whapi, [(claimed, "p-1")])
    typed = Incoming(CHAT, claimed.parcel.text, provider_id="p-2", from_business=True, at=clock.now, unsure=True)
    door._store(channels.line(cast.whapi).account, typed)
    assert conversation().mode == "AGENT", "once no message is without an id, it can only be the phone"


def test_of_two_that_say_the_same_an_echo_names_neither_and_the_list_names_both_in_order(
    client: Any, cast: Cast, clock: Clock
) -> None:
    row = first(client, cast, clock)
    clock.forward(seconds=5)  # until then the first may still come, and the second waits for it
    replies.send(cast.ani, conversation().public_id, "a-2", row.text, seen=0, force=True)
    lost(cast, clock)
    door._store(channels.line(cast.whapi).account, Echo(CHAT, "p-1", "text", row.text, at=clock.now))
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
