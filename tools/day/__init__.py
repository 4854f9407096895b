"""Days at a shop on a virtual clock: who got which conversation and why, who waited, and whether it was fair.

A working day with lunch, an agent who falls ill and closing time, a holiday, and the morning after it. Customers write
to the web chat, eight agents answer as people do: one after the other, sometimes not at all. It ends with 0 when
nobody was left without an owner or a word, nobody had more than fits and nobody was overtaken.
"""

from __future__ import annotations

import argparse
import subprocess

from tools import venv
from tools.places import ROOT


def arguments(parser: argparse.ArgumentParser) -> None:
    """The command's options."""
    parser.add_argument("--customers", type=int, default=600, help="who write on the working day (600)")
    parser.add_argument("--seed", type=int, default=1, help="who writes what, and when (1)")
    parser.add_argument("--all", action="store_true", help="tell every assignment, not a few")


def main(options: argparse.Namespace) -> int:
    """The days need what ROMS needs, so they are a program of the environment's Python."""
    venv.ensure(venv.DEV)
    command = [venv.python(), "-m", "tools.day.program", f"--customers={options.customers}", f"--seed={options.seed}"]
    return subprocess.run(command + ["--all"] * options.all, cwd=ROOT).returncode
