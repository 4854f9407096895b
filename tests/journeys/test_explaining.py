"""Conversations become tests; what was not understood is counted; what was said can be explained."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from roms.channels.base import Incoming
from roms.config import ROOT
from roms.db import db
from roms.engine.rehearsal import run
from roms.engine.script import scripts
from roms.engine.transcript import transcript
from roms.models import Conversation, Message, Sender
from roms.services import explaining, intake, publishing, recalling, unmatched
from tests.cast import Cast
from tests.conftest import Clock
from tests.journeys.test_replay import WEEK, acted, address, generated


def wrote(cast: Cast, clock: Clock, *texts: str, number: int = 1) -> None:
    for text in texts:
        provider_id = f"wa-{number}-{text}-{clock.now.timestamp()}"
        message = Incoming(address(number), text, provider_id=provider_id, name="Siti Aminah", phone="+6281200000001")
        intake.receive(cast.whapi, message)
        clock.forward(seconds=20)


def test_a_recorded_conversation_is_a_test_that_passes(cast: Cast, clock: Clock) -> None:
    generated(cast, clock, talks=20, steps=8)
    release = publishing.newest()
    spoken = []
    for number, record in enumerate(recalling.records(list(db.session.scalars(select(Conversation.id))))):
        (test,) = scripts({f"tests/{number}.yaml": transcript(release, record, "as it went")})
        assert run(release, test).mismatches == []
        spoken += [line for line in test.chat if line.kind == "bot"]
    assert len(spoken) > 60


def test_a_recorded_conversation_says_nothing_of_the_contact(
    app: Flask, cast: Cast, clock: Clock, tmp_path: Path
) -> None:
    wrote(cast, clock, "halo", "saya Siti, siti.aminah@example.org", "0812-3456-7890", "3", "ORD-12345", "ya")
    acted(cast, random.Random(1), db.session.scalars(select(Conversation.public_id)).one())
    cid = db.session.scalars(select(Conversation.public_id)).one()
    done = app.test_cli_runner().invoke(args=["flows", "record", cid, "--output", str(tmp_path / "one.yaml")])
    assert done.exit_code == 0, done.output
    text = (tmp_path / "one.yaml").read_text()
    for word in ("siti", "aminah", "3456", "example.org"):
        assert word not in text.lower()
    assert "Pesanan ORD-12345, betul? (ya/tidak)" in text
    (test,) = scripts({"tests/one.yaml": text})
    assert run(publishing.newest(), test).mismatches == []
    missing = app.test_cli_runner().invoke(args=["flows", "record", "nobody"])
    assert (missing.exit_code, missing.output) == (1, "Error: there is no conversation nobody\n")


def test_what_nothing_took_is_grouped_and_counted(app: Flask, cast: Cast, clock: Clock) -> None:
    wrote(cast, clock, "ongkir ke bandung brp", "Brp ongkir ke Bandung?", "harga", number=1)
    wrote(cast, clock, "brp ongkir ke Bandung", "bisa cod?", number=2)
    told = [(group.example, group.count) for group in unmatched.groups(WEEK)]
    assert told == [("brp ongkir ke Bandung", 3), ("bisa cod?", 1)]
    done = app.test_cli_runner().invoke(args=["flows", "unmatched", "--since", "1h"])
    assert done.output.splitlines()[-1] == "4 messages in 2 groups"
    clock.forward(days=8)
    assert unmatched.groups(WEEK / 90) == []


@pytest.mark.parametrize(
    ("texts", "groups"), [(["a b c", "c b a", "x"], [2, 1]), (["🙏", "🙏", "?"], [2, 1]), ([], [])]
)
def test_likeness_ignores_order_case_and_signs(texts: list[str], groups: list[int]) -> None:
    assert [group.count for group in unmatched.alike(texts)] == groups


def bot_message(part: str) -> int:
    found = select(Message.id).where(Message.sender == Sender.BOT, Message.text.contains(part))
    return list(db.session.scalars(found.order_by(Message.id)))[-1]


def test_a_bot_message_is_explained_with_the_variables_then(app: Flask, cast: Cast, clock: Clock) -> None:
    wrote(cast, clock, "lacak", "salah", "ord-12345", "ya", "terima kasih")
    asked = explaining.explain(bot_message("betul?"))
    assert (asked.heard, dict(asked.before), dict(asked.after)) == ("ord-12345", {}, {"order": "ord-12345"})
    done = app.test_cli_runner().invoke(args=["flows", "why", str(bot_message("Kami cek pesanan"))])
    lines = done.output.splitlines()
    line = (ROOT / "flows" / "order.yaml").read_text().splitlines().index("  checked_now:") + 1
    assert f"at        order.yaml:{line}, step order.checked_now" in lines
    assert "heard     ya" in lines
    assert "variable  order = 'ORD-12345'   (was 'ord-12345')" in lines


def test_rules_that_lost_are_named(cast: Cast, clock: Clock) -> None:
    wrote(cast, clock, "halo, mau lacak resi")
    told = explaining.explain(bot_message("?"))
    assert told.why["rule"].startswith("keyword")
    assert any("something better won" in lost for lost in told.lost)
    assert any(lost.startswith("shop, otherwise") for lost in told.lost)


def test_what_no_flow_wrote_cannot_be_explained(app: Flask, cast: Cast, clock: Clock) -> None:
    wrote(cast, clock, "halo")
    heard = db.session.scalars(select(Message.id).where(Message.sender == Sender.CONTACT)).one()
    for number in (heard, 999_999):
        done = app.test_cli_runner().invoke(args=["flows", "why", str(number)])
        assert (done.exit_code, done.output) == (1, f"Error: there is no message {number} that a flow wrote\n")
