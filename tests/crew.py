"""The processes of a real instance on a test's own database, Redis and provider: web, workers, ticker."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Self

import httpx
from flask import Flask

from roms.config import ROOT
from tests.conftest import KEYS
from tools.processes import die_with_parent

PROGRAMS = {
    "web": ["-m", "gunicorn", "-c", "gunicorn.conf.py", "wsgi:app"],
    "worker": ["worker.py"],
    "caller": ["worker.py", "calls"],
    "fetcher": ["worker.py", "files"],
    "ticker": ["worker.py", "tick"],
}
ALL = tuple(PROGRAMS)


class Crew:
    """Started together, and killed at the end of the block if they still live."""

    def __init__(self, app: Flask, folder: Path, names: Iterable[str] = ALL) -> None:
        config = app.extensions["roms.config"]
        with socket.create_server(("127.0.0.1", 0)) as listener:
            self.url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        environ = {name: value for name, value in os.environ.items() if not name.startswith("ROMS_")} | KEYS
        environ |= {"DATABASE_URL": config.database_url, "REDIS_URL": config.redis_url, "ROMS_INSTANCE": "trial"}
        environ |= {"ROMS_STORAGE": config.storage, "ROMS_SPOOL": str(config.spool), "ROMS_FAKE_URL": config.fake_url}
        environ |= {"ROMS_PUBLIC_URL": self.url, "ROMS_BIND": self.url.removeprefix("http://"), "ROMS_THREADS": "40"}
        self.environ, self._folder, self._names = environ, folder, names
        self.processes: dict[str, subprocess.Popen[bytes]] = {}

    def __enter__(self) -> Self:
        try:
            for name in self._names:
                self.start(name)
            if "web" in self.processes:
                until("the web server did not start", self._answers)
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        for process in self.processes.values():
            process.kill()
            process.wait()

    def start(self, name: str) -> None:
        with self.log(name).open("ab") as log:
            command = [sys.executable, *PROGRAMS[name]]
            self.processes[name] = subprocess.Popen(
                command, cwd=ROOT, env=self.environ, stdout=log, stderr=log, preexec_fn=die_with_parent()
            )

    def migrate(self) -> None:
        """As an operator does it, beside what runs."""
        command = [sys.executable, "-m", "flask", "--app", "wsgi", "db", "upgrade"]
        with self.log("migration").open("ab") as log:
            subprocess.run(command, cwd=ROOT, env=self.environ, stdout=log, stderr=log, check=True)

    def log(self, name: str) -> Path:
        return self._folder / f"{name}.log"

    def kill(self, name: str) -> None:
        self.processes[name].kill()
        self.processes[name].wait()

    def stop(self, again_after: float = 0.3, seconds: float = 60) -> dict[str, tuple[int, float]]:
        """Ask all of them at once, twice; each one's code and how long it took."""
        begun = time.monotonic()
        for number, pause in ((signal.SIGTERM, again_after), (signal.SIGINT, 0)):
            for process in self.processes.values():
                process.send_signal(number)
            time.sleep(pause)
        ended: dict[str, tuple[int, float]] = {}
        while len(ended) < len(self.processes) and time.monotonic() < begun + seconds:
            for name, process in self.processes.items():
                if name not in ended and process.poll() is not None:
                    ended[name] = (process.returncode, time.monotonic() - begun)
            time.sleep(0.02)
        return ended

    def _answers(self) -> bool:
        assert self.processes["web"].poll() is None, self.log("web").read_text()
        try:
            return httpx.get(self.url + "/live", timeout=1).status_code == 200
        except httpx.TransportError:
            return False


def until(what: str, condition: object, seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not condition():  # type: ignore[operator]
        assert time.monotonic() < deadline, what
        time.sleep(0.05)
