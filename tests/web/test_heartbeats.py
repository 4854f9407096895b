"""R-41: every background part says that it gets through its round; whoever stops is named, and nobody else."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import httpx
import pytest
from flask import Flask
from sqlalchemy import NullPool, create_engine, text

from roms import background
from roms.config import ROOT
from roms.db import db
from roms.services import heartbeats
from tests.cast import Cast
from tests.conftest import Clock
from tests.web.conftest import Browser, Site, start

PARTS = ("worker", "fetcher", "ticker")
WORK: dict[str, tuple[str, ...]] = {"worker": (), "ticker": ("tick",)}


def told(browser: Browser) -> tuple[int, dict[str, str]]:
    answer = browser.get("/ready")
    return answer.status_code, {name: word for name, word in answer.json["parts"].items() if word != "ok"}


@pytest.fixture
def beating(app: Flask, people: Cast, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """So many seconds pass, then these parts go round and their process says so."""
    passed = [0.0]
    monkeypatch.setattr(heartbeats, "monotonic", lambda: passed[0])
    app.extensions[heartbeats.BEGAN] = 0.0

    def go(seconds: float, *names: str, is_over: bool = False) -> None:
        clock.forward(seconds=seconds)
        passed[0] += seconds
        for name in names:
            heartbeats.beat(name)
        if names:
            heartbeats.write(is_over)

    return go


def test_who_never_started_is_named_but_not_at_once(browser: Browser, beating: Callable[..., None]) -> None:
    assert told(browser) == (200, {})
    beating(59, "worker", "fetcher")
    assert told(browser) == (200, {})
    beating(2)
    assert told(browser) == (503, {"ticker": "never started"})
    assert 'roms_part_up{part="ticker"} 0.0' in browser.get("/metrics").text
    beating(1, *PARTS)
    assert told(browser) == (200, {})
    assert 'roms_part_up{part="ticker"} 1.0' in browser.get("/metrics").text


def test_who_falls_silent_is_named_and_who_comes_back_is_not(browser: Browser, beating: Callable[..., None]) -> None:
    beating(0, *PARTS)
    app = browser.client.application
    del app.extensions[heartbeats.ROUNDS]["worker"]  # its process is killed; those of the others go on
    for _ in range(7):
        beating(10, "fetcher", "ticker")
    assert told(browser) == (503, {"worker": "silent for 70 s"})
    beating(1, "worker")
    assert told(browser) == (200, {})


def test_a_part_that_hangs_in_a_living_process_is_named(browser: Browser, beating: Callable[..., None]) -> None:
    """Its process has something to say every ten seconds: that this chore has not come to its end."""
    beating(0, *PARTS, "ticker.fire_timers")
    for _ in range(7):
        beating(10, *PARTS)
    word = "lives, but has not got through its round for 70 s"
    assert told(browser) == (503, {"ticker.fire_timers": word})
    beating(0, "ticker.fire_timers")
    assert told(browser) == (200, {})


def test_what_is_due_seldom_is_waited_for_longer(app: Flask, browser: Browser, beating: Callable[..., None]) -> None:
    heartbeats.beat("ticker.clean", every=60)
    for _ in range(11):
        beating(10, *PARTS)
    assert told(browser) == (200, {})
    beating(20, *PARTS)
    assert list(told(browser)[1]) == ["ticker.clean"]


def test_who_was_asked_to_stop_is_missed_only_when_it_does_not_come_again(
    app: Flask, browser: Browser, beating: Callable[..., None]
) -> None:
    beating(0, *PARTS, is_over=True)
    app.extensions[heartbeats.ROUNDS].clear()
    beating(50)
    assert told(browser) == (200, {})
    beating(20)
    assert told(browser)[1]["worker"] == "stopped 70 s ago and not started again"


def test_a_chore_that_fails_is_not_done(app: Flask, people: Cast, caplog: pytest.LogCaptureFixture) -> None:
    def broken() -> None:
        raise LookupError("it never works")

    background._do(app, background.fire_timers)
    background._do(app, broken)
    assert list(app.extensions[heartbeats.ROUNDS]) == ["ticker.fire_timers"]


def test_a_chore_during_which_the_database_dies_does_not_end_the_ticker(
    app: Flask, people: Cast, caplog: pytest.LogCaptureFixture
) -> None:
    """Where what it read cannot even be let go of; SQLite has no server that could die."""

    def reads() -> None:
        session = db.session()
        session.execute(text("SELECT 1"))
        if db.engine.dialect.name == "postgresql":
            _end_of(session.scalar(text("SELECT pg_backend_pid()")))

    background._do(app, reads)
    background._do(app, background.fire_timers)
    assert list(app.extensions[heartbeats.ROUNDS]) == ["ticker.reads", "ticker.fire_timers"]
    assert "could not" not in caplog.text


def _end_of(backend: int | None) -> None:
    with create_engine(db.engine.url, poolclass=NullPool).begin() as other:
        other.execute(text("SELECT pg_terminate_backend(:backend)"), {"backend": backend})


class TestReal:
    """The processes themselves, with seconds instead of a minute."""

    @pytest.fixture
    def database_url(self, sqlite_only: str) -> str:
        return sqlite_only

    @pytest.fixture
    def site(self, database: Path, redis: str) -> Iterator[Site]:
        running = start(database, redis, ROMS_SILENT_AFTER="5", ROMS_PARTS="worker ticker")
        yield running
        running.stop()

    @contextmanager
    def part(self, site: Site, name: str) -> Iterator[subprocess.Popen[bytes]]:
        with subprocess.Popen([sys.executable, "worker.py", *WORK[name]], cwd=ROOT, env=site.environ) as process:
            try:
                yield process
            finally:  # also one that stands still
                process.kill()

    def test_r41_each_that_stops_is_named_until_it_goes_on(self, site: Site) -> None:
        with ExitStack() as running:
            processes = {name: running.enter_context(self.part(site, name)) for name in ("worker", "ticker")}
            assert self.named(site) == []
            processes["worker"].send_signal(signal.SIGSTOP)
            assert self.named(site, "worker") == ["worker"]
            processes["worker"].send_signal(signal.SIGCONT)
            assert self.named(site) == []
            os.kill(processes["ticker"].pid, signal.SIGKILL)
            assert self.named(site, "ticker") == ["ticker"]
            running.enter_context(self.part(site, "ticker"))
            assert self.named(site) == []

    def named(self, site: Site, *names: str) -> list[str]:
        """Who is named at last; a busy machine may be late with others for a moment."""
        return list(self.bad(site, lambda bad: list(bad) == list(names)))

    def bad(self, site: Site, until: Callable[[dict[str, str]], bool]) -> dict[str, str]:
        """The parts that are not well, as soon as that is as it should be."""
        limit = time.monotonic() + 60
        while True:
            answer = httpx.get(f"{site.url}/ready")
            found = {name: word for name, word in answer.json()["parts"].items() if word != "ok"}
            assert answer.status_code == (503 if found else 200)
            is_complete = {"worker", "ticker", "web", "hub"} <= set(answer.json()["parts"])
            if (until(found) and is_complete) or time.monotonic() > limit:
                return found
            time.sleep(0.2)
