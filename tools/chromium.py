"""The browser that the browser tests drive: the machine's own Chromium, and what Playwright needs to talk to it."""

from __future__ import annotations

import os
import shutil
import subprocess

from tools import debian, venv
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
    say("  chromium     installing Debian's, which happens once")
    if problem := debian.install(PACKAGES):
        give_up(f"{problem}. {HOW}")
