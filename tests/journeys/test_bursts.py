"""Several messages in a row, by the real services: one answer, explained, replayed, counted when not understood."""

from __future__ import annotations

import random

import pytest
from flask import Flask
from sqlalchemy import select

from roms.channels.items import Incoming
from roms.config import ROOT
from roms.db import db
from roms.engine.rehearsal import run
from roms.engine.script import scripts
from roms.engine.transcript import transcript
from roms.models import Conversation, Message, Sender
from roms.services import explaining, intake, publishing, recalling, replaying, timers, unmatched
from tests.cast import Cast
from tests.conftest import Clock
from tests.journeys.test_replay import WEEK, WORDS, acted, address
from tests.journeys.test_why import message as bot_message

FLOWS = publishing.files_in(ROOT / "flows")
CALL = """flow: sub
triggers: [{keywords: [panggil]}]
steps:
  sub: {call: {flow: order, with: {who: x}, save: {order: order}}}
  told: {say: 'Pesanan {{order}}.', end: true}
"""


def with_bursts(kind: str) -> dict[str, str]:
    """The shipped flows, with a lifecycle that gathers messages and a flow that calls another."""
    files = {**FLOWS, "lifecycle.yaml": f"burst: {{{kind}: 3s}}\n{FLOWS['lifecycle.yaml']}"}
    return files | {"sub.yaml": CALL}


def wrote(cast: Cast, clock: Clock, *texts: str, number: int = 1, kind: str = "text") -> None:
    for text in texts:
        provider_id = f"wa-{number}-{text}-{clock.now.timestamp()}"
        intake.receive(cast.whapi, Incoming(address(number), text, provider_id=provider_id, name="Siti", kind=kind))
        clock.forward(milliseconds=700)


def fired(clock: Clock, milliseconds: int = 0) -> None:
    for timer in timers.due(5000):
        timers.fire(timer)
        clock.forward(milliseconds=milliseconds)


def quiet(clock: Clock) -> None:
    clock.forward(seconds=4)
    fired(clock)


def said() -> list[str]:
    bot = select(Message.text).where(Message.sender == Sender.BOT, Message.direction == "out").order_by(Message.id)
    return list(db.session.scalars(bot))


def not_taken() -> list[str]:
    return list(db.session.scalars(select(Message.text).where(Message.unmatched).order_by(Message.id)))


def test_several_messages_get_one_answer_that_says_so(app: Flask, cast: Cast, clock: Clock) -> None:
    publishing.publish(with_bursts("merge"))
    wrote(cast, clock, "halo kak", "mau lacak", "resi dong")
    assert said() == []
    quiet(clock)
    assert len(said()) == 1
    told = explaining.explain(bot_message(said()[0]))
    assert (told["rule"]["several"], told["doubt"]) == ({"code": "together", "count": 3}, None)
    assert told["heard"]["text"] == "halo kak\nmau lacak\nresi dong"
    assert any(lost["rule"]["code"] == "otherwise" for lost in told["lost"])
    done = app.test_cli_runner().invoke(args=["flows", "why", str(bot_message(said()[0]))])
    assert done.exit_code == 0, done.output
    assert ", 3 messages together" in done.output
    kept = explaining.explain(db.session.scalars(select(Message.id).where(Message.text == "mau lacak")).one())
    assert (kept["outcome"], kept["doubt"]) == ("kept", None)


@pytest.mark.parametrize(
    ("kind", "marked"), [("merge", ["entah", "apa", "ya gitu"]), ("last", ["ya gitu"])], ids=["merge", "last"]
)
def test_all_that_was_gathered_was_not_understood(cast: Cast, clock: Clock, kind: str, marked: list[str]) -> None:
    publishing.publish(with_bursts(kind))
    wrote(cast, clock, "halo")
    quiet(clock)
    before = not_taken()
    wrote(cast, clock, "entah", "apa", "ya gitu")
    assert not_taken() == before
    quiet(clock)
    assert not_taken() == [*before, *marked]
    assert sum(group.count for group in unmatched.groups(WEEK)) == len(before) + len(marked)


def test_a_picture_ends_the_burst_and_shares_its_fate(cast: Cast, clock: Clock) -> None:
    publishing.publish(with_bursts("merge"))
    wrote(cast, clock, "halo")
    quiet(clock)
    before = not_taken()
    wrote(cast, clock, "entah")
    wrote(cast, clock, "apa ini", kind="image")
    assert not_taken() == [*before, "entah", "apa ini"]


def generated(cast: Cast, clock: Clock, dice: random.Random, talks: int, steps: int) -> None:
    """Contacts who write one to four messages in a row, late and early tickers, people who step in."""
    for _ in range(steps):
        for number in range(talks):
            for _ in range(dice.choice([1, 1, 2, 3, 4])):
                wrote(cast, clock, dice.choice([*WORDS, "panggil"]), number=number)
                if dice.random() < 0.2:
                    fired(clock, 10)
        clock.forward(seconds=dice.choice([1, 4, 20, 1801, 30 * 3600]))
        if dice.random() < 0.8:
            fired(clock, 10)
        there = db.session.query(Conversation).order_by(Conversation.id)
        for cid in dice.sample([row.public_id for row in there], talks // 5):
            acted(cast, dice, cid)


@pytest.mark.parametrize("kind", ["merge", "last"])
def test_the_release_that_made_the_record_gives_the_same_answers(cast: Cast, clock: Clock, kind: str) -> None:
    publishing.publish(with_bursts(kind))
    generated(cast, clock, random.Random(11), talks=25, steps=8)
    assert len(said()) > 80
    joined = [row for row in db.session.scalars(select(Message.why).where(Message.sender == Sender.BOT)) if row]
    assert sum("messages" in why["rule"] for why in joined) > 10
    ids = replaying.since(WEEK)
    assert [each for each in replaying.differences(publishing.newest(), ids, WEEK) if each] == []
    for number, record in enumerate(recalling.records(sorted(ids))):
        (test,) = scripts({f"tests/{number}.yaml": transcript(publishing.newest(), record, "as it went")})
        assert run(publishing.newest(), test).mismatches == []


@pytest.mark.parametrize("kind", ["merge", "last"])
def test_every_turn_is_explained_as_it_happened(cast: Cast, clock: Clock, kind: str) -> None:
    publishing.publish(with_bursts(kind))
    generated(cast, clock, random.Random(11), talks=15, steps=6)
    asked = select(Message.id).where(Message.sender.in_((Sender.BOT, Sender.CONTACT)), Message.direction != "note")
    told = [explaining.explain(each) for each in db.session.scalars(asked).all()]
    assert {(each["doubt"], each["text"], each["mode"]) for each in told if each["doubt"]} == set()
    assert {"kept", "started", "answered"} <= {each["outcome"] for each in told}


def test_a_draft_without_bursts_answers_each_message(cast: Cast, clock: Clock) -> None:
    publishing.publish(with_bursts("merge"))
    wrote(cast, clock, "halo", "2")
    quiet(clock)
    draft = publishing.usable(1)
    assert draft is not None
    (found,) = replaying.differences(draft, replaying.since(WEEK), WEEK)
    assert [(each.heard, bool(each.old), bool(each.new)) for each in found] == [
        ("halo", False, True),
        ("2", False, True),
        ("timer_fired", True, False),
    ]
