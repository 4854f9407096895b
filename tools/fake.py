"""The WhatsApp in a box alone: four providers and any number of phones, on 127.0.0.1, until Ctrl-C.

docs/box.md tells what it can do and how its faults are dialled.
"""

from __future__ import annotations

import argparse
import subprocess

from tools import venv
from tools.places import ROOT
from tools.terminal import say


def arguments(parser: argparse.ArgumentParser) -> None:
    """The command's options."""
    parser.add_argument("--port", type=int, default=8001, help="where it listens (8001)")
    parser.add_argument("--web", metavar="URL", default="", help="ROMS's address: webhooks go to URL/webhook/<kind>")


def main(options: argparse.Namespace) -> int:
    """Run it; its own exit code."""
    venv.ensure()
    command = [venv.python(), "-m", "roms.channels.fake", "--port", str(options.port), "--web", options.web]
    with subprocess.Popen(command, cwd=ROOT) as box:
        while True:
            try:
                return box.wait()
            except KeyboardInterrupt:
                say("ending …")  # it heard the same Ctrl-C
