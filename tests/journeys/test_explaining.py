"""Conversations become tests; what was not understood is counted."""

from __future__ import annotations

import random
import time
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select, update

from roms.channels.items import Identity, Incoming
from roms.db import db, writing
from roms.engine.rehearsal import run
from roms.engine.script import scripts
from roms.engine.transcript import transcript
from roms.models import Conversation, Message
from roms.services import intake, publishing, recalling, unmatched
from tests.cast import Cast
from tests.conftest import Clock
from tests.journeys.test_replay import WEEK, acted, address, generated


def wrote(cast: Cast, clock: Clock, *texts: str, number: int = 1) -> None:
    for text in texts:
        provider_id = f"wa-{number}-{text}-{clock.now.timestamp()}"
        message = Incoming(
            address(number),
            text,
            provider_id=provider_id,
            name="Siti Aminah",
            identities=(Identity("phone", f"+62812{number:08d}"),),
        )
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
    told = [(group.example, group.count, group.contacts) for group in unmatched.groups(WEEK)]
    assert told == [("brp ongkir ke Bandung", 3, 2), ("bisa cod?", 1, 1)]
    done = app.test_cli_runner().invoke(args=["flows", "unmatched", "--since", "1h"])
    assert done.output.splitlines()[-1] == "4 messages in 2 groups"
    clock.forward(days=8)
    assert unmatched.groups(WEEK / 90) == []


def test_the_step_that_waited_is_told_with_a_group(cast: Cast, clock: Clock) -> None:
    wrote(cast, clock, "brp ongkir", number=1)
    wrote(cast, clock, "lacak", "brp ongkir", number=2)
    (group,) = unmatched.groups(WEEK)
    assert sorted(group.steps) == [("", 1), ("order.number", 1)]
    with writing():
        db.session.execute(update(Message).values(before=None))
    assert unmatched.groups(WEEK)[0].steps == [(None, 2)]  # from before it was kept


@pytest.mark.parametrize(
    ("texts", "groups"),
    [
        (["a b c", "c b a", "x"], [2, 1]),
        (["🙏", "🙏", "?"], [2, 1]),
        (["brp ya kak", "Berapa?", "ya"], [2, 1]),
        ([], []),
    ],
)
def test_likeness_ignores_order_case_and_signs(texts: list[str], groups: list[int]) -> None:
    assert [len(group) for group in unmatched.alike(texts)] == groups


def test_a_month_of_messages_is_grouped_in_the_time_a_page_may_take() -> None:
    dice = random.Random(3)
    words = [
        f"{a}{b}{c}" for a in ("ka", "me", "pro", "sa") for b in ("ng", "ri", "lo", "tu") for c in ("an", "mi", "s")
    ]
    texts = [" ".join(dice.choices(words, k=dice.randint(2, 9))) for _ in range(unmatched.MOST)]
    began = time.process_time()
    unmatched.alike(texts)
    assert time.process_time() - began < 10  # 2 s on one core; every text is another here
