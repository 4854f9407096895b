"""The checkout's own Python environment, made with nothing but python3 and python3-pip.

Debian's python3 has no ensurepip and its pip refuses the system's folders, so: an environment without pip, filled by
the pip outside it. A stamp says what is installed, so the second start asks pip nothing.
"""

from __future__ import annotations

import fcntl
import hashlib
import importlib.util
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from tools.places import ROOT
from tools.terminal import give_up, say, stage, stage_line, transient

RUN, DEV = "requirements.txt", "requirements-dev.txt"  # the second contains the first
NO_NETWORK = ("Failed to establish a new connection", "Name or service not known", "Temporary failure in name")
SECONDS_BETWEEN_LINES = 10


def folder() -> Path:
    """Where the environment is. ROMS_VENV names one to be used as it is, unchecked."""
    return Path(os.environ.get("ROMS_VENV") or ROOT / ".venv").absolute()


def python() -> str:
    """The environment's interpreter."""
    return str(folder() / "bin" / "python")


def ensure(requirements: str = RUN) -> None:
    """Make or complete the environment unless its stamp says that it has all this already."""
    if os.environ.get("ROMS_VENV"):
        return
    with alone():
        if stamp_of(requirements) not in stamps():
            build(requirements)


@contextmanager
def alone() -> Iterator[None]:
    """Two ./dev at once must not fill one environment together; the checkout's own folder is the lock."""
    checkout = os.open(ROOT, os.O_RDONLY)
    try:
        fcntl.flock(checkout, fcntl.LOCK_EX)
        yield
    finally:
        os.close(checkout)


def build(requirements: str) -> None:
    """Make the environment, or go on from a usable one, and stamp it at the very end."""
    if not has_pip():
        give_up(f"pip is missing from {sys.executable}; on Debian: apt-get install python3-pip")
    if not usable():
        shutil.rmtree(folder(), ignore_errors=True)
        with stage("environment", f"{folder().name} made"):
            subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(folder())], check=True)
    unfinished().touch()
    install(requirements)
    contained = (RUN,) if requirements == RUN else (RUN, DEV)
    (folder() / "stamps").write_text("\n".join(stamp_of(name) for name in contained))
    unfinished().unlink()


def has_pip() -> bool:
    """Whether the Python that started us can install for another."""
    return importlib.util.find_spec("pip") is not None


def stamp_of(requirements: str) -> str:
    """Changes with the pins, with the Python, and when the checkout is moved (scripts hold absolute paths)."""
    parts = ((ROOT / requirements).read_text(), sys.version, str(folder()))
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def stamps() -> list[str]:
    """What was installed to the end, by stamp."""
    written = folder() / "stamps"
    return written.read_text().split() if usable() and written.exists() else []


def unfinished() -> Path:
    """Exists while pip works; found at the next start, it says that pip never came to the end."""
    return folder() / "unfinished"


def usable() -> bool:
    """Whether pip may build on what is there: half a package passes for a whole one, so not on an unfinished folder."""
    made_for = folder() / "pyvenv.cfg"
    if unfinished().exists() or not Path(python()).exists() or not made_for.exists():
        return False
    version = re.search(r"^version = (\S+)", made_for.read_text(), re.MULTILINE)
    return version is not None and version[1] == ".".join(map(str, sys.version_info[:3]))


def install(requirements: str) -> None:
    """Let pip fetch exactly the pinned wheels; its flood of lines becomes a counter, its last ones an explanation."""
    command = [sys.executable, "-m", "pip", "--python", python(), "install", "-r", requirements]
    command += ["--require-hashes", "--only-binary", ":all:", "--no-compile"]
    command += ["--no-input", "--disable-pip-version-check", "--progress-bar", "off"]
    total = len(re.findall(r"^[a-z0-9].*==", (ROOT / requirements).read_text(), re.MULTILINE))
    say(f"  {'packages':<12} {total} to fetch and install; this happens once")
    with tempfile.TemporaryFile("w+") as log:
        pip = subprocess.Popen(command, cwd=ROOT, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        assert pip.stdout is not None
        follow(copied(pip.stdout, log), total)
        if pip.wait() != 0:
            log.seek(0)
            explain(log.read())


def copied(lines: Iterable[str], log: IO[str]) -> Iterable[str]:
    """The same lines, kept for the case that something goes wrong."""
    for line in lines:
        log.write(line)
        yield line


def follow(lines: Iterable[str], total: int) -> None:
    """Turn pip's lines into progress: a counter on a terminal, a line now and then in a log."""
    begun = spoken = time.monotonic()
    fetched = 0
    for line in lines:
        now = time.monotonic()
        if line.startswith("Collecting "):
            fetched += 1
            transient(f"  {'packages':<12} {fetched} of {total} …")
        if line.startswith("Installing collected packages"):
            stage_line("packages", f"{fetched} fetched", now - begun)
            transient(f"  {'packages':<12} installing …")
            begun = spoken = now
        elif now - spoken > SECONDS_BETWEEN_LINES and not sys.stdout.isatty():
            say(f"  {'packages':<12} {fetched} of {total} after {now - begun:.0f} s")
            spoken = now
        if line.startswith("Successfully installed"):
            stage_line("packages", "installed", now - begun)


def explain(output: str) -> None:
    """Say why pip failed in a line, with pip's last words below it."""
    transient("")
    say("\n".join("    " + line for line in output.splitlines()[-12:]))
    if any(sign in output for sign in NO_NETWORK):
        give_up("the package index cannot be reached: is there a network, or must a proxy be set (https_proxy)?")
    give_up("pip could not install the packages; its last words are above. The next start begins afresh.")
