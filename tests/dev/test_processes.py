"""Starting, watching and ending, with programs small enough to misbehave on purpose."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.dev.instance import ROOT, until
from tools import processes
from tools.processes import Processes, Stopped

SLEEPS = "import time; time.sleep(60)"
STUBBORN = """
import signal, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
print("deaf", flush=True)
time.sleep(60)
"""

PRINTS = "import sys; print('secret ' * 20000); print('why', file=sys.stderr)"
SIGNS_OFF = """
import signal, sys, time
signal.signal(signal.SIGTERM, lambda *_: sys.exit())
print("up", flush=True)
try:
    time.sleep(60)
finally:
    time.sleep({wait})
    open({file!r}, "a").write({name!r} + " ")
"""
FORKS_AND_IS_DEAF = """
import os, signal, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
os.fork()
print(os.getpid(), flush=True)
time.sleep(60)
"""
STARTER = """
import os, sys, time
from pathlib import Path
from tools.processes import Processes
folder = Path(sys.argv[1])
kept = Processes(folder, dict(os.environ), os.open(folder / "lock", os.O_CREAT | os.O_RDWR))
kept.start("deaf", [sys.executable, "-c", sys.argv[2]])
time.sleep(60)
"""


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Processes]:
    """A set of processes whose signals are given back to pytest afterwards."""
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = [signal.getsignal(number) for number in numbers]
    with (tmp_path / "lock").open("w") as lock:
        kept = Processes(tmp_path / "log", dict(os.environ), lock.fileno())
        yield kept
        kept.stop()
    for number, handler in zip(numbers, before, strict=True):
        signal.signal(number, handler)


def program(code: str) -> list[str]:
    return [sys.executable, "-c", code]


def alive(pid: int) -> bool:
    """Neither gone nor a zombie."""
    stat = Path(f"/proc/{pid}/stat")
    return stat.exists() and stat.read_text().rpartition(")")[2].split()[0] != "Z"


def test_a_program_that_keeps_dying_ends_everything(
    running: Processes, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(processes, "backoff", lambda _deaths: 0.0)
    running.start("calm", program(SLEEPS))
    running.start("ill", program("import sys; print('the reason'); sys.exit(3)"))
    with pytest.raises(SystemExit, match="ill died 4 times within a minute"):
        running.watch()
    said = capsys.readouterr().out
    assert said.count("ill ended with code 3") == 4
    assert "    the reason" in said


def test_a_death_during_the_start_is_not_tried_again(running: Processes) -> None:
    running.start("ill", program("raise SystemExit(2)"))
    with pytest.raises(SystemExit, match="ill ended during the start"):
        running.wait_for(lambda: False, "nothing", 5)


def test_what_never_comes_is_not_waited_for_without_end(running: Processes) -> None:
    with pytest.raises(SystemExit, match="no answer after 0 s"):
        running.wait_for(lambda: False, "no answer", 0)


def test_a_program_that_does_not_listen_is_killed_after_a_while(
    running: Processes, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert processes.SECONDS_TO_END + processes.SECONDS_TO_SAVE < 30
    monkeypatch.setattr(processes, "SECONDS_TO_END", 0.5)
    child = running.start("deaf", program(STUBBORN))
    assert until(lambda: "deaf" in child.log.read_text(), 5)
    begun = time.monotonic()
    running.stop()
    assert time.monotonic() - begun < 5
    assert child.process.returncode == -signal.SIGKILL


def test_redis_ends_after_all_others(running: Processes, tmp_path: Path) -> None:
    order = str(tmp_path / "order")
    for name, wait, last in (("redis", 0, True), ("web", 0.3, False)):
        child = running.start(name, program(SIGNS_OFF.format(wait=wait, file=order, name=name)), last=last)
        assert until(lambda log=child.log: log.stat().st_size > 0, 5)
    running.stop()
    assert Path(order).read_text() == "web redis "


def test_the_wish_to_stop_is_heard_at_the_next_pause(running: Processes) -> None:
    os.kill(os.getpid(), signal.SIGTERM)
    with pytest.raises(Stopped):
        running.pause()


def test_what_a_program_prints_comes_back_and_goes_to_no_file(running: Processes, tmp_path: Path) -> None:
    code, output = running.output_of("setup", program(PRINTS))
    assert (code, len(output)) == (0, 140001)
    assert (tmp_path / "log" / "setup.log").read_text() == "why\n"


def test_when_the_starter_is_killed_even_a_deaf_program_and_its_children_go(tmp_path: Path) -> None:
    starter = [sys.executable, "-c", STARTER, str(tmp_path), FORKS_AND_IS_DEAF]
    with subprocess.Popen(starter, cwd=ROOT) as process:
        log = tmp_path / "deaf.log"
        assert until(lambda: log.exists() and len(log.read_text().split()) == 2, 10)
        process.kill()
    pids = [int(pid) for pid in log.read_text().split()]
    assert until(lambda: not any(map(alive, pids)), 8), pids
