"""Starts the processes of a trial instance, watches them, and ends them all, whatever happens to ./dev itself."""

from __future__ import annotations

import ctypes
import os
import select
import signal
import subprocess
import sys
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

from tools import logs
from tools.places import ROOT
from tools.terminal import give_up, say

PR_SET_PDEATHSIG = 1
TICK = 0.05
# A send or a request that is under way is finished, which may take its time; without any all are gone in 2 s. Then
# Redis, which writes its file, and what plays the provider: whoever talked with it is gone.
SECONDS_TO_END, SECONDS_TO_SAVE = 27.0, 1.5
TRIES, WITHIN = 3, 60.0  # restarts allowed within so many seconds


class Stopped(Exception):
    """The person wants it to end (Ctrl-C, TERM or a closed terminal)."""


@dataclass(slots=True)
class Child:
    """One program with its log, its process and when it died."""

    name: str
    command: list[str]
    log: Path
    process: subprocess.Popen[bytes]
    tail: logs.Tail
    last: bool = False  # ends after all others
    deaths: deque[float] = field(default_factory=lambda: deque(maxlen=TRIES + 1))


def die_with_parent() -> Callable[[], object] | None:
    """For the child, on Linux: a TERM when the thread that started it is gone. Elsewhere the guardian does it alone."""
    if not sys.platform.startswith("linux"):
        return None
    prctl = ctypes.CDLL(None).prctl  # looked up here: the child must do as little as possible between fork and exec
    return lambda: prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def backoff(deaths: int) -> float:
    """Seconds until the next try: 1, 2, 4."""
    return 2.0 ** (deaths - 1)


class Processes:
    """The processes of one instance. Main thread only: a child's death signal comes when the thread it is from ends."""

    def __init__(self, log_folder: Path, environment: dict[str, str], lock: int, everything: bool = False) -> None:
        self._log_folder, self._environment, self._everything = log_folder, environment, everything
        self._children: list[Child] = []
        self._asked = False
        log_folder.mkdir(parents=True, exist_ok=True)
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._ask)
        self._guardian = subprocess.Popen(
            [sys.executable, "-S", "-E", str(Path(__file__).with_name("guardian.py")), str(log_folder)],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            pass_fds=[lock],
            start_new_session=True,
        )

    def _ask(self, _number: int, _frame: FrameType | None) -> None:
        self._asked = True

    def pause(self) -> None:
        """A moment's wait, in which logs reach the terminal and the wish to stop is heard."""
        if self._asked:
            raise Stopped
        for child in self._children:
            for line in child.tail.lines():
                say(f"[{child.name}] {line}")
        time.sleep(TICK)

    def spawn(self, command: list[str], log: Path, stdout: int | None = None) -> subprocess.Popen[bytes]:
        """One process in a session of its own, so that Ctrl-C reaches ./dev alone and the order of the end is ours."""
        with log.open("ab") as output:
            process = subprocess.Popen(
                command,
                cwd=ROOT,
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=output if stdout is None else stdout,
                stderr=output,
                start_new_session=True,
                preexec_fn=die_with_parent(),
            )
        self._tell_guardian("+", process.pid)
        return process

    def _tell_guardian(self, sign: str, group: int) -> None:
        assert self._guardian.stdin is not None
        with suppress(BrokenPipeError):  # somebody killed the guardian: the death signal still stands
            self._guardian.stdin.write(f"{sign}{group}\n".encode())
            self._guardian.stdin.flush()

    def start(self, name: str, command: list[str], last: bool = False) -> Child:
        """Start a program and keep it in sight."""
        log = self.log_of(name)
        tail = logs.Tail(log, self._everything)
        child = Child(name, command, log, self.spawn(command, log), tail, last)
        self._children.append(child)
        return child

    def output_of(self, name: str, command: list[str]) -> tuple[int, bytes]:
        """Run a program to its end: its exit code and what it printed, which goes to no file."""
        process = self.spawn(command, self.log_of(name), stdout=subprocess.PIPE)
        assert process.stdout is not None
        output, open_still = b"", True
        try:
            while open_still:
                self.pause()
                while open_still and select.select([process.stdout], [], [], 0)[0]:
                    chunk = os.read(process.stdout.fileno(), 65536)
                    output, open_still = output + chunk, bool(chunk)
            while process.poll() is None:
                self.pause()
        finally:
            self._bury(process)
            process.stdout.close()
        return process.returncode, output

    def log_of(self, name: str) -> Path:
        """The file a program's output goes to."""
        log = self._log_folder / f"{name}.log"
        logs.prepare(log)
        log.touch()
        return log

    def wait_for(self, condition: Callable[[], bool], what: str, seconds: float) -> None:
        """Wait for something while nothing dies; a death during the start is a mistake that trying again would hide."""
        limit = time.monotonic() + seconds
        while not condition():
            self.pause()
            for child in self._children:
                if (code := child.process.poll()) is not None:
                    self._report(child, code)
                    give_up(f"{child.name} ended during the start; all of its log is in {child.log}")
            if time.monotonic() > limit:
                give_up(f"{what} after {seconds:.0f} s; the logs are in {self._log_folder}")

    def watch(self) -> None:
        """Keep all running until the person stops it; a process that keeps dying ends everything."""
        while True:
            self.pause()
            for child in self._children:
                if (code := child.process.poll()) is not None:
                    self._report(child, code)
                    self._restart(child)

    def _report(self, child: Child, code: int) -> None:
        reason = f"by {signal.Signals(-code).name}" if code < 0 else f"with code {code}"
        say(f"{child.name} ended {reason}. The end of its log:")
        say("\n".join("    " + line for line in logs.last_lines(child.log)))

    def _restart(self, child: Child) -> None:
        now = time.monotonic()
        self._bury(child.process)
        child.deaths.append(now)
        recent = [moment for moment in child.deaths if now - moment < WITHIN]
        if len(recent) > TRIES:
            give_up(f"{child.name} died {len(recent)} times within a minute; giving up")
        wait = backoff(len(recent))
        say(f"starting {child.name} again in {wait:.0f} s")
        begin = now + wait
        while time.monotonic() < begin:
            self.pause()
        child.process = self.spawn(child.command, child.log)

    def _bury(self, process: subprocess.Popen[bytes]) -> None:
        """Whatever a dead program left behind in its group goes too."""
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        self._tell_guardian("-", process.pid)

    def stop(self) -> None:
        """End everything, Redis last, and insist where asking does not help."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)
        self._end([child for child in self._children if not child.last], SECONDS_TO_END)
        self._end([child for child in self._children if child.last], SECONDS_TO_SAVE)
        for child in self._children:
            child.tail.close()
        self._children.clear()
        self._guardian.kill()
        self._guardian.communicate()

    def _end(self, children: list[Child], seconds: float) -> None:
        for child in children:
            child.process.terminate()
        limit = time.monotonic() + seconds
        while any(child.process.poll() is None for child in children) and time.monotonic() < limit:
            time.sleep(0.02)
        for child in children:
            if child.process.poll() is None:
                say(f"{child.name} did not end by itself and was killed")
            self._bury(child.process)
