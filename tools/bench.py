"""Measure: ./dev bench NAME [...] runs bench/NAME.py with what follows; without a name it lists them."""

from __future__ import annotations

import argparse
import subprocess

from tools import peers, venv
from tools.places import ROOT
from tools.terminal import give_up, say


def arguments(parser: argparse.ArgumentParser) -> None:
    """The benchmark's name; the rest is its own."""
    parser.add_argument("name", nargs="?", help="one of bench/*.py; its own options follow")


def main(options: argparse.Namespace) -> int:
    """Hand over to the benchmark."""
    known = sorted(path.stem for path in (ROOT / "bench").glob("*.py") if not path.stem.startswith("_"))
    if options.name is None:
        say("\n".join(f"./dev bench {name}" for name in known) or "there are no benchmarks")
        return 0
    if options.name not in known:
        give_up(f"there is no benchmark {options.name}; there are: {', '.join(known) or 'none'}")
    venv.ensure(venv.DEV)
    if options.name == "engine":
        peers.ensure()
    return subprocess.run([venv.python(), "-m", f"bench.{options.name}", *options.rest], cwd=ROOT).returncode
