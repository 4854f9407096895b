"""Put the code in form: ruff format, and what ruff check can mend by itself."""

from __future__ import annotations

import argparse
import subprocess

from tools import venv
from tools.places import ROOT


def arguments(parser: argparse.ArgumentParser) -> None:
    """None: the form is in pyproject.toml."""


def main(_options: argparse.Namespace) -> int:
    """Mend first, because mending may leave lines to be put in form."""
    venv.ensure(venv.DEV)
    mended = subprocess.run([venv.python(), "-m", "ruff", "check", "--fix", "."], cwd=ROOT).returncode
    formed = subprocess.run([venv.python(), "-m", "ruff", "format", "."], cwd=ROOT).returncode
    return mended or formed
