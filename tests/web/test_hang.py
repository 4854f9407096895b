"""R-09: a PostgreSQL that hangs says nothing at all, and a webhook waits less than a second for it."""

from __future__ import annotations

import contextvars
import os
import threading
import time
import traceback
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select, text
from sqlalchemy.exc import OperationalError

from roms import lifeline
from roms.app import create_app
from roms.channels.fake import Box
from roms.db import db, hurried
from roms.services import arrivals
from tests.cast import Cast, messages, whapi_body
from tests.conftest import config_for, empty
from tests.crew import until
from tests.web.conftest import Browser
from tests.wires import by_way_of, line_to
from tools.tcpcut import Cut


@pytest.fixture
def database_url(postgres_url: str) -> str:
    """SQLite has no server that could hang; its locks are tried in test_spool.py."""
    empty(postgres_url)
    return postgres_url


@pytest.fixture
def line(database_url: str) -> Iterator[Cut]:
    with line_to(database_url) as cut:
        yield cut


@pytest.fixture
def behind(app: Flask, cast: Cast, line: Cut, provider: Box, redis: str, tmp_path: Path) -> Iterator[Flask]:
    """The same application, which reaches its database over a line that can be made to swallow everything."""
    usual = {"ROMS_FAKE_URL": provider.base_url, "ROMS_SPOOL": str(tmp_path / "spool")}
    other = create_app(config_for(by_way_of(line, app.config["SQLALCHEMY_DATABASE_URI"]), redis, **usual))
    yield other
    with other.app_context():
        db.engine.dispose()
    other.extensions["roms.redis"].close()


def knock(browser: Browser, number: int, took: list[float], told: list[object]) -> None:
    begun = time.monotonic()
    answer = browser.ask("POST", "/webhook/whapi", json=whapi_body("halo", f"6281100000{number:03}"))
    took.append(time.monotonic() - begun)
    told.append((answer.status_code, {name: count for name, count in answer.get_json().items() if count}))


def test_r09_webhooks_wait_less_than_a_second_for_a_database_that_hangs(behind: Flask, line: Cut, app: Flask) -> None:
    browser, took, told = Browser(behind), [], []
    knock(browser, 0, took, told)
    assert told == [(200, {"stored": 1})]
    line.set(black_hole=True)
    told.clear()
    took.clear()
    threads = [threading.Thread(target=knock, args=(browser, number, took, told)) for number in range(1, 6)]
    for thread in threads:  # at once: some on a line that is open, some that must open one
        thread.start()
    for thread in threads:
        thread.join(20)
    knock(browser, 6, took, told)
    assert told == [(200, {"spooled": 1})] * 6
    assert max(took) < 2, took  # without a limit: until the database is back
    line.set()
    until("the spool is not empty", lambda: flush(app) or not waiting(app))
    for number in range(7):
        assert [each.sender for each in messages(f"6281100000{number:03}")].count("contact") == 1


def waiting(app: Flask) -> int:
    with app.app_context():
        return arrivals.spool().depth()


def flush(app: Flask) -> None:
    def run() -> None:
        with app.app_context():
            arrivals.flush()
            db.session.remove()

    contextvars.Context().run(run)


def test_a_database_that_is_slow_is_waited_for_where_it_answers_others(app: Flask) -> None:
    """Nobody else asks here: the watch does."""
    with hurried(arrivals.PATIENCE, 0.4):
        assert db.session.execute(text("SELECT pg_sleep(1.2)")).all()
        assert db.session.scalar(select(1)) == 1
    db.session.remove()


def test_nobody_waits_for_ever_for_one_answer(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lifeline, "LONGEST", 0.6)
    with hurried(arrivals.PATIENCE, 0.4), pytest.raises(OperationalError):
        db.session.execute(text("SELECT pg_sleep(30)"))
    db.session.remove()
    until("it is believed to hang", lambda: not lifeline.watch.is_hung)


def test_a_fork_of_a_process_that_was_in_a_hurry_reaches_the_database_too(app: Flask) -> None:
    """The thread that opens its lines stayed with the parent, where it waits for work."""
    db.engine.dispose()
    assert in_a_hurry() == 1
    db.session.remove()
    child = os.fork()
    if not child:
        try:
            db.engine.dispose(close=False)
            os._exit(0 if in_a_hurry() == 1 else 1)
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(2)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


def in_a_hurry() -> int | None:
    with hurried(arrivals.PATIENCE, 10):
        return db.session.scalar(select(1))
