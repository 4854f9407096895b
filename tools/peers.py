"""What the engine is measured against, in .bench/: a Python environment of its own and, where there is Node, a package.

Never in the environment that ROMS runs in. What cannot be had is left out with a line, and the benchmark goes on.
"""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from tools.places import ROOT
from tools.terminal import say, stage

FOLDER = ROOT / ".bench"
PYTHON = FOLDER / "python"
NODE = FOLDER / "node"
PINS = ROOT / "requirements-bench.txt"
PACKAGES = (ROOT / "bench" / "peers" / "package.json", ROOT / "bench" / "peers" / "package-lock.json")
PIP = ("--require-hashes", "--only-binary", ":all:", "--no-input", "--disable-pip-version-check", "--quiet")


def ensure() -> None:
    """Make what is missing or was made from other pins."""
    if not _made(PYTHON, (PINS,)):
        _python()
    if shutil.which("node") is None or shutil.which("npm") is None:
        say("  peers        no Node here: xstate is left out")
    elif not _made(NODE, PACKAGES):
        _node()


def _python() -> None:
    shutil.rmtree(PYTHON, ignore_errors=True)
    with stage("peers", "Python environment for what ROMS is measured against"):
        subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(PYTHON)], check=True)
        python = str(PYTHON / "bin" / "python")
        pip = [sys.executable, "-m", "pip", "--python", python, "install", "-r", str(PINS), *PIP]
        _done(pip, PYTHON, (PINS,), "the peers in Python are left out")


def _node() -> None:
    shutil.rmtree(NODE, ignore_errors=True)
    NODE.mkdir(parents=True)
    for path in PACKAGES:
        shutil.copy(path, NODE)
    with stage("peers", "Node package for what ROMS is measured against"):
        npm = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--prefix", str(NODE)]
        _done(npm, NODE, PACKAGES, "xstate is left out")


def _done(command: Sequence[str], folder: Path, pins: Sequence[Path], otherwise: str) -> None:
    """Stamp the folder when all went well; else say what is missing from the table, and why."""
    done = subprocess.run(command, cwd=FOLDER, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    if done.returncode == 0:
        (folder / "stamp").write_text(_stamp(pins))
    else:
        say("\n".join("    " + line for line in done.stdout.splitlines()[-4:]))
        say(f"  peers        {otherwise}: it could not be installed; see above")


def _made(folder: Path, pins: Sequence[Path]) -> bool:
    stamp = folder / "stamp"
    return stamp.exists() and stamp.read_text() == _stamp(pins)


def _stamp(pins: Sequence[Path]) -> str:
    parts = [path.read_bytes() for path in pins] + [sys.version.encode(), str(FOLDER).encode()]
    return hashlib.sha256(b"\0".join(parts)).hexdigest()
