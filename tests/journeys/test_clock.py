"""Timers are rows that fire once, in due order, whatever the clock and the processes do (R-18, R-20)."""

from __future__ import annotations

import itertools
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask, current_app
from flask.testing import FlaskClient
from sqlalchemy import select

from roms import background, queue
from roms import clock as clocks
from roms.channels.fake import Box
from roms.config import ROOT
from roms.db import db, writing
from roms.models import Channel, ChannelPace, Sender, Timer
from roms.services import outbox, pacing, publishing, replies, timers, window
from roms.services.channels import line
from tests.cast import Cast, conversation, messages, say
from tests.conftest import KEYS, Clock
from tests.official import Official, cid, official

__all__ = ["official"]
HOUR = timedelta(hours=1)
REMIND = """flow: remind
triggers: [{otherwise: true, priority: 9}]
steps:
  ask:
    ask: {prompt: Nama?, save: who, timeout: {after: 2m, go: later}, invalid: {then: later}}
  thanks: {say: "Halo {{who}}.", end: true}
  later: {say: Masih di sana?, end: true}
"""


@pytest.fixture
def remind(cast: Cast) -> None:
    """Whoever does not answer within two minutes is asked once whether they are still there."""
    files = publishing.files_in(current_app.extensions["roms.config"].flows)
    publishing.publish({"lifecycle.yaml": files["lifecycle.yaml"], "remind.yaml": REMIND})


def reminders(sender: str = "6281234567890") -> int:
    return [row.text for row in messages(sender) if row.sender is Sender.BOT].count("Masih di sana?")


def fired() -> list[tuple[datetime, str]]:
    """(due, kind) of all that fired, in the order in which it did."""
    db.session.rollback()
    rows = db.session.execute(
        select(Timer.due_at, Timer.kind).where(Timer.fired_at.is_not(None)).order_by(Timer.fired_at)
    )
    return [(row.due_at, row.kind) for row in rows]


def ticks(rounds: int = 1) -> None:
    for _ in range(rounds):
        background.fire_timers()
        db.session.remove()


# --- processes ---------------------------------------------------------------------------------------------------


@pytest.fixture
def ticker(app: Flask, tmp_path: Path) -> Iterator[Callable[[], subprocess.Popen[bytes]]]:
    """Starts a real ticker whose clock is wrong by what stands in the file `shift`."""
    config, shift, started = app.extensions["roms.config"], tmp_path / "shift", []
    clocks.set_shift(shift, 0)
    keys = {**KEYS, "ROMS_SPOOL": str(config.spool), "ROMS_STORAGE": config.storage, "ROMS_FAKE_URL": config.fake_url}
    url = config.database_url
    ours = {name: value for name, value in os.environ.items() if not name.startswith(("ROMS_", "DATABASE_"))}
    environ = {**ours, **keys, "DATABASE_URL": url, "REDIS_URL": config.redis_url, "ROMS_INSTANCE": "trial"}
    environ |= {"ROMS_CLOCK_SHIFT": str(shift), "ROMS_DATA": str(tmp_path)}

    def start() -> subprocess.Popen[bytes]:
        process = subprocess.Popen([sys.executable, "worker.py", "tick"], cwd=ROOT, env=environ)
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.wait(10)


def until(is_so: Callable[[], bool], seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.1)


def test_r18_a_timer_outlives_every_process_and_redis_and_fires_once(
    client: FlaskClient, remind: None, ticker: Callable[[], subprocess.Popen[bytes]], tmp_path: Path
) -> None:
    say(client, "halo")
    first = ticker()
    time.sleep(0.5)
    first.kill()  # -9, wherever it is
    first.wait(10)
    queue.client().flushall()
    assert reminders() == 0
    clocks.set_shift(tmp_path / "shift", 600)  # ten minutes pass
    both = ticker(), ticker()
    until(lambda: reminders() > 0 or None not in [process.poll() for process in both])
    clocks.set_shift(tmp_path / "shift", 0)  # and were none
    time.sleep(1.2)
    clocks.set_shift(tmp_path / "shift", 7200)
    time.sleep(1.2)
    assert [process.poll() for process in both] == [None, None]
    assert reminders() == 1
    assert [kind for _, kind in fired()] == ["question"]


