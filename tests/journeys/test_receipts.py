"""The provider's word: early, late, doubled and out of order."""

from __future__ import annotations

import itertools
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import event, func, select

from roms.channels.base import Parcel
from roms.channels.fake import Box
from roms.channels.items import Receipt
from roms.db import db
from roms.models import Direction, Message, PendingReceipt, Status
from roms.services import channels, door, outbox, receipts
from roms.services.outbox import Claimed
from tests.cast import Cast, messages, say

WORDS = ("sent", "delivered", "read", "failed")
PEOPLE = ("6281111111111", "6281222222222", "6281333333333")


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
            # each once, though one word is twice
            for order in sorted(set(itertools.permutations([*chosen, chosen[0]]))):
                message.provider_id, message.status, message.error_code = "p-1", Status.ACCEPTED, ""
                db.session.commit()
                for word in order:
                    receipts.record(cast.whapi, Receipt("p-1", word, error_code="131026" if word == "failed" else ""))
                db.session.refresh(message)
                assert message.status == expected, order
                assert bool(message.error_code) == (expected == "failed"), order


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(order=st.permutations([(place, word) for place in range(4) for word in WORDS for _ in range(2)]))
@pytest.mark.damages("the messages are put back by hand before every order of receipts")
def test_r04_news_of_many_messages_at_once_ends_as_each_by_itself(
    client: FlaskClient, cast: Cast, order: list[tuple[int, str]]
) -> None:
    """Also of two in one conversation, and with news of a message whose id we learn later."""
    for phone in PEOPLE:
        say(client, "halo", phone, id=f"once-{phone}")
    ours = [message for phone in PEOPLE for message in messages(phone) if message.direction is Direction.OUT]
    for number, message in enumerate(ours):
        message.provider_id, message.status, message.error_code = f"p-{number}", Status.ACCEPTED, ""
    db.session.commit()
    account = channels.line(cast.whapi).account
    came = door.handled(account, [Receipt(f"p-{place}", word) for place, word in order] + [Receipt("p-later", "sent")])
    assert (came.stumbles, came.done["receipts"]) == ([], len(order) + 1)
    db.session.expire_all()
    assert [message.status for message in ours[:4]] == [Status.READ] * 4
    assert all(message.status is Status.ACCEPTED for message in ours[4:])
    kept = select(func.count()).select_from(PendingReceipt).where(PendingReceipt.provider_id == "p-later")
    assert db.session.scalar(kept)


def test_good_news_of_many_messages_takes_few_statements(client: FlaskClient, cast: Cast) -> None:
    for phone in PEOPLE:
        say(client, "halo", phone)
    claimed = outbox.claim(cast.whapi, len(PEOPLE))
    outbox.record(cast.whapi, [(each, f"p-{number}") for number, each in enumerate(claimed)])
    seen: list[str] = []
    event.listen(db.engine, "before_cursor_execute", lambda _c, _u, sql, *_: seen.append(sql))
    words = [Receipt(f"p-{number}", word) for number in range(len(claimed)) for word in ("sent", "delivered", "read")]
    door.handled(channels.line(cast.whapi).account, words)
    assert len([sql for sql in seen if not sql.startswith("BEGIN")]) <= 8, seen
    ours = [message for phone in PEOPLE for message in messages(phone) if message.provider_id in {"p-0", "p-1", "p-2"}]
    assert [message.status for message in ours] == [Status.READ] * 3


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
    stranger = Claimed(Parcel(claimed.parcel.id, "", ""), claimed.conversation_id, "another lease", claimed.until)
    outbox.record(cast.whapi, [(stranger, "p-stranger")])
    assert first_answer().status is Status.SENDING
    outbox.record(cast.whapi, [(claimed, "p-mine")])
    assert (first_answer().status, first_answer().provider_id) == (Status.ACCEPTED, "p-mine")
