"""One run's stage: a database, a Redis, a provider, and on it ROMS and the floors, in this process or as servers."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from flask import Flask

from bench.floors import base
from bench.rig import servers
from roms.app import create_app
from roms.config import Config
from tools.places import ROOT

SECRET_KEY = "a secret key for measuring, long enough"
CREDENTIALS_KEY = "dGhpcyBpcyBhIGtleSBmb3IgYmVuY2gsIDMyIGJ5dGU="


@dataclass(frozen=True, slots=True)
class Stage:
    """Where everything of this run is."""

    folder: Path
    kind: str
    database: str
    redis: str
    redis_pid: int
    provider: int  # the port that the channels lead to, whether or not somebody listens there

    def roms(self, port: int = 8000, **more: str) -> dict[str, str]:
        """The settings of ROMS on this stage."""
        return {
            "DATABASE_URL": self.database,
            "REDIS_URL": self.redis,
            "ROMS_DATA": str(self.folder),
            "ROMS_SECRET_KEY": SECRET_KEY,
            "ROMS_PUBLIC_URL": f"http://127.0.0.1:{port}",
            "ROMS_INSTANCE": "trial",
            "ROMS_FAKE_URL": f"http://127.0.0.1:{self.provider}",
            "ROMS_CREDENTIALS_KEY": CREDENTIALS_KEY,
            "ROMS_LOOP_TEXTS": "0",  # the customers of a load write faster than any person
            "ROMS_LOOP_TURNS": "0",
            "ROMS_BIND": f"127.0.0.1:{port}",
        } | more

    def floor(self, **more: str) -> dict[str, str]:
        """The settings of the floors."""
        where = {"FLOOR_DATABASE": self.database, "FLOOR_REDIS": self.redis}
        return where | {"FLOOR_PROVIDER": f"http://127.0.0.1:{self.provider}"} | more

    def app(self) -> Flask:
        """ROMS in this process."""
        return create_app(Config.from_environ(self.roms()))

    def infrastructure(self) -> list[int]:
        """The processes of Redis and PostgreSQL."""
        return [self.redis_pid, *servers.postmaster(self.database)]


@contextmanager
def staged(kind: str) -> Iterator[Stage]:
    """Everything empty and set up: tables of ROMS with its channels, people and first release, tables of the floors."""
    os.environ.setdefault("ROMS_VENV", sys.prefix)  # tools/ find PostgreSQL and Redis in the environment we run in
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="roms-bench-")))
        redis, redis_pid = stack.enter_context(servers.redis_server(folder))
        database = stack.enter_context(servers.database(kind, folder))
        stage = Stage(folder, kind, database, redis, redis_pid, servers.free_port())
        _set_up(stage)
        yield stage


def _set_up(stage: Stage) -> None:
    command = [sys.executable, "-m", "flask", "--app", "wsgi", "setup"]
    subprocess.run(command, cwd=ROOT, env=environ(stage.roms()), check=True, stdout=subprocess.DEVNULL)
    engine = base.connect(stage.database)
    base.metadata.create_all(engine)
    engine.dispose()


def environ(settings: Mapping[str, str]) -> dict[str, str]:
    """Our own environment without what configures a ROMS, and these settings."""
    ours = {name: value for name, value in os.environ.items() if not name.startswith("ROMS_")}
    return ours | dict(settings)


@contextmanager
def roms_web(stage: Stage, threads: int = 400) -> Iterator[tuple[int, int]]:
    """ROMS' web process as it runs in production; its port and its process."""
    port = servers.free_port()
    settings = environ(stage.roms(port, ROMS_THREADS=str(threads)))
    command = [sys.executable, "-m", "gunicorn", "-c", "gunicorn.conf.py", "wsgi:app"]
    with _web(command, stage.folder / "roms.log", settings, port) as pid:
        yield port, pid


@contextmanager
def floor_web(stage: Stage, factory: str, threads: int = 400, **settings: str) -> Iterator[tuple[int, int]]:
    """A floor under the same gunicorn settings; its port and its process."""
    port = servers.free_port()
    command = [sys.executable, "-m", "gunicorn", "-c", "python:bench.floors.gunicorn_settings", factory]
    more = {"FLOOR_BIND": f"127.0.0.1:{port}", "FLOOR_THREADS": str(threads)}
    with _web(command, stage.folder / "floor.log", environ(stage.floor() | settings | more), port) as pid:
        yield port, pid


@contextmanager
def _web(command: list[str], log: Path, settings: Mapping[str, str], port: int) -> Iterator[int]:
    with servers.running(command, log, settings) as process:
        servers.wait_for(lambda: servers.listens(port), command[-1], process)
        yield process.pid


@contextmanager
def roms_worker(stage: Stage) -> Iterator[int]:
    """ROMS' worker process."""
    command = [sys.executable, "worker.py"]
    with servers.running(command, stage.folder / "worker.log", environ(stage.roms())) as process:
        yield process.pid


@contextmanager
def roms_ticker(stage: Stage) -> Iterator[int]:
    """ROMS' ticker."""
    command = [sys.executable, "worker.py", "tick"]
    with servers.running(command, stage.folder / "ticker.log", environ(stage.roms())) as process:
        yield process.pid


@contextmanager
def floor_worker(stage: Stage) -> Iterator[int]:
    """The floor's drain as an RQ worker."""
    command = [sys.executable, "-m", "bench.floors.drain"]
    with servers.running(command, stage.folder / "drain.log", environ(stage.floor())) as process:
        yield process.pid


@contextmanager
def provider(stage: Stage, milliseconds: int = 0) -> Iterator[int]:
    """The provider, which takes so long to answer; its port."""
    port = stage.provider
    command = [sys.executable, "-m", "bench.floors.provider", str(port), str(milliseconds)]
    with servers.running(command, stage.folder / "provider.log") as process:
        servers.wait_for(lambda: servers.listens(port), "the provider", process)
        yield port


def provider_log(port: int) -> list[tuple[float, str, str]]:
    """What the provider took since it was asked last: monotonic seconds, address, text."""
    answer: list[Any] = httpx.get(f"http://127.0.0.1:{port}/log", timeout=10).json()
    return [(float(at), str(to), str(text)) for at, to, text in answer]
