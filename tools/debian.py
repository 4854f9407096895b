"""Packages of the machine that tests need. As root on Debian we can help ourselves."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Sequence

from tools.terminal import say


def install(packages: Sequence[str]) -> str | None:
    """None when they are there now, else why they are not."""
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        return "only root can install it, on Debian"
    quiet = dict(os.environ) | {"DEBIAN_FRONTEND": "noninteractive"}
    for command in (["update"], ["install", "-y", "--no-install-recommends", *packages]):
        done = subprocess.run(
            ["apt-get", "-q", *command],
            env=quiet,
            text=True,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        if done.returncode != 0:
            say("\n".join("    " + line for line in done.stdout.splitlines()[-12:]))
            return f"apt-get {command[0]} failed"
    return None