def test_r18_of_many_who_fire_it_one_does(client: FlaskClient, remind: None, app: Flask, clock: Clock) -> None:
    say(client, "halo")
    clock.forward(minutes=3)
    (timer,) = timers.due()
    together, did = threading.Barrier(6), []

    def fire() -> None:
        with app.app_context():
            together.wait(20)
            did.append(timers.fire(timer))
            db.session.remove()

    db.session.rollback()
    threads = [threading.Thread(target=fire) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert (sorted(did), reminders()) == ([False] * 5 + [True], 1)


def test_r18_whoever_answers_first_is_not_reminded(client: FlaskClient, remind: None, clock: Clock) -> None:
    say(client, "halo")
    say(client, "Siti")
    say(client, "halo lagi")
    clock.forward(minutes=3)
    ticks()
    assert [kind for _, kind in fired()] == ["question", "question"]
    assert reminders() == 1, "only the second question still waited"


# --- the clock ---------------------------------------------------------------------------------------------------


def crowd(client: FlaskClient, clock: Clock, count: int) -> list[str]:
    """So many people stand at a question, each a second later than the one before."""
    senders = [f"6281200{number:06d}" for number in range(count)]
    for sender in senders:
        say(client, "halo", sender)
        clock.forward(seconds=1)
    return senders


def test_r20_when_the_clock_leaps_all_that_is_due_fires_once_in_due_order_and_nothing_starves(
    client: FlaskClient, remind: None, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    senders = crowd(client, clock, 12)
    with writing():  # the ids tell nothing of the order
        rows = db.session.scalars(select(Timer).where(Timer.kind == "question").order_by(Timer.id)).all()
        dues = [row.due_at for row in rows]
        for row, due in zip(rows, reversed(dues), strict=True):
            row.due_at = due
    monkeypatch.setattr(background, "TIMERS_A_ROUND", 5)
    started = itertools.count()
    now = clock.now + timedelta(days=400)
    monkeypatch.setattr(clocks, "now", lambda: now + timedelta(milliseconds=next(started)))
    rounds = []
    for _ in range(4):
        before = len(fired())
        ticks()
        rounds.append(len(fired()) - before)
    questions = [due for due, kind in fired() if kind == "question"]
    assert questions == sorted(dues)
    assert rounds[0] == 5, "a round leaves time for the rest"
    assert [reminders(sender) for sender in senders] == [1] * 12
    ticks(8)
    assert len(fired()) == len(set(fired()))


def test_r20_a_round_ends_when_its_time_is_over(
    client: FlaskClient, remind: None, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    crowd(client, clock, 3)
    clock.forward(days=1)
    monkeypatch.setattr(background, "FIRE_FOR", -1.0)
    ticks()
    assert fired() == []


def test_r20_when_the_clock_is_set_back_nothing_fires_twice_and_nothing_waits_for_the_lost_hour(
    client: FlaskClient, remind: None, clock: Clock, provider: Box, work: Callable[[], None], monkeypatch: Any
) -> None:
    """An hour ahead: a reminder fires, somebody is asked; then the clock is right again."""
    say(client, "halo")
    work()
    clock.forward(hours=1)
    ticks()
    say(client, "halo", "6281234567891", timestamp=int((clock.now - HOUR).timestamp()))
    sent = len(provider.accepted)
    clock.forward(hours=-1)
    assert outbox.due_channels() != []
    work()
    assert len(provider.accepted) == sent + 2, "what was queued by the wrong clock leaves at once"
    ticks(3)
    assert (reminders(), reminders("6281234567891")) == (1, 0)
    say(client, "Budi", "6281234567891")
    say(client, "halo", "6281234567891")
    clock.forward(minutes=2)
    ticks()
    assert reminders("6281234567891") == 1, "what is set by the right clock fires by it"
    clock.forward(hours=1, minutes=1)
    ticks(3)
    assert (reminders(), reminders("6281234567891")) == (1, 1), "what was outlived does nothing, however late"
    assert db.session.scalars(select(Timer.id).where(Timer.fired_at.is_(None), Timer.kind == "question")).all() == []


def test_r20_the_pace_of_a_channel_does_not_wait_for_a_lost_hour(cast: Cast, clock: Clock) -> None:
    meta = line(next(each.id for each in lines() if each.abilities.per_second))
    with writing():
        assert pacing.room(meta, pacing.held(meta.id), 100, clock.now) == 80
        pacing.leaves(meta, pacing.held(meta.id), 80, clock.now)
        assert pacing.room(meta, pacing.held(meta.id), 100, clock.now) == 0
        pacing.leaves(meta, pacing.held(meta.id), 80, clock.now + HOUR)
        assert pacing.room(meta, pacing.held(meta.id), 100, clock.now) == 80
        pacing.leaves(meta, pacing.held(meta.id), 40, clock.now)
        assert pacing.room(meta, pacing.held(meta.id), 100, clock.now) == 40
        (until_,) = db.session.scalars(select(ChannelPace.paced_until).where(ChannelPace.channel_id == meta.id))
        assert until_ == clock.now + timedelta(seconds=0.5)


def lines() -> list[Any]:
    return [line(id_) for id_ in db.session.scalars(select(Channel.id))]


@pytest.mark.parametrize("ahead", [timedelta(hours=2), timedelta(days=400)])
def test_r20_a_message_of_the_future_opens_the_window_from_now(
    client: FlaskClient, cast: Cast, clock: Clock, official: Official, ahead: timedelta
) -> None:
    say(client, "cs", timestamp=int((clock.now + ahead).timestamp()))
    thread = conversation()
    assert thread.window_until == clock.now + timedelta(hours=24)
    assert messages()[0].created_at == clock.now
    assert len(messages()) > 1, "and is answered"
    clock.forward(hours=24, seconds=1)
    assert not window.is_open(line(cast.whapi), thread.window_until, clock.now)
    with pytest.raises(Exception, match="24 hours"):
        replies.send(cast.ani, cid(), "b-1", "halo", seen=0, force=True)
