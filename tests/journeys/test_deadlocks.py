"""Two transactions that wait for each other: the database ends one, and it begins anew."""

from __future__ import annotations

import threading
from contextlib import suppress

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from roms.db import after_commit, db, transaction
from roms.models import Conversation
from tests.cast import Cast, say

FIRST, SECOND = "6281200000001", "6281200000002"


def address(number: str) -> str:
    return f"{number}@s.whatsapp.net"


def test_two_that_lock_the_same_threads_in_turn_both_get_their_way(app: Flask, client: FlaskClient, cast: Cast) -> None:
    for number in (FIRST, SECOND):
        say(client, "halo", number)
    met, told = threading.Barrier(2, timeout=1.0), []

    @transaction()
    def mark(mine: str, other: str) -> None:
        after_commit(lambda: told.append(mine))
        for place in (mine, other):
            thread = Conversation.at(cast.whapi, address(place))
            assert thread is not None
            thread.labels = [*thread.labels, mine[-1]]
            db.session.flush()
            with suppress(threading.BrokenBarrierError):  # on SQLite, and the second time, nobody is there to meet
                met.wait()

    def run(mine: str, other: str) -> None:
        with app.app_context():
            mark(mine, other)
            db.session.remove()

    threads = [threading.Thread(target=run, args=pair) for pair in ((FIRST, SECOND), (SECOND, FIRST))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    db.session.rollback()
    marked = db.session.scalars(select(Conversation)).all()
    assert [sorted(thread.labels) for thread in marked] == [["1", "2"]] * 2
    assert sorted(told) == [FIRST, SECOND]
