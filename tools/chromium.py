"""The browser that the browser tests drive: the machine's own Chromium."""

from __future__ import annotations

import os
import shutil
import subprocess

from tools.terminal import give_up, say

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
HOW = "the browser tests need Chromium; on Debian: apt-get install chromium, or set CHROMIUM to a browser's path"


def find_or_install() -> str:
    """The browser's path."""
    return find() or install()


def find() -> str | None:
    """CHROMIUM, else the first that is installed."""
    return os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)


def install() -> str:
    """As root on Debian we can help ourselves."""
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        give_up(HOW)
    say("  chromium     installing Debian's, which happens once")
    quiet = dict(os.environ) | {"DEBIAN_FRONTEND": "noninteractive"}
    for command in (["update"], ["install", "-y", "--no-install-recommends", "chromium"]):
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
            give_up(f"apt-get {command[0]} failed. {HOW}")
    return find() or give_up(HOW)
