"""R-09, R-11: a database that is locked by a migration or says nothing, and a spool whose disk really is full."""

from __future__ import annotations

import contextvars
import resource
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import NullPool, create_engine, text

from roms.app import create_app
from roms.db import db
from roms.services import arrivals
from roms.spool import DRAFT
from tests.cast import Cast, messages, whapi_body
from tests.conftest import config_for
from tests.dead import dead
from tests.web.conftest import Browser
from tests.wires import by_way_of, line_to
from tools.tcpcut import Cut

PEOPLE = [f"62812000000{number:02}" for number in range(5)]


def flush(app: Flask) -> None:
    """As the ticker does it, until nothing waits."""

    def run() -> None:
        with app.app_context():
            while not arrivals.spool().is_empty():
                arrivals.flush()
            db.session.remove()

    contextvars.Context().run(run)


def storm(browser: Browser, rounds: int) -> list[int]:
    bodies = [whapi_body(f"pesan {number}", sender) for number in range(rounds) for sender in PEOPLE]
    return [browser.ask("POST", "/webhook/whapi", json=body).status_code for body in bodies]


def said(sender: str) -> list[str]:
    return [each.text for each in messages(sender) if each.sender == "contact"]


@contextmanager
def locked(app: Flask) -> Iterator[None]:
    """A migration is at work on the table that every message needs."""
    engine = create_engine(app.config["SQLALCHEMY_DATABASE_URI"], poolclass=NullPool)
    with engine.connect() as migration:
        migration.execute(text("LOCK TABLE message IN ACCESS EXCLUSIVE MODE"))
        yield
        migration.rollback()
    engine.dispose()


@pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
def test_r09_webhooks_during_a_migration_are_stored_once_in_order(app: Flask, browser: Browser, people: Cast) -> None:
    """On SQLite a migration holds the file: that is the database which is dead in test_spool.py."""
    for sender in PEOPLE:
        browser.ask("POST", "/webhook/whapi", json=whapi_body("halo", sender))
    with locked(app):
        assert storm(browser, 10) == [200] * 50
        spool = arrivals.spool()
        kept = {path: path.read_bytes() for channel in spool.channels() for path in spool.waiting(channel)}
        assert len(kept) == 50
    flush(app)
    for path, contents in kept.items():
        path.write_bytes(contents)
    flush(app)
    for sender in PEOPLE:
        assert said(sender) == ["halo", *(f"pesan {number}" for number in range(10))]
    assert (arrivals.spool().depth(), arrivals.spool().broken()) == (0, 0)


@pytest.fixture
def behind_a_cut(postgres_url: str, app: Flask, people: Cast) -> Iterator[tuple[Browser, Cut]]:
    """The same instance on PostgreSQL, which it reaches over a line that can go dead."""
    with line_to(postgres_url) as cut:
        config = app.extensions["roms.config"]
        settings = {"ROMS_FAKE_URL": config.fake_url, "ROMS_SPOOL": str(config.spool), "ROMS_STORAGE": config.storage}
        far = create_app(config_for(by_way_of(cut, postgres_url), config.redis_url, **settings))
        yield Browser(far), cut
        far.extensions["roms.redis"].close()
        with far.app_context():
            db.engine.dispose()


@pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
def test_r09_a_postgresql_that_says_nothing_more_costs_nothing(behind_a_cut: tuple[Browser, Cut], app: Flask) -> None:
    """Neither refused nor reset: packets vanish, on connections that are open and on new ones."""
    browser, cut = behind_a_cut
    assert storm(browser, 1) == [200] * 5
    cut.set(black_hole=True)
    assert storm(browser, 4) == [200] * 20
    assert arrivals.spool().depth() == 20
    cut.set()
    flush(app)
    for sender in PEOPLE:
        assert said(sender) == ["pesan 0", *(f"pesan {number}" for number in range(4))]


@contextmanager
def tiny_disk(folder: Path) -> Iterator[None]:
    """A file system with room for a few webhooks; where none may be mounted, files that may not grow."""
    folder.mkdir(exist_ok=True)
    mounted = shutil.which("mount") and subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(folder)], capture_output=True, check=False
    )
    if mounted and mounted.returncode == 0:
        try:
            yield
        finally:
            subprocess.run(["umount", "-l", str(folder)], check=True)
        return
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_r11_a_full_disk_under_the_spool_is_503_and_never_a_message_less(
    app: Flask, browser: Browser, people: Cast
) -> None:
    spool, bodies = arrivals.spool(), [whapi_body("x" * 5000 + str(number)) for number in range(30)]
    knock: Callable[[Any], int] = lambda body: browser.ask("POST", "/webhook/whapi", json=body).status_code  # noqa: E731
    with tiny_disk(spool.folder):
        with dead(app):
            told = [knock(body) for body in bodies]
            assert set(told) <= {200, 503}
            assert told[-1] == 503
            assert told.count(200) == spool.depth()
            assert list(spool.folder.glob(f"**/{DRAFT}*")) == [], "what was half written is gone"
        flush(app)
        assert [knock(body) for body in bodies] == [200] * 30, "the provider comes again"
        flush(app)
    assert sorted(said("6281234567890")) == sorted(body["messages"][0]["text"]["body"] for body in bodies)
