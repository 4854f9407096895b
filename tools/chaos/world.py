"""All a chaos run consists of: a folder, a database, Redis, our processes, the witness, and lines that can be cut."""

from __future__ import annotations

import base64
import http.client
import json
import os
import secrets
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from roms import clock
from tools import redis, venv
from tools.chaos import disk
from tools.chaos.database import File, Server, database
from tools.chaos.supervisor import Supervisor
from tools.places import ROOT, redis_socket
from tools.tcpcut import Cut

OURS = ("web", "worker", "caller", "fetcher", "ticker")
SECONDS_TO_START = 60.0
FLOWS = Path(__file__).with_name("flows")


class Witness:
    """The process of tools/chaos/witness.py."""

    def __init__(self, web: str, seed: str, people: int) -> None:
        command = [sys.executable, "-m", "tools.chaos.witness", "--web", web, "--seed", seed, "--people", str(people)]
        self._process = subprocess.Popen(
            command, cwd=ROOT, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True
        )
        self._lock = threading.Lock()
        self.port = int(self._read()["port"])

    def _read(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError("the witness died; its words are above")
        return dict(json.loads(line))

    def do(self, what: str, **more: Any) -> dict[str, Any]:
        """Have it do something; its answer."""
        assert self._process.stdin is not None
        with self._lock:
            self._process.stdin.write(json.dumps({"do": what, **more}) + "\n")
            self._process.stdin.flush()
            return self._read()

    def end(self) -> None:
        """It is not needed any more."""
        with suppress(BrokenPipeError):
            self._process.communicate(timeout=20)


@dataclass(slots=True)
class World:
    """What faults, agents and the ledger work with."""

    folder: Path
    database: File | Server
    web: str
    witness: Witness
    parts: Supervisor
    lines: dict[str, Cut]
    environment: dict[str, str]
    disk: disk.Disk
    logins: dict[str, str] = field(default_factory=dict)  # login -> password
    shift: float = 0.0

    def set_clock(self, seconds: float) -> None:
        """Put the clock of all our processes this much ahead of the real one."""
        self.shift = seconds
        clock.set_shift(self.folder / "clock", seconds)

    def wait_ready(self) -> None:
        """Until the web process says that all is well."""
        until(lambda: _status(self.web) == 200, "the web process does not become ready")


def until(condition: Callable[[], bool], what: str, seconds: float = SECONDS_TO_START) -> None:
    """Wait for something that has to come. RuntimeError with `what` when it does not."""
    limit = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > limit:
            raise RuntimeError(f"{what} within {seconds:.0f} s")
        time.sleep(0.05)


def _status(web: str) -> int:
    connection = http.client.HTTPConnection(web.removeprefix("http://"), timeout=2)
    try:
        connection.request("GET", "/ready")
        return connection.getresponse().status
    except (OSError, http.client.HTTPException):
        return 0
    finally:
        connection.close()


def free_port() -> int:
    """A port that nobody has now."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


@contextmanager
def world(kind: str, seed: str, people: int, port: int = 0) -> Iterator[World]:
    """All of it, running, for the time of this block."""
    os.environ.setdefault("ROMS_VENV", sys.prefix)  # tools/ find Redis in the environment we run in
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="roms-chaos-")))
        small = stack.enter_context(disk.small(folder / "disk"))
        base = stack.enter_context(database(kind, small.folder))
        web = f"http://127.0.0.1:{port or free_port()}"
        witness = Witness(web, seed, people)
        stack.callback(witness.end)
        lines = {"provider": stack.enter_context(Cut(("127.0.0.1", witness.port)))}
        lines["redis"] = stack.enter_context(Cut(str(redis_socket(folder))))
        if base.target is not None:
            lines["database"] = stack.enter_context(Cut(base.target))
        environment = _environment(folder, small.folder, base, web, lines)
        clock.set_shift(folder / "clock", 0.0)
        parts = Supervisor(folder, environment)
        stack.callback(parts.end)
        made = World(folder, base, web, witness, parts, lines, environment, small)
        _start(made)
        yield made


def _environment(folder: Path, data: Path, base: File | Server, web: str, lines: dict[str, Cut]) -> dict[str, str]:
    theirs = {
        name: value for name, value in os.environ.items() if not name.startswith(("ROMS_", "DATABASE_", "REDIS_"))
    }
    key = base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()
    return theirs | {
        "ROMS_INSTANCE": "trial",
        "ROMS_DATA": str(data),
        "DATABASE_URL": base.behind(lines["database"].port if "database" in lines else 0),
        "REDIS_URL": f"redis://127.0.0.1:{lines['redis'].port}",
        "ROMS_PUBLIC_URL": web,
        "ROMS_BIND": web.removeprefix("http://"),
        "ROMS_THREADS": "64",
        "ROMS_SECRET_KEY": key,
        "ROMS_CREDENTIALS_KEY": key,
        "ROMS_FAKE_URL": f"http://127.0.0.1:{lines['provider'].port}",
        "ROMS_FLOWS": str(FLOWS),
        "ROMS_CLOCK_SHIFT": str(folder / "clock"),
        "ROMS_LOOP_TEXTS": "0",  # its customers write faster than any person
        "ROMS_LOOP_TURNS": "0",
    }


def _start(made: World) -> None:
    python, parts = venv.python(), made.parts
    parts.start("redis", redis.command(made.folder))
    until(lambda: redis.answers(redis_socket(made.folder)), "Redis does not answer")
    command = [python, "-m", "flask", "--app", "wsgi", "setup"]
    setup = subprocess.run(command, cwd=ROOT, env=made.environment, capture_output=True, text=True, check=False)
    if setup.returncode:
        raise RuntimeError(f"the setup failed: {setup.stderr[-2000:]}")
    created = json.loads(setup.stdout.strip().splitlines()[-1])
    made.logins = {person["login"]: person["password"] for person in created["created"]}
    programs = {
        "web": [python, "-m", "gunicorn", "-c", "gunicorn.conf.py", "wsgi:app"],
        "worker": [python, "worker.py"],
        "caller": [python, "worker.py", "calls"],
        "fetcher": [python, "worker.py", "files"],
        "ticker": [python, "worker.py", "tick"],
    }
    for name, program in programs.items():
        parts.start(name, program)
    made.wait_ready()
