"""What every test stands on: real databases of both kinds, a real Redis, a real application, a pretended provider."""

from __future__ import annotations

import functools
import os
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import redis as redis_library
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine, create_engine, text

from roms import clock as roms_clock
from roms import process
from roms.app import create_app
from roms.channels.fake import Box
from roms.config import ROOT, Config
from roms.db import Model, db
from roms.services import accounts
from tests import cheap
from tests.cast import Cast
from tests.kit import ledger

KEYS = {
    "ROMS_SECRET_KEY": "a secret key for tests, long enough",
    "ROMS_LOOP_TEXTS": "0",
    "ROMS_LOOP_TURNS": "0",  # the people of tests write faster than any person
    "ROMS_CREDENTIALS_KEY": "dGhpcyBpcyBhIGtleSBmb3IgdGVzdHMsIDMyIGJ5dGU=",
}

HASHER = accounts.hasher


def config_for(database_url: str, redis_url: str, **settings: str) -> Config:
    environ = {"DATABASE_URL": database_url, "REDIS_URL": redis_url, **KEYS}
    return Config.from_environ(environ | {"ROMS_INSTANCE": "trial"} | settings)


@pytest.fixture(scope="session")
def redis_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a real server on a Unix socket, for this run only."""
    from tools import redis
    from tools.places import redis_socket

    folder = tmp_path_factory.mktemp("redis")
    with subprocess.Popen(redis.command(folder), stdout=subprocess.DEVNULL) as server:
        deadline = time.monotonic() + 20
        while not redis.answers(redis_socket(folder)):
            assert time.monotonic() < deadline, "Redis did not start"
            time.sleep(0.02)
        yield f"unix://{redis_socket(folder)}"
        server.terminate()


@pytest.fixture
def redis(redis_server: str) -> str:
    """The same, empty."""
    with redis_library.Redis.from_url(redis_server) as client:
        client.flushall()
    return redis_server


def migrate(url: str, redis_url: str) -> None:
    from flask_migrate import Migrate, upgrade

    app = create_app(config_for(url, redis_url))
    Migrate(app, db, directory=str(ROOT / "migrations"), render_as_batch=True)
    with app.app_context():
        upgrade()
        db.engine.dispose()


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory, redis_server: str) -> Path:
    """A migrated, empty SQLite file to copy."""
    path = tmp_path_factory.mktemp("template") / "roms.db"
    migrate(f"sqlite:///{path}", redis_server)
    ledger.begin(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def postgres_url(redis_server: str, worker_id: str) -> Iterator[str]:
    """A migrated PostgreSQL database of this test process."""
    server = os.environ.get("DATABASE_URL_TEST")
    if not server:
        pytest.skip("no PostgreSQL: run ./dev test, or set DATABASE_URL_TEST")
    engine = create_engine(server, isolation_level="AUTOCOMMIT")
    name = f"roms_{worker_id}_{os.getpid()}"
    with engine.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    url = engine.url.set(database=name).render_as_string(hide_password=False)
    migrate(url, redis_server)
    ledger.begin(url)
    yield url
    _emptier(url).dispose()
    with engine.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    engine.dispose()


@pytest.fixture(scope="session", autouse=True)
def cheaper() -> Iterator[None]:
    """What hundreds of tests do again and again is done once."""
    with cheap.everything():
        yield


@pytest.fixture
def real_passwords(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hashed with as much work as in production."""
    monkeypatch.setattr(accounts, "hasher", HASHER)


@pytest.fixture(scope="session")
def worker_id() -> str:
    return os.environ.get("PYTEST_XDIST_WORKER", "main")


@pytest.fixture(params=["sqlite", "postgres"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty, migrated database of either kind: every test that asks for it runs twice."""
    if request.param == "sqlite":
        path = tmp_path / "roms.db"
        shutil.copy(request.getfixturevalue("sqlite_template"), path)
        return f"sqlite:///{path}"
    url: str = request.getfixturevalue("postgres_url")
    empty(url)
    return url


def empty(url: str) -> None:
    """As after the migration. Emptying what has rows is many times faster than TRUNCATE of all."""
    with _emptier(url).begin() as connection:
        names = [table.name for table in reversed(Model.metadata.sorted_tables)] + [ledger.TABLE]
        looks = " UNION ALL ".join(f"SELECT '{name}' WHERE EXISTS (SELECT 1 FROM {name})" for name in names)
        has_rows = set(connection.scalars(text(looks)))
        anew = "SELECT setval(seqrelid::regclass, seqstart, false) FROM pg_sequence"
        gone = [f"DELETE FROM {name}" for name in names if name in has_rows]
        connection.execute(text("; ".join([*gone, anew])))


@functools.cache
def _emptier(url: str) -> Engine:
    """One connection for all tests; asked first, because some tests break every one there is."""
    return create_engine(url, pool_size=1, pool_pre_ping=True)


@pytest.fixture
def provider() -> Iterator[Box]:
    """The one part that is pretended: the providers, as a real HTTP server on the loopback address."""
    with Box(statuses=False) as fake:
        yield fake


@pytest.fixture
def settings() -> dict[str, str]:
    """Settings a test module wants; override this fixture."""
    return {}


@pytest.fixture
def app(database_url: str, redis: str, provider: Box, settings: dict[str, str], tmp_path: Path) -> Iterator[Flask]:
    """The application with its channels, the flows of this repository and the cast."""
    usual = {"ROMS_FAKE_URL": provider.base_url, "ROMS_STORAGE": str(tmp_path / "files")}
    usual["ROMS_SPOOL"] = str(tmp_path / "spool")
    app = create_app(config_for(database_url, redis, **usual | settings))
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()
        app.extensions["roms.redis"].close()


@pytest.fixture
def cast(app: Flask) -> Cast:
    """Channels, the first release, and the people: Admin, Ani and Budi."""
    return Cast.enters()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


class Clock:
    """Time that stands still until it is told to go on."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 21, 2, 0, tzinfo=UTC)

    def forward(self, **by: float) -> None:
        self.now += timedelta(**by)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    frozen = Clock()
    monkeypatch.setattr(roms_clock, "now", lambda: frozen.now)
    return frozen


@pytest.fixture
def work(app: Flask) -> Iterator[Callable[[], None]]:
    """Let an RQ worker do what waits, then stop."""
    from roms import queue
    from tests import deaf

    def run() -> None:
        deaf.work(app.extensions["roms.config"].redis_url, queue.OUTBOX)

    yield run
    process.client().close()
    process.client.cache_clear()
