"""Replay on the release that made the record gives the recorded answers, to the letter: the record is complete."""

from __future__ import annotations

import json
import random
import shutil
import time
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import update

from roms import clock
from roms.channels.items import Identity, Incoming
from roms.config import ROOT
from roms.db import db, writing
from roms.engine.flow import Release
from roms.engine.flowfile import compile_release
from roms.errors import Conflict
from roms.models import Conversation, Timer
from roms.services import handoff, intake, publishing, recalling, replaying, replies, timers, undoing
from tests.cast import Cast
from tests.conftest import Clock

WORDS = [
    *"halo menu 1 2 3 0 cs lacak ya tidak urgent ORD-12345 harga hagra".split(),
    "cek pesanan",
    "asdf",
    "makasih",
    "stop",
    "mulai",
]
GAPS = [1, 40, 600, 1801, 3 * 3600, 13 * 3600, 30 * 3600]
TALKS = 80
SECONDS_A_TURN = 60 / (10_000 * 12)  # ten thousand conversations of twelve turns within a minute of one core


def address(number: int) -> str:
    return f"62812{number:08d}@s.whatsapp.net"


def heard(cast: Cast, dice: random.Random, number: int) -> None:
    """A contact writes; some have no name at first, and some are answered from the paired phone."""
    text = dice.choice(WORDS)
    ours = dice.random() < 0.03
    incoming = Incoming(
        address(number),
        text,
        provider_id=f"wa-{dice.getrandbits(60)}",
        name=dice.choice(["", "Siti Aminah"]),
        identities=(Identity("phone", f"+62812{number:08d}"),),
        payload=dice.choice(["1", "2", "ya"]) if dice.random() < 0.1 else None,
        from_business=ours,
    )
    intake.receive(cast.whapi, incoming, dice.choice(["id", "en", ""]))


def acted(cast: Cast, dice: random.Random, cid: str) -> None:
    """An agent does something; what the mode does not allow is refused and leaves no trace."""
    verb: Callable[[], object] = dice.choice(
        [
            lambda: handoff.claim(cast.ani, cid),
            lambda: handoff.release(cast.admin, cid),
            lambda: handoff.pause(cast.admin, cid),
            lambda: handoff.resume(cast.admin, cid),
            lambda: handoff.close(cast.admin, cid),
            lambda: handoff.release(cast.admin, cid, dice.choice(["shop.choose", "order.number", "buy.product"])),
            lambda: handoff.pause(cast.admin, cid, int((clock.now() + timedelta(minutes=20)).timestamp())),
            lambda: handoff.snooze(
                cast.admin, cid, dice.choice([0, int((clock.now() + timedelta(hours=2)).timestamp())])
            ),
            lambda: (handoff.snooze(cast.admin, cid), handoff.wake(cast.admin, cid)),
            lambda: handoff.transfer(cast.admin, cid, agent=cast.budi.id, note="tolong"),
            lambda: undoing.undo(cast.admin, handoff.close(cast.admin, cid)["undo"]),
            lambda: handoff.assign(cast.admin, cid, cast.budi.id),
            lambda: replies.send(cast.ani, cid, f"c-{dice.getrandbits(60)}", "Halo", 0, force=True),
        ]
    )
    try:
        verb()
    except Conflict:
        db.session.rollback()


