"""R-37: what a browser asks after a break is found by an index, however much there is."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event, text

from roms import clock
from roms.db import db
from roms.services import inbox, webchat
from tests.cast import Cast, conversation, say

ASKED: dict[str, Callable[[Cast, str], object]] = {
    "an agent's thread": lambda cast, cid: inbox.changes(cast.ani, cid, 1),
    "an agent's thread anew": lambda cast, cid: inbox.changes(cast.ani, cid, 10**6),
    "a visitor's thread": lambda _cast, _cid: webchat.history("visitor-1", 1),
    "a visitor's thread anew": lambda _cast, _cid: webchat.history("visitor-1", 10**6),
    "what moved": lambda _cast, _cid: inbox.moved_since(clock.now() - timedelta(seconds=2)),
}
WALKED = ("SCAN message", "SCAN history", "SCAN conversation", "Seq Scan on message", "Seq Scan on history")


def plans(ask: Callable[[], object]) -> list[str]:
    """How the database finds what is asked."""
    said: list[tuple[str, Any]] = []

    def hear(_conn: Any, _cursor: Any, statement: str, parameters: Any, *_more: Any) -> None:
        said.append((statement, parameters))

    db.session.rollback()
    event.listen(db.engine, "before_cursor_execute", hear)
    ask()
    event.remove(db.engine, "before_cursor_execute", hear)
    db.session.rollback()
    explain = "EXPLAIN" if db.engine.dialect.name == "postgresql" else "EXPLAIN QUERY PLAN"
    if explain == "EXPLAIN":
        db.session.execute(text("SET LOCAL enable_seqscan = off"))  # of a few rows an index is never worth it
    connection = db.session.connection()
    found = []
    for statement, parameters in said:
        if statement.startswith("SELECT"):
            rows = connection.exec_driver_sql(f"{explain} {statement}", parameters)
            found.append("\n".join(str(row[-1]) for row in rows))
    db.session.rollback()
    return found


@pytest.mark.parametrize("what", ASKED)
def test_r37_nothing_is_walked_through_to_catch_up(app: Flask, client: FlaskClient, cast: Cast, what: str) -> None:
    say(client, "cs")
    webchat.say("visitor-1", "m-1", "cs", None, "id")
    cid = conversation().public_id
    found = plans(lambda: ASKED[what](cast, cid))
    assert found
    for plan in found:
        assert not any(walk in plan for walk in WALKED), plan
