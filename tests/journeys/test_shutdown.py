"""R-15: what is asked to end ends within 30 s, and nothing is lost, left unknown or sent twice; kill -9 likewise."""

from __future__ import annotations

import contextlib
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_migrate import Migrate, downgrade, upgrade
from sqlalchemy import select, update

from roms import background, clock, queue
from roms.channels.fake import Box
from roms.config import ROOT
from roms.db import db, table, writing
from roms.models import Direction, Message, Status
from roms.services import accounts, arrivals
from tests.cast import PASSWORD, Cast, say, whapi_body
from tests.crew import ALL, Crew, until
from tests.web.agent import Agent, closed, heard, listens

SLOW = 2000  # ms that the provider takes for each message
MOST = 60  # messages that one of those who write has to say


class Load:
    """People who write until nobody answers; what was answered 200 is remembered."""

    def __init__(self, url: str, at_once: int = 2) -> None:
        self._url, self._over = url, threading.Event()
        self.promised: set[str] = set()
        self.refused: list[int] = []
        self._threads = [threading.Thread(target=self._write, args=(number,)) for number in range(at_once)]
        for thread in self._threads:
            thread.start()

    def _write(self, who: int) -> None:
        number = 0
        with httpx.Client() as client:
            while number < MOST and not self._over.wait(0.1):
                number += 1
                body = whapi_body("halo", f"62811{who:02}{number:05}", id=f"load-{who}-{number}")
                try:
                    status = client.post(f"{self._url}/webhook/whapi", json=body, timeout=5).status_code
                except httpx.TransportError:
                    continue
                if status == 200:
                    self.promised.add(f"load-{who}-{number}")
                else:
                    self.refused.append(status)

    def close(self) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join()


def statuses() -> Counter[Status]:
    db.session.rollback()
    return Counter(db.session.scalars(select(Message.status).where(Message.direction == Direction.OUT)))


def stored() -> set[str]:
    db.session.rollback()
    return set(db.session.scalars(select(Message.provider_id).where(Message.direction == Direction.IN)))  # type: ignore[arg-type]


@pytest.fixture
def schema_before(app: Flask, cast: Cast) -> Iterator[None]:
    """What the last migration brought is not there yet."""
    Migrate(app, db, directory=str(ROOT / "migrations"), render_as_batch=True)
    db.session.remove()
    downgrade(revision="-1")
    yield
    upgrade()


@pytest.mark.timeout(400)
def test_r15_a_migration_and_then_term_under_load_end_everything_in_time_and_lose_nothing(
    app: Flask, cast: Cast, schema_before: None, provider: Box, work: Callable[[], None], tmp_path: Path
) -> None:
    accounts.set_password(cast.ani.id, PASSWORD)
    provider.faults.dial(delay_ms=SLOW, times=0)
    with Crew(app, tmp_path) as crew, contextlib.closing(Load(crew.url)) as load:
        until("nobody was answered before the migration", lambda: len(load.promised) >= 3)
        crew.migrate()
        until("some worker is missing", lambda: queue.client().scard("rq:workers") == 3)
        with Agent(crew.url).socket() as ws:
            listens(ws)
            until("the provider took nothing", lambda: statuses()[Status.ACCEPTED] >= 1)
            until("nothing is under way", lambda: statuses()[Status.SENDING] >= 4)
            ended = crew.stop()
            assert {name: code for name, (code, _) in ended.items()} == dict.fromkeys(ALL, 0), ended
            assert heard(ws, "bye", 10)["within"] == 3
            assert closed(ws) == 1012
    while arrivals.spool().is_waiting(cast.whapi):
        background.flush_spool()
    assert (load.promised - stored(), load.refused) == (set(), [])
    left = statuses()
    assert (left[Status.SENDING], left[Status.UNKNOWN]) == (0, 0)
    assert left[Status.ACCEPTED] == len(provider.accepted) >= 5
    assert left[Status.QUEUED] > 0, "the load was none: all was sent before the end"
    goes_on_once(provider, work)


def goes_on_once(provider: Box, work: Callable[[], None]) -> None:
    """The next processes send what the ended ones left, and nothing again."""
    provider.faults.clear()

    def all_sent() -> bool:
        """A look of the ticker and a worker's round: a drain that has run long enough leaves the rest to the next."""
        background.sweep_outbox()
        work()
        return set(statuses()) == {Status.ACCEPTED}

    until("what was left is not sent", all_sent)
    assert statuses().total() == len(provider.accepted)
    assert set(Counter(each["id"] for each in provider.accepted).values()) == {1}


def test_r15_a_worker_killed_while_the_provider_answers_leaves_honest_doubt_and_nothing_is_sent_twice(
    app: Flask, client: FlaskClient, cast: Cast, provider: Box, tmp_path: Path
) -> None:
    provider.faults.dial(hang=True, before_accept=False, times=4)
    with Crew(app, tmp_path, ("worker",)) as crew:
        for number in range(4):
            say(client, "halo", f"62811000000{number}")
        until("nothing is under way", lambda: len(provider.accepted) == 4)
        crew.kill("worker")
        crew.start("worker")
        with writing():  # as time does
            lost = table(Message).c.status == Status.SENDING
            db.session.execute(
                update(table(Message)).where(lost).values(lease_until=clock.now() - timedelta(seconds=1))
            )
        background.sweep_outbox()
        assert statuses()[Status.UNKNOWN] == 4

        def all_is_sent() -> bool:
            background.sweep_outbox()  # as the ticker does: what follows a lost message waits for a few seconds
            return not statuses()[Status.QUEUED] and not statuses()[Status.SENDING]

        until("the new worker sends nothing", all_is_sent)
    assert statuses() == {Status.UNKNOWN: 4, Status.ACCEPTED: len(provider.accepted) - 4}
