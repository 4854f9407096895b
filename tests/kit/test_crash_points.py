"""Wherever the power is cut, what was begun is ended once: every point of roms/crash.py, in a process that dies."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import traceback
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_migrate import Migrate, downgrade, upgrade
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from roms import background, crash, draining, process, queue
from roms.channels.fake import Box
from roms.config import ROOT
from roms.db import db
from roms.models import History, Message, Presence, Timer
from roms.services import arrivals, availability, known_accounts, timers
from tests.cast import Cast, conversation, messages, say
from tests.conftest import Clock
from tests.dead import dead
from tests.kit.invariants import assert_invariants
from tests.kit.knocks import Knocks

KILLED = -signal.SIGKILL
Dies = Callable[[str, Callable[[], object]], None]
Work = Callable[[], None]


@pytest.fixture
def dies(app: Flask) -> Dies:
    """Do this in a process of its own, which must die at this point."""

    def run(point: str, act: Callable[[], object]) -> None:
        db.session.remove()
        child = os.fork()
        if not child:
            try:
                _as_new(app)
                crash.point = crash.armed(point)
                with app.app_context():
                    act()
            except BaseException:
                traceback.print_exc()
            finally:
                os._exit(0)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == KILLED, f"it lived on at {point}"

    return run


def _as_new(app: Flask) -> None:
    """Nothing of the parent's lines and threads is used: they are the parent's."""
    db.engine.dispose(close=False)
    app.extensions["roms.redis"] = queue.connect(app.extensions["roms.config"].redis_url)
    for kept in (process.client, draining._senders):
        kept.cache_clear()


def test_every_point_is_here() -> None:
    found = set()
    for path in [*(ROOT / "roms").rglob("*.py"), *(ROOT / "migrations").glob("*.py")]:
        found |= set(re.findall(r'crash\.point\("(\w+)"\)', path.read_text()))
    tried = set(re.findall(r'dies\(\s*"(\w+)', Path(__file__).read_text()))
    assert found == tried


def test_a_process_dies_where_it_was_told_and_not_before() -> None:
    code = "from roms import crash\nfor n in range(5): print(n, flush=True); crash.point('here'); crash.point('there')"
    for wanted, lines in (("here:3", 3), ("there", 1), ("nowhere", 5), ("", 5)):
        environment = dict(os.environ) | {crash.VARIABLE: wanted}
        done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=environment, capture_output=True)
        assert (len(done.stdout.split()), done.returncode) == (lines, KILLED if lines < 5 else 0)
    assert crash.point is crash._never


def settled(provider: Box, knocks: Knocks, clock: Clock, work: Work, sent: int = 1) -> list[Message]:
    """The others go on, and the lease of the dead comes to its end: nothing was sent twice, and the promises hold."""
    for _ in range(3):
        background.sweep_outbox()
        work()
        clock.forward(seconds=61)
    assert len(provider.accepted) == sent
    assert_invariants(provider, knocks.promised, knocks.resent)
    return messages()


def test_a_webhook_that_died_before_the_commit_left_nothing_and_comes_again(
    client: FlaskClient, cast: Cast, dies: Dies, knocks: Knocks, provider: Box, clock: Clock, work: Work
) -> None:
    say(client, "cs", "6289999999999")
    work()
    dies("before_commit", lambda: say(client, "cs", id="wa-cut"))
    assert db.session.scalars(select(Message).filter_by(provider_id="wa-cut")).all() == []
    assert say(client, "cs", id="wa-cut").json == {"stored": 1, "repeated": 0, "receipts": 0, "skipped": 0}
    settled(provider, knocks, clock, work, sent=2)


def test_a_webhook_that_died_after_the_commit_is_known_when_it_comes_again_and_answered_once(
    client: FlaskClient, cast: Cast, dies: Dies, knocks: Knocks, provider: Box, clock: Clock, work: Work
) -> None:
    dies("after_commit", lambda: say(client, "cs", id="wa-cut"))
    assert say(client, "cs", id="wa-cut").json == {"stored": 0, "repeated": 1, "receipts": 0, "skipped": 0}
    settled(provider, knocks, clock, work)


def test_a_worker_that_died_before_it_sent_leaves_an_unknown_message_and_no_second_one(
    client: FlaskClient, cast: Cast, dies: Dies, knocks: Knocks, provider: Box, clock: Clock, work: Work
) -> None:
    say(client, "cs")
    dies("claimed", lambda: draining.drain(cast.whapi))
    assert settled(provider, knocks, clock, work, sent=0)[1].status == "unknown"


def test_a_worker_that_died_before_it_wrote_the_answer_down_sends_nothing_again(
    client: FlaskClient, cast: Cast, dies: Dies, knocks: Knocks, provider: Box, clock: Clock, work: Work
) -> None:
    say(client, "cs")
    dies("taken", lambda: draining.drain(cast.whapi))
    assert settled(provider, knocks, clock, work)[1].status in ("unknown", "accepted")


def test_a_worker_that_died_after_it_wrote_the_answer_down_is_not_missed(
    client: FlaskClient, cast: Cast, dies: Dies, knocks: Knocks, provider: Box, clock: Clock, work: Work
) -> None:
    say(client, "cs")
    dies("recorded", lambda: draining.drain(cast.whapi))
    assert settled(provider, knocks, clock, work)[1].status == "accepted"


def test_a_webhook_half_written_to_the_spool_is_not_there_and_a_whole_one_is(
    app: Flask, client: FlaskClient, cast: Cast, dies: Dies, provider: Box, work: Work
) -> None:
    known_accounts.keep()
    say(client, "cs", "6289999999999")
    with dead(app):
        dies("spool_before_sync", lambda: say(client, "cs", id="wa-cut"))
        dies("spool_before_rename", lambda: say(client, "cs", id="wa-cut"))
        assert arrivals.spool().depth() == 0
        dies("spool_kept", lambda: say(client, "cs", id="wa-cut"))
        assert arrivals.spool().depth() == 1
        assert say(client, "cs", id="wa-cut").json == {"spooled": 1}
    with suppress(SQLAlchemyError):  # lines that were cut are noticed, and made anew
        db.session.scalar(select(1))
    dies("replayed", arrivals.flush)
    assert arrivals.spool().depth() == 2, "it is in the database, and the file does not know it"
    while arrivals.spool().depth():
        arrivals.flush()
    assert [each.text for each in messages() if each.direction == "in"] == ["cs"]
    work()
    assert len(provider.accepted) == 2


def test_a_timer_whose_ticker_died_fires_once(
    client: FlaskClient, cast: Cast, dies: Dies, knocks: Knocks, provider: Box, clock: Clock
) -> None:
    say(client, "cs")
    clock.forward(minutes=11)
    (due,) = timers.due()
    dies("timer_fired", background.fire_timers)
    assert timers.due() == [due]
    dies("after_commit", background.fire_timers)
    assert timers.due() == []
    background.fire_timers()
    fired = db.session.scalars(select(Timer.fired_at).where(Timer.conversation_id == conversation().id)).all()
    assert sum(at is not None for at in fired) == 1


def test_what_waited_is_given_to_one_person_whenever_the_ticker_dies(
    client: FlaskClient, cast: Cast, dies: Dies, knocks: Knocks, provider: Box, clock: Clock, work: Work
) -> None:
    for who in (cast.ani, cast.budi):
        availability.set_presence(who, who.id, Presence.AWAY)
    say(client, "cs")
    availability.set_presence(cast.ani, cast.ani.id, Presence.AVAILABLE)
    dies("given", background.drain_backlog)
    assert (conversation().assignee_id, conversation().queued_at is None) == (None, False)
    dies("after_commit", background.drain_backlog)
    background.drain_backlog()
    given = db.session.scalars(select(History.data).where(History.event == "assigned")).all()
    assert [each["agent"] for each in given] == [conversation().assignee_id] == [cast.ani.id]
    settled(provider, knocks, clock, work, sent=2)  # and that nobody is there


def test_what_was_not_given_back_before_the_power_was_cut_is_when_it_is_said_again(
    client: FlaskClient, cast: Cast, dies: Dies
) -> None:
    availability.set_presence(cast.budi, cast.budi.id, Presence.AWAY)
    for sender in ("628111", "628222"):
        say(client, "cs", sender)

    def go() -> None:
        availability.set_presence(cast.ani, cast.ani.id, Presence.AWAY, give_back=True)

    dies("given_back:2", go)
    assert sorted(conversation(each).assignee_id or 0 for each in ("628111", "628222")) == [0, cast.ani.id]
    go()
    assert [conversation(each).assignee_id for each in ("628111", "628222")] == [None, None]


def test_a_migration_that_died_in_the_middle_is_made_to_its_end(app: Flask, dies: Dies) -> None:
    Migrate(app, db, directory=str(ROOT / "migrations"), render_as_batch=True)
    downgrade(revision="-3")
    db.session.remove()
    db.engine.dispose()
    dies("migrating:2", upgrade)
    upgrade()
    with app.test_client() as browser:
        assert browser.get("/ready").status_code == 200
