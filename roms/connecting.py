"""How we connect to each kind of database, and what every connection is told first."""

from __future__ import annotations

import functools
import logging
import math
import re
import sqlite3
import time
from contextvars import ContextVar
from typing import Any

import flask_sqlalchemy.session
from sqlalchemy import event
from sqlalchemy.engine import Connection, Engine, ExceptionContext
from sqlalchemy.exc import DataError, DBAPIError, DisconnectionError, IntegrityError, OperationalError
from sqlalchemy.pool import ConnectionPoolEntry

from roms import jsontext, lifeline

log = logging.getLogger(__name__)

DETAIL = re.compile(r"\n?(?:DETAIL|CONTEXT): .*", re.DOTALL)
ASK_AFTER = 5.0  # seconds a PostgreSQL connection may lie unused before it is asked whether it lives
SQLITE_WAITS = 15.0  # seconds for another process to finish writing
MIGRATION_WAITS = 300.0  # the same, for a migration beside everything that runs
PATIENCE = "roms_patience"  # of a connection: what it was told last

# Seconds that who works now waits for a lock; None: as long as it takes.
patience: ContextVar[float | None] = ContextVar("patience", default=None)


class Session(flask_sqlalchemy.session.Session):
    """Can be closed when the server is gone: what was not committed is gone with it, so nothing is to be taken back."""

    def close(self) -> None:
        try:
            super().close()
        except DBAPIError as error:
            if not error.connection_invalidated:
                raise
            log.info("the database was gone before it was told to forget what was not committed: %s", error.orig)


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
        waits = {"timeout": SQLITE_WAITS, "check_same_thread": False}
        return {"connect_args": waits, "pool_size": 20, "max_overflow": 200}
    # 2 s is the least that psycopg knows; a host that is gone without a word is given up after 1 s (milliseconds),
    # and while we wait for its answer it is asked after 5 s whether it is there, and again (Linux' own way: hours).
    waits = {"connect_timeout": 2, "tcp_user_timeout": 1000, "keepalives_idle": 5, "keepalives_interval": 1}
    return {"pool_size": 20, "max_overflow": 40, "pool_timeout": 10, "connect_args": waits}


def _translate(text: str | None, letters: str, others: str) -> str | None:
    return None if text is None else text.translate(_letters(letters, others))


@functools.cache
def _letters(letters: str, others: str) -> dict[int, int]:
    return str.maketrans(letters, others)


def _prepare_sqlite(engine: Engine) -> None:
    """WAL so that readers never wait; every write begins IMMEDIATE, because a read that turns into a write fails at
    once with "database is locked" whatever the timeout (SQLite, "BEGIN IMMEDIATE")."""

    @event.listens_for(engine, "connect")
    def on_connect(connection: sqlite3.Connection, record: ConnectionPoolEntry) -> None:
        connection.isolation_level = None
        record.info[PATIENCE] = patience.get() or SQLITE_WAITS  # a file that is locked altogether waits here already
        connection.execute(f"PRAGMA busy_timeout = {round(record.info[PATIENCE] * 1000)}").close()
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
            connection.execute(f"PRAGMA {pragma}").close()
        connection.create_function("translate", 3, _translate, deterministic=True)  # as PostgreSQL has it

    @event.listens_for(engine, "begin")
    def on_begin(connection: Connection) -> None:
        writes = connection.get_execution_options().get("roms_write")
        driver: Any = connection.connection.driver_connection
        known, waits = connection.connection.info, patience.get() or SQLITE_WAITS
        try:
            if known.get(PATIENCE, SQLITE_WAITS) != waits:
                driver.execute(f"PRAGMA busy_timeout = {round(waits * 1000)}").close()
                known[PATIENCE] = waits
            driver.execute("BEGIN IMMEDIATE" if writes else "BEGIN").close()
        except sqlite3.Error as error:  # nobody but us turns it into SQLAlchemy's here
            raise OperationalError("BEGIN", None, error) from error


def _prepare_postgres(engine: Engine) -> None:
    """A connection that lay unused for a while may be dead: ask it first. One just used is not asked, which saves a
    round trip for every request (SQLAlchemy, "Custom / Legacy Pessimistic Ping")."""
    lifeline.attach(engine)

    @event.listens_for(engine, "checkin")
    def on_checkin(_connection: object, record: ConnectionPoolEntry) -> None:
        record.info["left_at"] = time.monotonic()

    @event.listens_for(engine, "checkout")
    def on_checkout(connection: Any, record: ConnectionPoolEntry, _proxy: object) -> None:
        lifeline.refuse_if_hung(engine)
        if time.monotonic() - record.info.get("left_at", math.inf) < ASK_AFTER:
            return
        try:
            with lifeline.watch.over(connection, engine):
                engine.dialect.do_ping(connection)
        except engine.dialect.loaded_dbapi.Error as error:
            raise DisconnectionError from error  # the pool takes another one

    _tell_patience(engine)


def _tell_patience(engine: Engine) -> None:
    """Who is in a hurry tells the connection; it is told again only when that changes, and knows it from the commit on
    (PostgreSQL, "SET": a rollback takes it back)."""

    @event.listens_for(engine, "begin")
    def on_begin(connection: Connection) -> None:
        known, waits = connection.connection.info, patience.get()
        if known.get(PATIENCE) == waits:
            return
        driver: Any = connection.connection.driver_connection
        try:
            with lifeline.watch.over(driver, engine):
                driver.execute(f"SET lock_timeout = {round((waits or 0) * 1000)}")
        except engine.dialect.loaded_dbapi.Error as error:
            raise OperationalError("SET lock_timeout", None, error) from error
        known["roms_patience_soon"] = waits

    @event.listens_for(engine, "commit")
    def on_commit(connection: Connection) -> None:
        known = connection.connection.info
        if "roms_patience_soon" in known:
            known[PATIENCE] = known.pop("roms_patience_soon")

    @event.listens_for(engine, "rollback")
    def on_rollback(connection: Connection) -> None:
        if not connection.invalidated:
            connection.connection.info.pop("roms_patience_soon", None)
