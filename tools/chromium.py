"""The browser that the browser tests drive: the machine's own Chromium, and what Playwright needs to talk to it."""

from __future__ import annotations

import os
import shutil
import subprocess

from tools import venv
from tools.terminal import give_up, say

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
PACKAGES = ("chromium", "libatomic1")  # the second for the driver in Playwright's wheel: a small Debian lacks it
HOW = f"the browser tests need {' and '.join(PACKAGES)}; on Debian: apt-get install {' '.join(PACKAGES)}"


def find_or_install() -> str:
    """The browser's path."""
    found = find()
    if found is None or not driver_runs():
        install()
        found = find()
    return found or give_up(f"{HOW}, or set CHROMIUM to a browser's path")


def find() -> str | None:
    """CHROMIUM, else the first that is installed."""
    return os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)


def driver_runs() -> bool:
    """Whether the program that Playwright starts can start here."""
    for driver in venv.folder().glob("lib/python3*/site-packages/playwright/driver/node"):
        return subprocess.run([driver, "--version"], capture_output=True).returncode == 0
    return True  # no Playwright yet, so nothing to say


def install() -> None:
    """As root on Debian we can help ourselves."""
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        give_up(HOW)
    say("  chromium     installing Debian's, which happens once")
    quiet = dict(os.environ) | {"DEBIAN_FRONTEND": "noninteractive"}
    for command in (["update"], ["install", "-y", "--no-install-recommends", *PACKAGES]):
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
