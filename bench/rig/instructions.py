"""Instructions a turn, counted by valgrind's callgrind: the difference of two lengths, so that the start falls out.

They are the same to a few instructions in every run, whatever else the machine does, and so a test can hold them.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

from tools.places import ROOT

MOST = 175_000  # a turn of ROMS
FEW, MANY = 10, 50  # talks of twelve messages
_COLLECTED = re.compile(r"Collected : (\d+)")


def available() -> bool:
    return shutil.which("valgrind") is not None


def a_turn(side: str) -> float:
    """What one turn of this side costs, of those in `bench.peers.by_*` that this environment can run."""
    _run([], side, 1)  # what Python compiles, it compiles now
    counts = [_counted(side, talks) for talks in (FEW, MANY)]
    return (counts[1] - counts[0]) / (MANY - FEW) / 12


def _counted(side: str, talks: int) -> int:
    errors = _run(["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null"], side, talks)
    found = _COLLECTED.search(errors)
    if found is None:
        raise SystemExit(f"valgrind could not count {side}:\n{errors[-2000:]}")
    return int(found[1])


def _run(before: list[str], side: str, talks: int) -> str:
    """What it wrote to its standard error."""
    command = [*before, sys.executable, "-m", "bench.peers.loop", side]
    environment = {"PYTHONHASHSEED": "0", "PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin"}
    done = subprocess.run(command, cwd=ROOT, env=environment, input=f"{talks}\n", text=True, capture_output=True)
    if done.returncode != 0:
        raise SystemExit(f"{' '.join(command)} failed:\n{done.stderr[-2000:]}")
    return done.stderr
