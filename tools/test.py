"""Prove it: lint, then every test, on SQLite and PostgreSQL and in a browser. With arguments only pytest, with them.

Tests need Chromium and valgrind (installed here by apt-get when that may be done, otherwise it says how) and
PostgreSQL: the one DATABASE_URL_TEST names, else one from a wheel, started for this run in the temporary folder. With
CI=true a skipped test is a failed one.
"""

from __future__ import annotations

import argparse
import os
import subprocess

from tools import chromium, lint, postgres, valgrind, venv
from tools.places import ROOT
from tools.terminal import stage

# Four processes on two cores, for many tests wait; a file stays in one, with its fixtures.
ALL = ("-n", "4", "--dist", "loadfile", "--no-loadscope-reorder", "-p", "tests.plugins.longestfirst")


def arguments(parser: argparse.ArgumentParser) -> None:
    """Everything else is pytest's."""
    parser.epilog = "examples: ./dev test · ./dev test tests/engine -x · ./dev test -k handoff"


def main(options: argparse.Namespace) -> int:
    """Make ready, check, test; pytest's summary is the last word."""
    with stage("environment", "ready"):
        venv.ensure(venv.DEV)
    with stage("chromium", "found"):
        browser = chromium.find_or_install()
    valgrind.find_or_install()
    if not options.rest and not lint.static():
        return 1
    with postgres.server() as database:
        environment = dict(os.environ) | {"DATABASE_URL_TEST": database, "CHROMIUM": browser}
        environment.pop("PYTHONDONTWRITEBYTECODE", None)  # hundreds of processes would each compile all of our modules
        strict = ("--no-skips",) if os.environ.get("CI", "").lower() in ("1", "true", "yes") else ()
        command = [venv.python(), "-m", "pytest", "-p", "tests.plugins.noskips", *strict, *(options.rest or ALL)]
        return subprocess.run(command, cwd=ROOT, env=environment).returncode
