"""Every job runs twice one day: RQ begins an abandoned one anew. The second run changes nothing."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from concurrent.futures import wait
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, update

from roms import clock, draining, jobs, process
from roms.channels.fake import Box
from roms.config import ROOT
from roms.db import Model, db, writing
from roms.models import Message, Status
from roms.services import channels, publishing, signals
from tests.attachments import arrives, provides
from tests.cast import Cast, conversation, say
from tests.conftest import Clock
from tests.elsewhere import Elsewhere, elsewhere
from tests.kit.invariants import assert_invariants
from tests.kit.knocks import Knocks
from tests.services.test_pictures import photo

ASK = """flow: ask
triggers: [{{keywords: tanya}}]
steps: {{look: {{http: {{post: "{0}/good", save: found, failed: down}}}}, down: {{say: Gagal, end: true}}}}
"""


class Stage:
    """What the jobs need to have something to do."""

    def __init__(self, client: FlaskClient, cast: Cast, there: Elsewhere, provider: Box) -> None:
        self.client, self.cast, self.there, self.provider = client, cast, there, provider

    def message_waits(self) -> tuple[int, ...]:
        say(self.client, "halo")
        return (self.cast.whapi,)

    def call_waits(self) -> tuple[int, ...]:
        publishing.publish(publishing.files_in(ROOT / "flows") | {"ask.yaml": ASK.format(self.there.origin)})
        say(self.client, "tanya")
        return ()

    def file_waits(self) -> tuple[int, ...]:
        self.there.script["photo"] = [(200, photo())] * 3
        arrives(self.cast, self.there.url("/scripted/photo"))
        return ()

    def templates_are_old(self) -> tuple[int, ...]:
        return (channels.find("meta").channel_id,)

    def sign_waits(self) -> tuple[int, ...]:
        said = self.provider.say("6281234567890", "cs")
        say(self.client, "cs", id=said)
        signals.read_by_agent(conversation().public_id)
        return ()

    def account_is_asked(self) -> tuple[int, ...]:
        return (self.cast.whapi,)

    def message_was_missed(self) -> tuple[int, ...]:
        say(self.client, "halo")
        self.provider.send("6281234567890", account="whapi", text="menu", at=clock.now().timestamp())
        return (self.cast.whapi, 1)

    def send_is_unknown(self) -> tuple[int, ...]:
        self.provider.faults.dial(cut=True, before_accept=False, to="6281234567890@s.whatsapp.net")
        say(self.client, "halo")
        draining.drain(self.cast.whapi)
        with writing():
            db.session.execute(update(Message).where(Message.status == Status.UNKNOWN).values(due_at=clock.now()))
        return (self.cast.whapi,)


# A new job has its line here: what gives it something to do, and its arguments.
BEGUN: dict[str, Callable[[Stage], tuple[int, ...]]] = {
    "drain": Stage.message_waits,
    "call_out": Stage.call_waits,
    "fetch_files": Stage.file_waits,
    "sync_templates": Stage.templates_are_old,
    "signal": Stage.sign_waits,
    "look_at_account": Stage.account_is_asked,
    "fetch_missed": Stage.message_was_missed,
    "look_for_lost": Stage.send_is_unknown,
}


@pytest.fixture
def there(monkeypatch: pytest.MonkeyPatch) -> Iterator[Elsewhere]:
    with elsewhere() as server:
        provides(monkeypatch, server)
        yield server


@pytest.fixture
def settings(there: Elsewhere, tmp_path: Path) -> dict[str, str]:
    return {"ROMS_HTTP_HOSTS": there.origin}


@pytest.fixture
def stage(client: FlaskClient, knocks: Knocks, cast: Cast, there: Elsewhere, provider: Box) -> Iterator[Stage]:
    yield Stage(client, cast, there, provider)
    process.client().close()
    process.client.cache_clear()


def run(job: str, *arguments: int) -> None:
    """To its end, with what it began on threads of its own."""
    getattr(jobs, job)(*arguments)
    wait(jobs._calling | jobs._fetching)
    draining.finish()


def everything(stage: Stage) -> dict[str, Any]:
    """Every row of every table, and what the outside has seen."""
    db.session.rollback()
    tables = Model.metadata.sorted_tables
    rows: dict[str, Any] = {each.name: sorted(map(repr, db.session.execute(select(*each.c)))) for each in tables}
    rows["channel_fetch"] = len(rows["channel_fetch"])  # its moment is the provider's clock, which goes on
    db.session.rollback()
    box = stage.provider
    return rows | {"accepted": len(box.accepted), "signals": len(box.signals), "asked": len(stage.there.asked)}


def test_every_job_is_below() -> None:
    found = inspect.getmembers(jobs, lambda each: inspect.isfunction(each) and each.__module__ == jobs.__name__)
    assert {name for name, _ in found if not name.startswith("_")} == set(BEGUN)


@pytest.mark.parametrize("job", BEGUN)
def test_a_job_that_runs_again_changes_nothing(clock: Clock, stage: Stage, knocks: Knocks, job: str) -> None:
    arguments = BEGUN[job](stage)
    before = everything(stage)
    run(job, *arguments)
    once = everything(stage)
    assert once != before, "it had nothing to do, so this proves nothing"
    run(job, *arguments)
    assert everything(stage) == once
    assert_invariants(stage.provider, knocks.promised, knocks.resent)
