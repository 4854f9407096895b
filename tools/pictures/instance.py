"""A trial instance with temporary data, and the box beside it as the people outside use it."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from tools.places import ROOT

PORT = 18640
URL, FAKE = f"http://127.0.0.1:{PORT}", f"http://127.0.0.1:{PORT + 1}"
LOGIN = re.compile(r"^\s+(?:agent|admin)\s+\S.*\s(\S+)\s+(\S+)$")
LONGEST = 30.0  # seconds
T = TypeVar("T")


@contextmanager
def instance() -> Iterator[dict[str, str]]:
    """`./dev run` with empty data; everybody's passwords by login."""
    with tempfile.TemporaryDirectory(prefix="roms-pictures-") as data:
        command = [sys.executable, str(ROOT / "dev"), "run", "--port", str(PORT), "--data", data]
        ours = {
            name: value for name, value in os.environ.items() if name != "ROMS_CHROMIUM"
        }  # no setting of an instance
        with subprocess.Popen(command, env=ours, stdout=subprocess.PIPE, text=True) as process:
            try:
                yield passwords(process)
            finally:
                process.terminate()
                process.communicate()  # it has something to say as it ends


def passwords(process: subprocess.Popen[str]) -> dict[str, str]:
    """Read what it says until it is ready."""
    found: dict[str, str] = {}
    for line in process.stdout or ():
        if login := LOGIN.match(line.rstrip()):
            found[login[1]] = login[2]
        if line.startswith("ready"):
            return found
    raise SystemExit("the instance did not start; try ./dev run")


def box(path: str, **body: object) -> Any:
    """Have the box do something (docs/box.md); what it answers."""
    request = urllib.request.Request(f"{FAKE}{path}", json.dumps(body).encode(), {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=10) as answer:
        return json.load(answer)


def accepted() -> list[dict[str, Any]]:
    """What the providers took from us."""
    with urllib.request.urlopen(f"{FAKE}/_accepted", timeout=10) as answer:
        taken: list[dict[str, Any]] = json.load(answer)["accepted"]
    return taken


def whatsapp(number: str, name: str, *texts: str) -> None:
    """A contact writes to the Whapi account, one message after the other."""
    for text in texts:
        box("/_send", person=number, name=name, account="whapi", kind="text", text=text)


def until(found: Callable[[], T], what: str) -> T:
    """Wait for something outside of the browser."""
    limit = time.monotonic() + LONGEST
    while not (it := found()):
        if time.monotonic() > limit:
            raise SystemExit(f"no picture: {what}")
        time.sleep(0.1)
    return it
