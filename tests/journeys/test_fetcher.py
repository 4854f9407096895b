"""worker.py files as a process: killed in the middle of a file, the next one brings it, once."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import update

from roms import clock, queue
from roms.config import ROOT
from roms.db import db, table, writing
from roms.models import Attachment, FileState
from tests.attachments import arrives, content, provides, row
from tests.cast import Cast
from tests.conftest import KEYS
from tests.elsewhere import Elsewhere, elsewhere
from tests.services.test_pictures import photo

WORKER = """
import sys
from dataclasses import replace
from roms import background, queue
from roms.channels import ADAPTERS
from roms.channels.base import Download
media = lambda account, client, ref: Download(ref["url"], {"Authorization": "Bearer canary"}, (sys.argv[1],))
ADAPTERS["whapi"] = replace(ADAPTERS["whapi"], media=media)
sys.exit(background.work(queue.FILES))
"""


@pytest.fixture
def there(monkeypatch: pytest.MonkeyPatch) -> Iterator[Elsewhere]:
    with elsewhere() as server:
        provides(monkeypatch, server)
        yield server


def fetcher(app: Flask, there: Elsewhere) -> subprocess.Popen[bytes]:
    config = app.extensions["roms.config"]
    environ = {name: value for name, value in os.environ.items() if not name.startswith("ROMS_")}
    environ |= {"DATABASE_URL": config.database_url, "REDIS_URL": config.redis_url, **KEYS}
    environ |= {"ROMS_STORAGE": config.storage, "ROMS_INSTANCE": "trial"}
    return subprocess.Popen([sys.executable, "-c", WORKER, there.origin], cwd=ROOT, env=environ)


def until(file: str, state: FileState, seconds: float = 40) -> None:
    deadline = time.monotonic() + seconds
    while row(file).state is not state:
        assert time.monotonic() < deadline, row(file).state
        queue.wake(files=True)  # as the ticker does
        time.sleep(0.1)


def test_killed_in_the_middle_the_file_still_comes_once(app: Flask, cast: Cast, there: Elsewhere) -> None:
    there.script["photo"] = [(200, photo())]
    slow, quick = arrives(cast, there.url("/trickle")), arrives(cast, there.url("/scripted/photo"))
    first = fetcher(app, there)
    until(quick, FileState.READY)
    until(slow, FileState.FETCHING)
    first.send_signal(signal.SIGKILL)
    first.wait(10)
    assert row(slow).state is FileState.FETCHING
    with writing():  # a minute goes by, and the provider is itself again
        again = update(table(Attachment)).where(Attachment.public_id == slow)
        media = {"url": there.url("/scripted/photo")}
        db.session.execute(again.values(lease_until=clock.now(), ref=media))
    second = fetcher(app, there)
    until(slow, FileState.READY)
    second.terminate()
    assert second.wait(20) == 0
    assert content(cast.ani, slow)["state"] == "ready"
    assert row(slow).attempts == 2
    files = [each for each in Path(app.extensions["roms.config"].storage).rglob("*") if each.is_file()]
    assert len(files) == 2, "the picture and its small one, and no draft"
    assert sorted(each[1] for each in there.asked) == ["/scripted/photo", "/scripted/photo", "/trickle"]
