"""Remove what ./dev made: the environment and caches; with --data also the instance's data folder, for good."""

from __future__ import annotations

import argparse
import shutil
from pathlib import Path

from tools import run, venv
from tools.places import ROOT, data_folder
from tools.terminal import say

CACHES = (".ruff_cache", ".mypy_cache", ".pytest_cache", ".hypothesis")


def arguments(parser: argparse.ArgumentParser) -> None:
    """Data is only removed when named, and asked about."""
    parser.add_argument("--data", nargs="?", const="", metavar="FOLDER", help="also remove the data folder (var)")
    parser.add_argument("--yes", action="store_true", help="remove it without asking")


def main(options: argparse.Namespace) -> int:
    """Refuse while the instance runs; ask before data goes."""
    data = data_folder(options.data)
    if data.exists():
        run.taken_lock(data)
    doomed = [ROOT / ".venv", ROOT / ".bench", *(ROOT / name for name in CACHES), *caches_of_python()]
    if options.data is not None and data.exists():
        if not (options.yes or input(f"Remove {data} with all conversations in it? [y/N] ").lower() in ("y", "yes")):
            return 1
        doomed.append(data)
    for path in filter(Path.exists, doomed):
        shutil.rmtree(path)
        say(f"removed {run.shown(path)}")
    return 0


def caches_of_python() -> list[Path]:
    """Every __pycache__ of the checkout outside the environment, which goes as a whole."""
    return [path for path in ROOT.rglob("__pycache__") if venv.folder() not in path.parents]