def generated(cast: Cast, clock: Clock, talks: int, steps: int = 12) -> None:
    """Random conversations through the real services; the ticker comes late, and sometimes not at all."""
    dice = random.Random(7)
    for _ in range(steps):
        for number in range(talks):
            heard(cast, dice, number)
            clock.forward(seconds=1)
        clock.forward(seconds=dice.choice(GAPS))
        if dice.random() < 0.8:
            for timer in timers.due(5000):
                timers.fire(timer)
                clock.forward(milliseconds=10)
        there = db.session.query(Conversation).order_by(Conversation.id)
        for cid in dice.sample([row.public_id for row in there], talks // 3):
            acted(cast, dice, cid)
            clock.forward(seconds=1)


def test_timers_that_fired_before_their_place_was_recorded_are_placed_by_time(cast: Cast, clock: Clock) -> None:
    generated(cast, clock, 20)
    with writing():
        db.session.execute(update(Timer).values(seq=None))
    ids = replaying.since(WEEK)
    found = [each for each in replaying.differences(publishing.newest(), ids, WEEK) if each]
    assert found == []


def draft(**changed: str) -> Release:
    files = publishing.files_in(ROOT / "flows")
    for name, change in changed.items():
        before, after = change.split("=>")
        text = files[f"{name}.yaml"]
        assert isinstance(text, str)
        assert before in text
        files[f"{name}.yaml"] = text.replace(before, after)
    return compile_release(files, 2)


WEEK = timedelta(days=90)


def test_the_release_that_made_the_record_gives_the_same_answers(cast: Cast, clock: Clock) -> None:
    generated(cast, clock, TALKS)
    ids = replaying.since(WEEK)
    assert len(ids) == TALKS
    records = list(recalling.records(sorted(ids)))
    assert sum(len(past.said) for record in records for past in record.past) > TALKS * 5
    assert {type(past.event).__name__ for record in records for past in record.past} >= {
        *("MessageReceived", "AgentReplied", "AgentClaimed", "Assigned", "Paused", "Resumed", "Released", "Closed"),
        *("Transferred", "Snoozed", "Woken", "Undone"),
        "TimerFired",
    }
    begun = time.process_time()
    found = [each for conversation in replaying.differences(publishing.newest(), ids, WEEK) for each in conversation]
    assert found == []
    assert time.process_time() - begun < sum(len(record.past) for record in records) * SECONDS_A_TURN


def test_an_edit_shows_where_it_is_heard_and_nowhere_else(cast: Cast, clock: Clock) -> None:
    for number in range(3):
        for text in ("halo", "2" if number else "1"):
            intake.receive(cast.whapi, Incoming(address(number), text, provider_id=f"wa-{number}-{text}", name="Siti"))
            clock.forward(seconds=1)
    ids = replaying.since(WEEK)
    edited = draft(shop="Jl. Melati No. 10, Jakarta Selatan=>Jl. Mawar No. 1, Jakarta Selatan")
    found = [each for each in replaying.differences(edited, ids, WEEK) if each]
    assert [[(one.turn, one.heard, one.old_step, one.kind) for one in each] for each in found] == [
        [(2, "2", "shop.choose", "answers in other words")]
    ] * 2
    assert "Melati" in found[0][0].old[0]
    assert "Mawar" in found[0][0].new[0]


@pytest.mark.parametrize(("ago", "turns"), [(timedelta(hours=1), [2]), (WEEK, [1, 2])])
def test_only_what_lies_within_the_window_is_told(cast: Cast, clock: Clock, ago: timedelta, turns: list[int]) -> None:
    for text in ("halo", "menu"):
        clock.forward(hours=2)
        intake.receive(cast.whapi, Incoming(address(1), text, provider_id=f"wa-{text}", name="Siti"))
    (found,) = replaying.differences(draft(shop="selamat datang=>salam"), replaying.since(ago), ago)
    assert [each.turn for each in found] == turns


def test_a_timer_of_the_draft_fires_at_its_own_time(cast: Cast, clock: Clock) -> None:
    intake.receive(cast.whapi, Incoming(address(1), "halo", provider_id="wa-1", name="Siti"))
    clock.forward(minutes=31)
    for timer in timers.due():
        timers.fire(timer)
    clock.forward(minutes=10)
    ids = replaying.since(WEEK)
    assert list(replaying.differences(draft(), ids, WEEK)) == [[]]
    (later,) = replaying.differences(draft(shop="after: 30m=>after: 35m"), ids, WEEK)
    assert later == []  # the same goodbye, only later
    (never,) = replaying.differences(draft(shop="after: 30m=>after: 3h"), ids, WEEK)
    assert [(each.heard, each.new, each.kind) for each in never] == [("timer_fired", (), "answered by nobody")]


def test_a_group_stays_silent(cast: Cast, clock: Clock) -> None:
    group = Incoming("1203@g.us", "halo", provider_id="wa-g", name="Siti", is_group=True)
    intake.receive(cast.whapi, group)
    assert list(replaying.differences(draft(), replaying.since(WEEK), WEEK)) == [[]]


def test_the_command_tells_and_its_exit_code_says_whether_anything_differs(
    app: Flask, cast: Cast, clock: Clock, tmp_path
) -> None:
    intake.receive(cast.whapi, Incoming(address(1), "halo", provider_id="wa-1", name="Siti"))
    clock.forward(seconds=5)
    run = app.test_cli_runner().invoke
    same = run(args=["flows", "replay", "--draft", str(ROOT / "flows"), "--since", "7d"])
    assert (same.exit_code, same.output.splitlines()[-1]) == (0, "0 of 1 conversations would go another way")
    shutil.copytree(ROOT / "flows" / "media", tmp_path / "media")
    for name, text in publishing.texts_in(ROOT / "flows").items():
        (tmp_path / name).write_text(text.replace("selamat datang di", "salam dari"))
    other = run(args=["flows", "replay", "--draft", str(tmp_path)])
    assert other.exit_code == 1
    assert "shop.choose: answers in other words: 1" in other.output
    told = json.loads(run(args=["flows", "replay", "--draft", str(tmp_path), "--json"]).output)
    assert told["differing"] == 1
    assert "salam dari" in told["differences"][0]["new"][0]
    assert run(args=["flows", "replay", "--draft", str(tmp_path), "--since", "soon"]).exit_code == 2
    (tmp_path / "shop.yaml").write_text("flow: shop\nsteps: {a: {go: nowhere}}\n")
    broken = run(args=["flows", "replay", "--draft", str(tmp_path)])
    assert broken.exit_code == 2
    assert "shop.yaml:2" in broken.output
