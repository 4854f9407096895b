"""A check that cannot fail proves nothing: every promise is broken once, on both databases, and noticed by its name."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Connection, text

from roms.channels.fake import Box
from roms.db import db
from roms.services import arrivals, handoff
from tests.cast import Cast, conversation, say
from tests.dead import dead
from tests.kit.invariants import (
    CHECKS,
    Facts,
    assert_invariants,
    broken_promises,
    gathered,
    i2_one_step_for_each_message,
)
from tests.kit.knocks import Knocks
from tests.kit.ledger import Line

BOT = "(SELECT min(id) FROM message WHERE sender = 'bot')"


@pytest.fixture
def whole(client: FlaskClient, cast: Cast, knocks: Knocks, provider: Box, work: Callable[[], None]) -> Facts:
    """A bot has answered, a person took over, a second message was never sent."""
    say(client, "halo", id="wa-kit")
    work()
    say(client, "1")
    handoff.claim(cast.ani, conversation().public_id)
    assert_invariants(provider, knocks.promised, knocks.resent, is_idle=True, is_boxed=True)
    return after(knocks, provider)


def after(knocks: Knocks, provider: Box, connection: Connection | None = None) -> Facts:
    facts = gathered(connection)
    facts.box, facts.promised, facts.resent = provider, knocks.promised, 0
    facts.is_idle = facts.is_boxed = facts.is_drained = True
    return facts


BROKEN_ROWS: dict[str, tuple[str, ...]] = {
    "I1": (
        "UPDATE message SET provider_id = 'another' WHERE provider_id = 'wa-kit'",
        "DELETE FROM message WHERE provider_id = 'wa-kit'",
    ),
    "I2": (
        "INSERT INTO message (conversation_id, channel_id, seq, revision, direction, sender, kind, text, created_at, "
        "status, epoch, attempts, error_code, error_text) SELECT id, channel_id, seq + 1, seq + 1, 'out', 'bot', "
        "'text', 'again', last_at, 'queued', epoch, 0, '', '' FROM conversation; "
        "UPDATE conversation SET seq = seq + 1",
    ),
    "I3": (
        "UPDATE conversation SET seq = seq + 2",
        "UPDATE conversation SET seq = seq - 1",
        "UPDATE history SET seq = 1 WHERE id = (SELECT min(id) FROM history)",
        "UPDATE message SET seq = seq + 1000 WHERE provider_id = 'wa-kit'",
    ),
    "I4": (
        "UPDATE contact SET merged_into = id",
        "UPDATE contact SET merged_into = id; DELETE FROM contact_address",
    ),
    "I5": (
        f"UPDATE message SET status = 'sending', lease_until = NULL WHERE id = {BOT}",
        f"UPDATE message SET status = 'queued', due_at = NULL WHERE id = {BOT}",
        f"UPDATE message SET status = 'queued', epoch = 0 WHERE id = {BOT}",
        f"UPDATE message SET status = 'queued', epoch = 1 WHERE id = {BOT}",
    ),
    "I6": (
        f"UPDATE message SET provider_id = NULL WHERE id = {BOT}",
        f"UPDATE message SET status = 'failed' WHERE id = {BOT}; UPDATE message SET status = 'queued' WHERE id = {BOT}",
    ),
    "I7": ("UPDATE message SET status = 'sending' WHERE status = 'cancelled'",),
    "I8": (
        f"UPDATE message SET status = 'sending' WHERE id = {BOT}",
        "UPDATE message SET status = 'queued' WHERE status = 'cancelled'",
        "UPDATE message SET status = 'sent' WHERE status = 'received'",
    ),
    "I10": (
        "UPDATE message SET status = 'sent' WHERE status = 'cancelled'",
        f"UPDATE message SET provider_id = 'made-up' WHERE id = {BOT}",
    ),
    "I11": (
        "UPDATE conversation SET queued_at = last_at",
        "UPDATE conversation SET assignee_id = NULL, queued_at = last_at, mode = 'PAUSED'",
        "UPDATE conversation SET mode = 'CLOSED', answer_from = NULL, answer_by = NULL",
        "UPDATE conversation SET mode = 'BOT', assignee_id = NULL, answer_by = last_at",
        "UPDATE conversation SET assignee_id = NULL, waiting_since = last_at",
    ),
    "I12": (
        "UPDATE conversation SET assignee_id = NULL, queued_at = last_at",
        "UPDATE user_account SET capacity = 1; UPDATE conversation SET assignee_id = NULL, queued_at = last_at",
        "UPDATE conversation SET assignee_id = NULL, queued_at = last_at, team = 'gone', skill = 'nobodys'",
    ),
}


def test_every_promise_is_broken_below() -> None:
    assert list(BROKEN_ROWS) == [check.__name__.split("_")[0].upper() for check in CHECKS]


def test_every_damage_is_noticed(whole: Facts, knocks: Knocks, provider: Box) -> None:
    """One after the other, each taken back by the database itself."""
    for promise, damages in BROKEN_ROWS.items():
        for damage in damages:
            noticed = damaged(damage, knocks, provider)
            assert any(words.startswith(f"{promise} ") for words in noticed), (promise, damage, noticed)
    assert broken_promises(after(knocks, provider)) == []


FULL_HOUSE = (
    "UPDATE user_account SET presence = 'away'",
    "UPDATE user_account SET is_active = {false}",
    "UPDATE user_account SET capacity = 0",
    "INSERT INTO user_skill (user_id, skill) SELECT id, 'en' FROM user_account WHERE login = 'ani'; "
    "UPDATE conversation SET skill = 'en'; UPDATE user_account SET presence = 'away' WHERE login = 'ani'",
    "INSERT INTO team (key, name, policy, is_active, created_at) SELECT 'care', 'Care', 'round_robin', {true}, last_at "
    "FROM conversation; INSERT INTO team_member (team_id, user_id) SELECT team.id, user_account.id FROM team, "
    "user_account WHERE login = 'ani'; UPDATE conversation SET team = 'care'; "
    "UPDATE user_account SET capacity = 0 WHERE login = 'ani'",
)


@pytest.mark.parametrize("why", FULL_HOUSE)
def test_who_waits_because_nobody_can_take_it_breaks_no_promise(
    whole: Facts, knocks: Knocks, provider: Box, why: str
) -> None:
    waits = "UPDATE conversation SET assignee_id = NULL, queued_at = last_at; " + why.format(true="true", false="false")
    assert damaged(waits, knocks, provider) == []


def damaged(damage: str, knocks: Knocks, provider: Box) -> list[str]:
    """What is noticed when the database is changed like this, and nothing else."""
    connection = db.session.connection()
    try:
        for statement in damage.split("; "):
            connection.execute(text(statement))
        return broken_promises(after(knocks, provider, connection))
    finally:
        db.session.rollback()


def test_what_the_database_itself_refuses_would_be_noticed(whole: Facts) -> None:
    for rows, promise in ((whole.conversations, "I4"), (whole.addresses, "I4"), (whole.messages, "I3")):
        rows.append(rows[0])
        assert any(words.startswith(promise) for words in broken_promises(whole)), promise
        rows.pop()


def test_what_only_the_box_knows_is_noticed(whole: Facts, provider: Box) -> None:
    provider.say("628111222333", "hilang")
    provider.phones.mark(provider.phones._chats["628111222333", "whapi"][0].id, "arrived")
    assert [words for words in broken_promises(whole) if words.startswith("I1 the box was told")]


def test_a_send_that_nobody_asked_for_is_noticed(whole: Facts, provider: Box) -> None:
    taken = provider.accepted[0]
    draft = provider.phones.taken(taken["id"])
    assert draft is not None
    provider.accept(draft.draft, "again")
    assert [words for words in broken_promises(whole) if words.startswith("I6 whapi took")]


def test_a_lease_that_is_over_is_noticed(whole: Facts, knocks: Knocks, provider: Box) -> None:
    held = f"UPDATE message SET status = 'sending', lease_until = created_at WHERE id = {BOT}"
    assert any(words.startswith("I5 nobody sends it") for words in damaged(held, knocks, provider))


def test_without_a_ledger_nothing_is_believed(app: Any, cast: Cast) -> None:
    with pytest.raises(AssertionError, match="nobody keeps the ledger"):
        assert_invariants()


def test_what_waits_in_the_spool_is_not_lost(app: Flask, client: FlaskClient, cast: Cast, knocks: Knocks) -> None:
    """And what was taken out of it is."""
    say(client, "halo", id="wa-first")
    with dead(app):
        say(client, "halo lagi", id="wa-later")
    db.engine.dispose()
    assert_invariants(promised=knocks.promised)
    spool = arrivals.spool()
    (letter,) = spool.waiting(cast.whapi)
    spool.done(letter)
    with pytest.raises(AssertionError, match=r"I1 answered 2xx and there 0 times.*wa-later"):
        assert_invariants(promised=knocks.promised)


# What the database noted of one thread, in order: a message by what it is, or the thread with its newest number.
NOTED = (
    ("in answer", ["in", 1, "out", 2]),
    ("a number in the middle", ["in", 1, 2, "out", "out", 3]),
    ("the thread before its messages", ["in", 1, 2, "out", "in", 3, "out", 4]),
    ("several in one webhook", ["in", "out", 2, "in", 3, "out", 4]),
)


def noted(steps: list[str | int]) -> Facts:
    facts = Facts([], [SimpleNamespace(id=7)], [], {}, [], {}, set(), [], datetime(2026, 1, 1, tzinfo=UTC))
    for number, step in enumerate(steps, 1):
        if isinstance(step, int):
            facts.threads.setdefault(7, []).append(Line(number, "conversation", 7, None, None, step, 0))
            continue
        id_ = len(facts.messages) + 1
        row = {"direction": step, "sender": "bot" if step == "out" else "contact", "before": None, "status": "sent"}
        facts.messages.append(SimpleNamespace(id=id_, conversation_id=7, seq=id_, provider_id="", text="", **row))
        facts.steps[id_] = [Line(number, "message", id_, None, "queued", id_, 0)]
    return facts


@pytest.mark.parametrize("steps", [steps for _, steps in NOTED], ids=[name for name, _ in NOTED])
def test_a_step_is_told_from_the_next_however_a_transaction_saves_it(steps: list[str | int]) -> None:
    assert list(i2_one_step_for_each_message(noted(steps))) == []
    (said_twice,) = i2_one_step_for_each_message(noted([*steps, "out", len(noted(steps).messages) + 1]))
    assert said_twice.startswith("said because of nothing")


def test_two_who_share_a_step_are_noticed() -> None:
    (shared,) = i2_one_step_for_each_message(noted(["in", "in", "out", 3]))
    assert shared.startswith("one step for several")
