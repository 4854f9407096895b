"""`./dev chaos` for a moment: real processes, a few of everything that breaks, and a ledger without a fault."""

from __future__ import annotations

import os
import re
import subprocess
import sys

import pytest

from roms.config import ROOT
from tools.chaos.faults import KINDS

pytestmark = pytest.mark.timeout(400)
SHORT = ("--minutes=0.15", "--rate=8", "--people=40", "--pause=0.5", "--seed=20")
MIXED = "kill web's,kill worker,redis flushed,database away,provider reset"


def chaos(*more: str) -> subprocess.CompletedProcess[str]:
    given = os.environ.get("DATABASE_URL_TEST", "")
    environment = dict(os.environ) | {"ROMS_VENV": sys.prefix, "DATABASE_URL_TEST": given}
    command = [sys.executable, "dev", "chaos", *SHORT, *more]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)


def told(output: str, words: str) -> int:
    """The number behind these words."""
    found = re.search(rf"^ *{re.escape(words)} +(\d+)$", output, re.MULTILINE)
    assert found, output
    return int(found[1])


@pytest.mark.parametrize("database", ["sqlite", "postgres"])
def test_nothing_is_lost_doubled_or_reordered(database: str) -> None:
    done = chaos(f"--database={database}", f"--only={MIXED}")
    output = done.stdout
    assert done.returncode == 0, output + done.stderr
    assert told(output, "received (answered 2xx)") == told(output, "stored") > 20
    for words in ("lost", "doubled", "reordered", "bot spoke after a takeover", "stuck", "promises broken"):
        assert told(output, words) == 0
    assert "longest recovery" in output


def test_a_fault_that_is_not_there_is_named() -> None:
    done = chaos("--only=rain")
    assert done.returncode == 2
    assert "there is no fault 'rain'" in done.stdout
    assert all(name in done.stdout for name, kind in KINDS.items() if "sqlite" in kind.on)
