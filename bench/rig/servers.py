"""Servers for one run: a Redis, a database of either kind, and programs that end with the block that started them."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url

from bench.rig import machine
from tools import postgres, redis
from tools.places import ROOT, redis_socket
from tools.processes import die_with_parent

DATABASES = ("sqlite", "postgresql")
SECONDS_TO_START = 30.0


@contextmanager
def redis_server(folder: Path) -> Iterator[tuple[str, int]]:
    """Its address, and its process."""
    with running(redis.command(folder), folder / "redis.log") as process:
        wait_for(lambda: redis.answers(redis_socket(folder)), "Redis", process)
        yield f"unix://{redis_socket(folder)}", process.pid


@contextmanager
def database(kind: str, folder: Path) -> Iterator[str]:
    """The address of an empty database of its own."""
    if kind == "sqlite":
        yield f"sqlite:///{folder / 'bench.db'}"
        return
    with contextlib.redirect_stdout(sys.stderr):
        server = contextlib.ExitStack()
        address = server.enter_context(postgres.server())
    with server:
        name = f"roms_bench_{os.getpid()}"
        _administer(address, f"CREATE DATABASE {name}")
        try:
            yield make_url(address).set(database=name).render_as_string(hide_password=False)
        finally:
            _administer(address, f"DROP DATABASE {name} WITH (FORCE)")


def postmaster(address: str) -> list[int]:
    """The process of the PostgreSQL server at this address, if it is on this machine."""
    if address.startswith("sqlite"):
        return []
    engine = create_engine(address)
    with engine.connect() as connection:
        backend = int(connection.execute(text("SELECT pg_backend_pid()")).scalar_one())
        parent = machine.parent_of(backend)
    engine.dispose()
    return [] if parent is None else [parent]


def _administer(address: str, statement: str) -> None:
    engine = create_engine(address, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(statement))
    engine.dispose()


@contextmanager
def running(
    command: list[str], log: Path, environment: Mapping[str, str] | None = None, talks: bool = False
) -> Iterator[subprocess.Popen[str]]:
    """A program for the time of this block; its words go to `log`, or with `talks` both ways through pipes."""
    pipe = subprocess.PIPE if talks else None
    with log.open("a") as output:
        process = subprocess.Popen(
            command,
            cwd=ROOT,
            env=None if environment is None else dict(environment),
            stdin=pipe or subprocess.DEVNULL,
            stdout=pipe or output,
            stderr=output,
            text=True,
            preexec_fn=die_with_parent(),
        )
    try:
        yield process
    except BaseException:
        if said := log.read_text()[-2000:]:
            print(f"the end of {log.name}:\n{said}", file=sys.stderr)
        raise
    finally:
        _end(process)


def _end(process: subprocess.Popen[str]) -> None:
    process.terminate()
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    for pipe in (process.stdin, process.stdout):
        if pipe:
            pipe.close()


def wait_for(condition: Callable[[], bool], what: str, process: subprocess.Popen[str] | None = None) -> None:
    """Wait for something; SystemExit names what did not come."""
    limit = time.monotonic() + SECONDS_TO_START
    while not condition():
        if time.monotonic() > limit or (process and process.poll() is not None):
            raise SystemExit(f"{what} did not come up")
        time.sleep(0.02)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def listens(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0
