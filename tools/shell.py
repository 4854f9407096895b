"""A Python prompt inside the trial instance: flask shell with its data folder's database and Redis."""

from __future__ import annotations

import argparse
import subprocess

from tools import run, venv
from tools.places import ROOT, data_folder, trial_environment
from tools.terminal import give_up


def arguments(parser: argparse.ArgumentParser) -> None:
    """The same two that say which instance `./dev run` starts."""
    run.which_instance(parser)


def main(options: argparse.Namespace) -> int:
    """Look at the data that is there; an instance must have run once, and may be running."""
    data = data_folder(options.data)
    if not data.exists():
        give_up(f"there is no instance in {data} yet: ./dev run makes one")
    venv.ensure()
    command = [venv.python(), "-m", "flask", "--app", "wsgi", "shell", *options.rest]
    return subprocess.run(command, cwd=ROOT, env=trial_environment(data, options.port)).returncode
