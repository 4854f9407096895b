"""Notes: whom they call, and that nothing whatever brings one to the contact."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine, select, text
from sqlalchemy.exc import IntegrityError

from roms.channels.fake import Box
from roms.db import db
from roms.errors import Conflict, Invalid, NotFound, Problem
from roms.models import Conversation, Direction, Mention, Message, Status
from roms.services import access, evidence, handoff, inbox, mending, mentions, notes, outbox, reactions, replies
from tests.cast import Cast, conversation, messages, say, texts


def the_note() -> Message:
    db.session.rollback()
    return db.session.scalars(select(Message).filter_by(direction=Direction.NOTE)).one()


def test_whoever_is_called_by_a_note_hears_of_it_until_he_looks(cast: Cast, client: FlaskClient) -> None:
    say(client, "cs")
    cid = conversation().public_id
    told, is_new = notes.write(cast.ani, cid, f"@[{cast.budi.id}] tolong cek, @[{cast.ani.id}] @[999]", "note-0001")
    assert (is_new, told["entry"]["mentions"]) == (True, [cast.budi.id, cast.ani.id])
    heard = mentions.listed(cast.budi)
    assert (heard["count"], heard["conversations"]) == (1, [cid])
    assert (heard["items"][0]["by"], heard["items"][0]["contact"]) == ("Ani", "Siti Aminah")
    assert mentions.listed(cast.ani)["count"] == 0  # nobody calls himself
    page = inbox.listing(cast.budi, "mentioned")
    assert ([each["id"] for each in page["items"]], page["counts"]["mentioned"]) == ([cid], 1)
    mentions.seen(cast.budi, cid)
    page = inbox.listing(cast.budi, "mentioned")
    assert ([each["id"] for each in page["items"]], page["counts"]["mentioned"]) == ([cid], 0)
    assert mentions.listed(cast.budi)["items"] == []


def test_a_note_that_is_tried_again_is_one_note_and_calls_once(cast: Cast, client: FlaskClient) -> None:
    say(client, "cs")
    cid = conversation().public_id
    for is_first in (True, False, False):
        told, is_new = notes.write(cast.ani, cid, f"@[{cast.budi.id}] cek", "note-0001")
        assert (is_new, told["entry"]["client_id"]) == (is_first, "note-0001")
    assert the_note().text == f"@[{cast.budi.id}] cek"
    assert len(db.session.scalars(select(Mention)).all()) == 1


def test_the_writer_is_told_who_may_not_read_it(
    cast: Cast, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    say(client, "cs")
    cid, check = conversation().public_id, access.check

    def hidden_from_budi(actor: object, cid: str) -> None:
        if getattr(actor, "id", 0) == cast.budi.id:
            raise NotFound
        check(actor, cid)  # type: ignore[arg-type]

    monkeypatch.setattr(access, "check", hidden_from_budi)
    who = {each["id"]: each["may_read"] for each in notes.callable_here(cast.ani, cid)}
    assert who == {cast.admin.id: True, cast.budi.id: False}
    with pytest.raises(Conflict) as refused:
        notes.write(cast.ani, cid, f"@[{cast.budi.id}] @[{cast.admin.id}]")
    assert refused.value.data["cannot_read"] == [cast.budi.id]
    told, _ = notes.write(cast.ani, cid, f"@[{cast.budi.id}] @[{cast.admin.id}]", force=True)
    assert told["entry"]["mentions"] == [cast.admin.id]
    assert list(db.session.scalars(select(Mention.user_id))) == [cast.admin.id]


def test_a_note_says_something_and_calls_no_crowd(cast: Cast, client: FlaskClient) -> None:
    say(client, "cs")
    cid = conversation().public_id
    with pytest.raises(Invalid):
        notes.write(cast.ani, cid, " \n ")
    with pytest.raises(NotFound):
        notes.write(cast.ani, "nothing", "hai")


WAYS_OUT = [
    "UPDATE message SET status = 'queued' WHERE direction = 'note'",
    "UPDATE message SET status = 'sending' WHERE direction = 'note'",
    "UPDATE message SET status = 'accepted' WHERE direction = 'note'",
    "UPDATE message SET status = 'sent' WHERE direction = 'note'",
    "UPDATE message SET status = 'unknown' WHERE direction = 'note'",
    "UPDATE message SET provider_id = 'wamid.1' WHERE direction = 'note'",
    "UPDATE message SET direction = 'out' WHERE direction = 'note'",
    "UPDATE message SET status = 'internal' WHERE direction = 'out'",
    "UPDATE message SET direction = 'note' WHERE direction = 'out'",
    "INSERT INTO message (conversation_id, channel_id, seq, revision, direction, sender, kind, text, created_at,"
    " status, epoch, attempts, error_code, error_text) SELECT conversation_id, channel_id, 9999, 9999, 'note', sender,"
    " kind, text, created_at, 'queued', epoch, 0, '', '' FROM message WHERE direction = 'note'",
]


@pytest.mark.parametrize("statement", WAYS_OUT)
def test_no_statement_makes_a_note_one_that_is_sent(cast: Cast, client: FlaskClient, statement: str) -> None:
    """Around all our code: the database itself refuses."""
    say(client, "cs")
    notes.write(cast.ani, conversation().public_id, "jangan sampai keluar")
    db.session.rollback()
    engine: Engine = db.engine
    with pytest.raises(IntegrityError, match="notes_"), engine.begin() as connection:
        connection.execute(text(statement))
    assert (the_note().status, the_note().provider_id) == (Status.INTERNAL, None)


def tried(verb: Callable[[], object]) -> None:
    try:
        verb()
    except Problem:
        db.session.rollback()


def test_no_verb_brings_a_note_to_the_contact(
    cast: Cast, client: FlaskClient, provider: Box, work: Callable[[], None]
) -> None:
    """Whatever is done to a thread with notes, in whatever order, only what is not a note is ever sent."""
    say(client, "cs")
    cid, dice = conversation().public_id, random.Random(5)
    for number in range(60):
        notes.write(cast.ani, cid, f"RAHASIA {number}", f"note-{number:04}") if dice.random() < 0.3 else None
        seq = dice.choice([each.seq for each in messages()])
        verbs: list[Callable[[], object]] = [
            lambda seq=seq: replies.retry(cast.ani, cid, seq),
            lambda seq=seq: evidence.ask(cast.ani, cid, seq),
            lambda seq=seq, number=number: reactions.react(cast.ani, cid, seq, "👍", f"react-{number:04}"),
            lambda number=number: replies.send(cast.ani, cid, f"reply-{number:04}", "Halo", 0, force=True),
            lambda seq=seq, number=number: replies.send(
                cast.ani, cid, f"quote-{number:04}", replies.Draft("ya", quote=seq), 0, force=True
            ),
            lambda: handoff.release(cast.ani, cid),
            lambda: handoff.close(cast.ani, cid),
            lambda: handoff.claim(cast.ani, cid),
            lambda: handoff.pause(cast.ani, cid),
            lambda: handoff.resume(cast.ani, cid),
            lambda: say(client, dice.choice(["halo", "1", "cs"])),
            lambda seq=seq: mending.resend(cast.admin, seq),
            lambda: [outbox.claim(cast.whapi, 1)],
        ]
        tried(dice.choice(verbs))
    work()
    assert "RAHASIA" in str(texts())
    assert "RAHASIA" not in str(provider.accepted)
    notes_now = db.session.scalars(select(Message).filter_by(direction=Direction.NOTE, sender="agent")).all()
    assert len(notes_now) > 5
    assert {(each.status, each.provider_id, each.attempts) for each in notes_now} == {(Status.INTERNAL, None, 0)}
    last = db.session.scalars(select(Conversation.last)).one()
    assert "RAHASIA" not in str(last)
