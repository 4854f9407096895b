"""What a message is besides its words: window, file, quote, author, kind; and what failures say besides it."""

from __future__ import annotations

import dataclasses
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event, select

from roms.channels import ADAPTERS
from roms.channels.items import Identity, Incoming, Receipt
from roms.db import db, table
from roms.models import Attachment, Channel, Contact, FileState, Message, RawItem, Status
from roms.services import cleaning, frames, intake, marks, outbox, receipts
from tests.cast import Cast, conversation, messages, say
from tests.conftest import Clock

SITI, PHONE = "6281234567890@s.whatsapp.net", Identity("phone", "+6281234567890")
DAY = timedelta(hours=24)


def heard(cast: Cast, text: str = "halo", **more: Any) -> None:
    more = {"identities": (PHONE,), "provider_id": f"i{text}{len(more)}"} | more
    assert intake.receive(cast.whapi, Incoming(more.pop("address", SITI), text, **more))


@pytest.fixture
def windowed(monkeypatch: pytest.MonkeyPatch) -> None:
    abilities = dataclasses.replace(ADAPTERS["whapi"].abilities, window=DAY)
    monkeypatch.setitem(ADAPTERS, "whapi", dataclasses.replace(ADAPTERS["whapi"], abilities=abilities))


def test_l01_the_window_follows_the_providers_clock_and_never_goes_back(
    windowed: None, cast: Cast, clock: Clock
) -> None:
    noon = clock.now
    heard(cast, "a", at=noon - timedelta(hours=1))
    assert conversation().window_until == noon - timedelta(hours=1) + DAY
    heard(cast, "b", at=noon + timedelta(days=3))
    assert conversation().window_until == noon + DAY
    heard(cast, "c", at=noon - timedelta(hours=9))
    heard(cast, "d", from_business=True)
    assert conversation().window_until == noon + DAY
    heard(cast, "e", address="1@g.us", is_group=True)
    assert conversation("1@g.us").window_until is None


def test_a_file_waits_to_be_fetched_and_the_message_names_it(cast: Cast, clock: Clock) -> None:
    media = {"id": "m-1", "mime_type": "image/jpeg", "name": "a.jpg"}
    heard(cast, "[image]", kind="image", extra={"media": media})
    file = db.session.scalars(select(Attachment)).one()
    first = messages()[0]
    assert (first.payload or {})["media"] == media | {"file": file.public_id}
    assert (file.seq, file.state, file.ref, file.due_at) == (first.seq, FileState.WAITING, media, clock.now)
    assert len(file.public_id) == 32


@pytest.mark.parametrize(
    ("kind", "extra"),
    [
        ("location", {"location": {"latitude": -6.2, "longitude": 106.8}}),
        ("document", {"media": {"id": "d", "name": "nota.pdf"}}),
    ],
)
def test_whatever_is_typed_on_the_paired_phone_silences_the_bot(cast: Cast, kind: str, extra: dict[str, Any]) -> None:
    heard(cast, f"[{kind}]", kind=kind, extra=extra, from_business=True, name="Shop")
    (ours,) = messages()
    assert (ours.direction, ours.sender, ours.kind, ours.status) == ("out", "agent", kind, Status.SENT)
    assert conversation().mode == "AGENT"
    assert db.session.scalars(select(Contact.name)).one() == ""
    heard(cast, "terima kasih")
    assert [message.sender for message in messages()] == ["agent", "contact"]
    entry = frames.message_entry(db.session.execute(select(*table(Message).c).limit(1)).mappings().one())
    assert entry["content"]["kind"] == kind


def test_a_group_names_who_wrote_and_our_own_words_there_move_nothing(cast: Cast) -> None:
    group = {"address": "1@g.us", "is_group": True, "identities": (Identity("group", "1@g.us"),)}
    heard(cast, "halo semua", author=(PHONE,), name="Siti", **group)
    heard(cast, "siap", from_business=True, **group)
    found = messages("1@g.us")
    assert (found[0].payload or {})["author"] == {"name": "Siti", "phone": PHONE.value}
    assert [(message.sender, message.text) for message in found] == [("contact", "halo semua"), ("agent", "siap")]
    assert conversation("1@g.us").mode == "PAUSED"
    assert db.session.scalars(select(Contact.name)).one() == ""


def test_r07_what_nobody_understands_is_shown_and_kept_without_people_for_30_days(cast: Cast, clock: Clock) -> None:
    raw = {
        "type": "poll",
        "from": "6281234567890",
        "id": "wamid.HBgNNjI4MTIzNDU2Nzg5MBUCABIYFDNB",
        "poll": {"votes": 3, "title": "Telepon 081234567890 ya", "creator_name": "Siti", "seen": True, "n": 6281234567},
    }
    heard(cast, "[poll]", kind="unsupported", extra={"type": "poll"}, raw=raw)
    kept = db.session.scalars(select(RawItem)).one()
    assert kept.body["poll"]["votes"] == 3
    assert not any(secret in str(kept.body) for secret in ("62812", "0812345", "Siti", "HBgNNjI4"))
    clock.forward(days=31)
    cleaning.clean()
    assert db.session.scalars(select(RawItem.id)).all() == []


def test_a_receipt_with_our_own_id_finds_a_message_whose_id_we_never_learned(client: FlaskClient, cast: Cast) -> None:
    say(client, "halo")
    (claimed,) = outbox.claim(cast.whapi, 1)
    receipts.record(cast.whapi, Receipt("p-9", "delivered", mark=claimed.parcel.mark))
    ours = next(message for message in messages() if message.id == claimed.parcel.id)
    assert (ours.provider_id, ours.status) == ("p-9", Status.DELIVERED)
    outbox.record(cast.whapi, [(claimed, "p-9")])
    receipts.record(cast.whapi, Receipt("p-9", "read"))
    ours = next(message for message in messages() if message.id == claimed.parcel.id)
    assert (ours.provider_id, ours.status) == ("p-9", Status.READ)
    receipts.record(cast.whapi, Receipt("p-x", "failed", mark=marks.of(cast.whapi, messages()[0].id, 1)))
    assert messages()[0].status is Status.RECEIVED


def test_r25_a_failure_says_more_than_that_one_message_failed(
    windowed: None, client: FlaskClient, cast: Cast, clock: Clock
) -> None:
    say(client, "halo", timestamp=int(clock.now.timestamp()))
    for number, class_ in enumerate(("opted_out", "fix_channel", "needs_template")):
        say(client, f"halo {number}")
        (claimed, *_) = outbox.claim(cast.whapi, 1)
        outbox.record(cast.whapi, [(claimed, f"p{number}")])
        receipts.record(cast.whapi, Receipt(f"p{number}", "failed", None, "131", "no", class_))
    failed = [message.error_class for message in messages() if message.status is Status.FAILED]
    assert failed == ["opted_out", "fix_channel", "needs_template"]
    assert db.session.scalar(select(Contact.opted_out_at)) == clock.now
    assert conversation().window_until == clock.now
    assert db.session.scalar(select(Channel.state).where(Channel.id == cast.whapi)) == "failed"


def test_a_plain_text_costs_few_statements_and_one_commit(app: Flask, client: FlaskClient, cast: Cast) -> None:
    say(client, "halo")
    seen: list[str] = []
    event.listen(db.engine, "before_cursor_execute", lambda _c, _u, sql, *_: seen.append(sql))
    event.listen(db.engine, "commit", lambda _: seen.append("COMMIT"))
    say(client, "1")
    assert seen.count("COMMIT") == 1
    assert len([sql for sql in seen if sql != "COMMIT" and not sql.startswith("BEGIN")]) <= 8, seen
