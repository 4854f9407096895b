"""Keeps the processes of a chaos run alive as systemd would: whatever dies is started again at once."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from tools.places import ROOT
from tools.processes import die_with_parent

AGAIN_AFTER = 0.2  # seconds; systemd's RestartSec is 0.1 unless told otherwise
LOOK_EVERY = 0.05
SECONDS_TO_END = 15.0
USUAL = (0, -signal.SIGKILL)  # how a part ends: asked to, or killed
LINES = 12


@dataclass(slots=True)
class Part:
    """One program. `held`: it is not started again for now."""

    name: str
    command: list[str]
    process: subprocess.Popen[bytes] | None = None
    starts: int = 0
    held: bool = False
    begin_at: float = 0.0
    ends: list[int] = field(default_factory=list)  # exit codes
    last_words: list[str] = field(default_factory=list)  # of its log, when it ended by itself


class Supervisor:
    """Starts and restarts; one thread does all of it, because a child's death signal hangs on the thread it is from."""

    def __init__(self, folder: Path, environment: dict[str, str]) -> None:
        self._folder, self._environment = folder, environment
        self.parts: dict[str, Part] = {}
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="supervisor", daemon=True)
        self._thread.start()

    def start(self, name: str, command: list[str]) -> None:
        """Keep this program running from now on."""
        self.parts[name] = Part(name, command)

    def pid(self, name: str) -> int:
        """Its process, waited for if it is just being started."""
        part, limit = self.parts[name], time.monotonic() + SECONDS_TO_END
        while part.process is None or part.process.poll() is not None:
            if time.monotonic() > limit:
                raise RuntimeError(f"{name} does not start: see {self._folder / name}.log")
            time.sleep(LOOK_EVERY)
        return part.process.pid

    def kill(self, name: str, number: int = signal.SIGKILL) -> None:
        """Send this to the program and all it started."""
        with suppress(ProcessLookupError):
            os.killpg(self.pid(name), number)

    def kill_only(self, pid: int) -> None:
        """Kill one process and leave what it started alone."""
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)

    def children(self, name: str) -> list[int]:
        """What the program itself started."""
        with suppress(OSError):
            return [
                int(pid) for pid in Path(f"/proc/{self.pid(name)}/task/{self.pid(name)}/children").read_text().split()
            ]
        return []

    def hold(self, name: str, held: bool = True) -> None:
        """Leave it dead when it is, or start it again."""
        self.parts[name].held = held

    def stop(self, *names: str) -> None:
        """Ask these to end, insist after a while, and let them be."""
        parts = [self.parts[name] for name in names if name in self.parts]
        for part in parts:
            part.held = True
        time.sleep(2 * LOOK_EVERY)
        for part in parts:
            self._signal(part, signal.SIGCONT)
            self._signal(part, signal.SIGTERM)
        limit = time.monotonic() + SECONDS_TO_END
        while any(_lives(part) for part in parts) and time.monotonic() < limit:
            time.sleep(0.02)
        for part in parts:
            self._signal(part, signal.SIGKILL)

    def end(self) -> None:
        """Kill whatever is left."""
        self._stopping.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._stopping.wait(LOOK_EVERY):
            for part in list(self.parts.values()):
                self._look(part)
        for part in self.parts.values():
            self._signal(part, signal.SIGKILL)
            if part.process is not None:
                part.process.wait()

    def _look(self, part: Part) -> None:
        if part.process is not None:
            code = part.process.poll()
            if code is None:
                return
            part.ends.append(code)
            if code not in USUAL:
                part.last_words = self._log(part).read_text(errors="replace").splitlines()[-LINES:]
            self._signal(part, signal.SIGKILL)  # what it left behind, as systemd does
            part.process, part.begin_at = None, time.monotonic() + AGAIN_AFTER
        if not part.held and time.monotonic() >= part.begin_at:
            self._spawn(part)

    def _spawn(self, part: Part) -> None:
        with self._log(part).open("ab") as log:
            part.process = subprocess.Popen(
                part.command,
                cwd=ROOT,
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=die_with_parent(),
            )
        part.starts += 1

    def _log(self, part: Part) -> Path:
        return self._folder / f"{part.name}.log"

    def _signal(self, part: Part, number: int) -> None:
        if part.process is not None:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(part.process.pid, number)


def _lives(part: Part) -> bool:
    return part.process is not None and part.process.poll() is None
