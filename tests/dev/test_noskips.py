"""In CI a skip is a failure."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
SUITE = """
import pytest

def test_runs(): pass

@pytest.mark.skip(reason="by mark")
def test_marked(): pass

def test_inside(): pytest.skip("from inside")

@pytest.mark.xfail(reason="known")
def test_known(): assert False
"""


@pytest.mark.parametrize(
    ("switch", "outcome"),
    [([], "1 passed, 3 skipped, 1 xfailed"), (["--no-skips"], "1 failed, 1 passed, 1 xfailed, 2 errors")],
)
def test_skips_fail_when_none_are_allowed(tmp_path: Path, switch: list[str], outcome: str) -> None:
    (tmp_path / "test_some.py").write_text(SUITE)
    (tmp_path / "test_whole.py").write_text("import pytest\npytest.importorskip('no_such_thing')\n")
    command = [sys.executable, "-m", "pytest", "-p", "tests.plugins.noskips", "-p", "no:cacheprovider"]
    options = ["--continue-on-collection-errors", "-c", "/dev/null", "--rootdir", str(tmp_path), *switch, str(tmp_path)]
    done = subprocess.run([*command, *options], cwd=ROOT, capture_output=True, text=True)
    assert outcome in done.stdout.splitlines()[-1]
