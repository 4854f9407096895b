"""A real `./dev run` in a process of its own, as a person at a terminal sees it."""

from __future__ import annotations

import os
import random
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Self

ROOT = Path(__file__).resolve().parent.parent.parent
ADDRESS = re.compile(r"^(DATABASE_URL|REDIS_URL|ROMS_.*)$")  # what tests or a person's shell may have set


def two_free_ports() -> int:
    """The first of two neighbours that are free now, below those the system gives to outgoing connections."""
    return next(port for port in iter(lambda: random.randrange(10000, 30000), 0) if free(port) and free(port + 1))


def free(port: int) -> bool:
    """Whether one could listen there."""
    with socket.socket() as trial:
        try:
            trial.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def until(condition: Callable[[], bool], seconds: float) -> bool:
    """Whether it comes true in time."""
    limit = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > limit:
            return False
        time.sleep(0.02)
    return True


class Instance:
    """Start it, wait for a line, stop it, see what is left."""

    def __init__(self, data: Path, port: int | None = None) -> None:
        self.data, self.port = data, port or two_free_ports()
        self.lines: list[str] = []
        self.seconds_to_end = 0.0
        clean = {name: value for name, value in os.environ.items() if not ADDRESS.match(name)}
        self.process = subprocess.Popen(
            [sys.executable, "dev", "run", "--port", str(self.port), "--data", str(data)],
            cwd=ROOT,
            env=clean | {"ROMS_VENV": sys.prefix},  # the one the tests run in: nothing to install
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        if self.process.poll() is None:
            self.stop(signal.SIGTERM)
        self._reader.join(10)
        assert self.process.stdout is not None
        self.process.stdout.close()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.lines.append(line.rstrip("\n"))

    @property
    def output(self) -> str:
        return "\n".join(self.lines)

    def says(self, start: str, seconds: float = 60) -> bool:
        """Whether a line begins so, now or soon; an instance that has ended will say nothing more."""

        def said() -> bool:
            return any(line.startswith(start) for line in self.lines)

        until(lambda: said() or self.process.poll() is not None, seconds)
        self._reader.join(0.1)
        return said()

    def seconds_to_be_ready(self) -> float:
        """What it says of its own start: a measure of this machine at this moment, about 7 on an idle one."""
        found = re.search(r"^ready \(([0-9.]+) s\)", self.output, re.MULTILINE)
        assert found, self.output
        return float(found[1])

    def stop(self, number: int = signal.SIGINT) -> float:
        """Ask it to end; the seconds it took."""
        begun = time.monotonic()
        self.process.send_signal(number)
        self.process.wait(20)
        return time.monotonic() - begun

    def left(self) -> list[str]:
        """Every process that still belongs to this data folder, by what it was told or what it was called with."""
        mark = os.fsencode(self.data)
        return [name for name in filter(str.isdigit, os.listdir("/proc")) if mark in told(name)]


def told(process: str) -> bytes:
    """A process's arguments and environment; nothing when it is gone."""
    try:
        return b"".join((Path("/proc") / process / name).read_bytes() for name in ("cmdline", "environ"))
    except OSError:
        return b""
