"""Check style, types and structure: ruff, mypy, and the tests that hold the layers, migrations and documentation."""

from __future__ import annotations

import argparse
import subprocess
import time

from tools import venv
from tools.places import ROOT
from tools.terminal import stage_line

STRUCTURE = ("tests/test_layers.py", "tests/test_migrations.py", "tests/test_docs.py")


def arguments(parser: argparse.ArgumentParser) -> None:
    """None: what is checked is in pyproject.toml."""


def main(_options: argparse.Namespace) -> int:
    """All of it, also after a first failure; the exit code says whether any failed."""
    venv.ensure(venv.DEV)
    structure = [name for name in STRUCTURE if (ROOT / name).exists()]
    return int(not all((static(), passes("structure", ["pytest", "-q", *structure]))))


def static() -> bool:
    """What needs no running: style, form and types."""
    checks = {
        "style": ["ruff", "check", "."],
        "form": ["ruff", "format", "--check", "."],
        "types": ["mypy"],
    }
    results = [passes(name, command) for name, command in checks.items()]
    return all(results)


def passes(name: str, command: list[str]) -> bool:
    """Run one check; its own words stand above its line."""
    begun = time.monotonic()
    code = subprocess.run([venv.python(), "-m", *command], cwd=ROOT).returncode
    stage_line(name, "fine" if code == 0 else f"FAILED: {' '.join(command)}", time.monotonic() - begun)
    return code == 0
