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
FEW, MANY = 10, 60  # talks of twelve messages
_COLLECTED = re.compile(r"Collected : (\d+)")


def available() -> bool:
    return shutil.which("valgrind") is not None


def a_turn(side: str) -> float:
    """What one turn of this side costs, of those in `bench.peers.by_*` that this environment can run."""
    counts = [_counted(side, talks) for talks in (FEW, MANY)]
    return (counts[1] - counts[0]) / (MANY - FEW) / 12


def _counted(side: str, talks: int) -> int:
    """Counting begins when the side is ready: to start under it takes several times as long."""
    valgrind = ["valgrind", "--tool=callgrind", "--instr-atstart=no", "--callgrind-out-file=/dev/null"]
    environment = {"PYTHONHASHSEED": "0", "PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin"}
    with subprocess.Popen(
        [*valgrind, sys.executable, "-m", "bench.peers.loop", side],
        cwd=ROOT,
        env=environment,
        text=True,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stdout is not None
        process.stdout.readline()
        subprocess.run(["callgrind_control", "-i", "on", str(process.pid)], check=True, capture_output=True)
        _, errors = process.communicate(f"{talks}\n")
    found = _COLLECTED.search(errors)
    if process.returncode != 0 or found is None or int(found[1]) == 0:
        raise SystemExit(f"valgrind could not count {side}:\n{errors[-2000:]}")
    return int(found[1])
