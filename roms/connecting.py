"""How we connect to each kind of database, and what every connection is told first."""

from __future__ import annotations

import functools
import logging
import math
import re
import sqlite3
import time
from typing import Any

from sqlalchemy import event
from sqlalchemy.engine import Connection, Engine, ExceptionContext
from sqlalchemy.exc import DataError, DisconnectionError, IntegrityError
from sqlalchemy.pool import ConnectionPoolEntry

from roms import jsontext

log = logging.getLogger(__name__)

DETAIL = re.compile(r"\n?(?:DETAIL|CONTEXT): .*", re.DOTALL)
ASK_AFTER = 5.0  # seconds a PostgreSQL connection may lie unused before it is asked whether it lives


def prepare(engine: Engine) -> None:
    """Have every connection of this engine made ready."""
    event.listen(engine, "handle_error", _keep_rows_out)
    (_prepare_sqlite if engine.dialect.name == "sqlite" else _prepare_postgres)(engine)


def read_json(text: str | bytes) -> Any:
    """A damaged value reads as an empty one: whoever uses it notices, and nobody else is kept from their work."""
    try:
        return jsontext.read(text)
    except ValueError:
        log.error("a damaged JSON value of %s characters in the database", len(text))
        return {}


def engine_options(url: str) -> dict[str, Any]:
    """Whatever fails, the log is told the statement and not what people wrote, nor what other systems answered."""
    coders = {"json_deserializer": read_json, "json_serializer": jsontext.write}
    return {**coders, "hide_parameters": True, **_pool_options(url)}


def _keep_rows_out(context: ExceptionContext) -> None:
    """PostgreSQL adds the row, or its key, to what it says of one it refuses: nobody's words go into the log."""
    if not isinstance(context.sqlalchemy_exception, IntegrityError | DataError):
        return
    for error in (context.original_exception, context.sqlalchemy_exception):
        if error.args:
            error.args = (DETAIL.sub("", str(error.args[0])), *error.args[1:])


def _pool_options(url: str) -> dict[str, Any]:
    if url.startswith("sqlite"):
        return {"connect_args": {"timeout": 15, "check_same_thread": False}, "pool_size": 20, "max_overflow": 200}
    return {"pool_size": 20, "max_overflow": 40, "connect_args": {"connect_timeout": 5}}


def _translate(text: str | None, letters: str, others: str) -> str | None:
    return None if text is None else text.translate(_letters(letters, others))


@functools.cache
def _letters(letters: str, others: str) -> dict[int, int]:
    return str.maketrans(letters, others)


def _prepare_sqlite(engine: Engine) -> None:
    """WAL so that readers never wait; every write begins IMMEDIATE, because a read that turns into a write fails at
    once with "database is locked" whatever the timeout (SQLite, "BEGIN IMMEDIATE")."""

    @event.listens_for(engine, "connect")
    def on_connect(connection: sqlite3.Connection, _record: object) -> None:
        connection.isolation_level = None
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
            connection.execute(f"PRAGMA {pragma}").close()
        connection.create_function("translate", 3, _translate, deterministic=True)  # as PostgreSQL has it

    @event.listens_for(engine, "begin")
    def on_begin(connection: Connection) -> None:
        writes = connection.get_execution_options().get("roms_write")
        driver: Any = connection.connection.driver_connection
        driver.execute("BEGIN IMMEDIATE" if writes else "BEGIN").close()


def _prepare_postgres(engine: Engine) -> None:
    """A connection that lay unused for a while may be dead: ask it first. One just used is not asked, which saves a
    round trip for every request (SQLAlchemy, "Custom / Legacy Pessimistic Ping")."""

    @event.listens_for(engine, "checkin")
    def on_checkin(_connection: object, record: ConnectionPoolEntry) -> None:
        record.info["left_at"] = time.monotonic()

    @event.listens_for(engine, "checkout")
    def on_checkout(connection: Any, record: ConnectionPoolEntry, _proxy: object) -> None:
        if time.monotonic() - record.info.get("left_at", math.inf) < ASK_AFTER:
            return
        try:
            engine.dialect.do_ping(connection)
        except engine.dialect.loaded_dbapi.Error as error:
            raise DisconnectionError from error  # the pool takes another one
