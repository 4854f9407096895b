"""Counts instructions, so that a test can hold what a turn costs on any machine, however busy."""

from __future__ import annotations

import shutil

from tools import debian
from tools.terminal import say


def find_or_install() -> None:
    """Where it cannot be had the one test is skipped, which in CI is a failure."""
    if shutil.which("valgrind") is None:
        say("  valgrind     installing Debian's, which happens once")
        if problem := debian.install(["valgrind"]):
            say(f"  valgrind     {problem}: what a turn costs is not counted")
