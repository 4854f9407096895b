"""The provider's word: early, late, doubled and out of order."""

from __future__ import annotations

import itertools
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

from roms.channels.base import Parcel
from roms.channels.fake import Box
from roms.channels.items import Receipt
from roms.db import db
from roms.models import Direction, Message, Status
from roms.services import outbox, receipts
from roms.services.outbox import Claimed
from tests.cast import Cast, messages, say

WORDS = ("sent", "delivered", "read", "failed")


def first_answer() -> Message:
    return next(message for message in messages() if message.direction is Direction.OUT)


@pytest.mark.damages("the message is put back by hand before every order of receipts")
def test_r04_any_order_of_the_same_receipts_with_repeats_ends_in_the_same_state(
    client: FlaskClient, cast: Cast
) -> None:
    say(client, "halo")
    message = first_answer()
    for size in (2, 3, 4):
        for chosen in itertools.combinations(WORDS, size):
            expected = max(chosen, key=lambda word: receipts.RANK[Status(word)])
            for order in sorted(
                set(itertools.permutations([*chosen, chosen[0]]))
            ):  # each once, though one word is twice
                message.provider_id, message.status, message.error_code = "p-1", Status.ACCEPTED, ""
                db.session.commit()
                for word in order:
                    receipts.record(cast.whapi, Receipt("p-1", word, error_code="131026" if word == "failed" else ""))
                db.session.refresh(message)
                assert message.status == expected, order
                assert bool(message.error_code) == (expected == "failed"), order


def test_r05_a_receipt_that_overtakes_our_own_call_is_kept_and_applied(client: FlaskClient, cast: Cast) -> None:
    say(client, "halo")
    claimed = outbox.claim(cast.whapi, 1)
    receipts.record(cast.whapi, Receipt("p-early", "delivered"))
    receipts.record(cast.whapi, Receipt("p-early", "sent"))
    outbox.record(cast.whapi, [(claimed[0], "p-early")])
    assert first_answer().status is Status.DELIVERED


def test_r05_the_provider_reports_delivery_before_it_answers_our_call(
    client: FlaskClient, cast: Cast, provider: Box, work: Callable[[], None]
) -> None:
    say(client, "halo")
    seen: list[str] = []
    original = outbox.record

    def deliver_first(channel_id: int, outcomes: list[tuple[Claimed, str]]) -> None:
        for _, provider_id in outcomes:
            receipts.record(channel_id, Receipt(provider_id, "delivered"))
            seen.append(provider_id)
        original(channel_id, outcomes)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(outbox, "record", deliver_first)
        work()
    assert seen
    assert {message.status for message in messages() if message.direction is Direction.OUT} == {Status.DELIVERED}


def test_a_receipt_for_nothing_of_ours_changes_nothing(app: Flask, client: FlaskClient, cast: Cast) -> None:
    say(client, "halo")
    before = [(message.id, message.status, message.revision) for message in messages()]
    receipts.record(cast.whapi, Receipt("somebody-elses", "read"))
    assert [(message.id, message.status, message.revision) for message in messages()] == before


def test_whoever_lost_the_lease_changes_nothing(client: FlaskClient, cast: Cast) -> None:
    say(client, "halo")
    (claimed,) = outbox.claim(cast.whapi, 1)
    stranger = Claimed(Parcel(claimed.parcel.id, "", ""), claimed.conversation_id, "another lease")
    outbox.record(cast.whapi, [(stranger, "p-stranger")])
    assert first_answer().status is Status.SENDING
    outbox.record(cast.whapi, [(claimed, "p-mine")])
    assert (first_answer().status, first_answer().provider_id) == (Status.ACCEPTED, "p-mine")
