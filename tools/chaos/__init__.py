"""Break it on purpose: real processes under load, killed, cut off and starved; then a ledger of every message.

Everything is in a temporary folder, with ports of its own. The same seed breaks the same things in the same order. It
ends with 0 when nothing was lost, doubled or reordered, else with 1 and the story of each message. See docs/chaos.md.
"""

from __future__ import annotations

import argparse
import subprocess
import sys

from tools import venv
from tools.places import ROOT


def arguments(parser: argparse.ArgumentParser) -> None:
    """The command's options."""
    parser.add_argument("--minutes", type=float, default=2.0, help="how long things break, at least (2)")
    parser.add_argument("--kills", type=int, default=0, help="… and until so many processes were killed")
    parser.add_argument("--messages", type=int, default=0, help="… and so many messages were written and sent")
    parser.add_argument("--seed", default="1", help="what breaks, and when (1)")
    parser.add_argument("--database", choices=("sqlite", "postgres"), default="sqlite")
    parser.add_argument("--only", default="", metavar="KIND,KIND", help="kinds of faults, or their beginnings")
    parser.add_argument("--rate", type=float, default=30.0, help="texts that contacts write a second (30)")
    parser.add_argument("--people", type=int, default=300, help="contacts who write (300)")
    parser.add_argument("--pause", type=float, default=2.0, help="seconds between two faults, about (2)")
    parser.add_argument("--port", type=int, default=0, help="the web server's (any)")


def main(options: argparse.Namespace) -> int:
    """The run itself needs what ROMS needs, so it is a program of the environment's Python."""
    venv.ensure(venv.DEV)
    given = {name: getattr(options, name) for name in vars(_defaults())}
    command = [venv.python(), "-m", "tools.chaos.program"]
    command += [f"--{name}={value}" for name, value in given.items()]
    with subprocess.Popen(command, cwd=ROOT) as program:
        while True:
            try:
                return program.wait()
            except KeyboardInterrupt:
                sys.stdout.write("\nstopping; the ledger follows …\n")


def _defaults() -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    arguments(parser)
    return parser.parse_args([])
