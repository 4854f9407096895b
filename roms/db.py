"""The database: one session, one way to write, and what is told only after the commit."""

from __future__ import annotations

import functools
import sqlite3
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, ParamSpec, TypeVar, cast

from flask import Flask
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import BigInteger, DateTime, Enum, Integer, MetaData, Table, event, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection, Dialect, Engine
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.types import TypeDecorator

P = ParamSpec("P")
R = TypeVar("R")

WRITE = {"roms_write": True}


class Model(DeclarativeBase):
    """The base of every table."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


db = SQLAlchemy(
    model_class=Model, disable_autonaming=True, session_options={"expire_on_commit": False, "autoflush": False}
)

BigId = BigInteger().with_variant(Integer, "sqlite")  # SQLite counts by itself only in INTEGER columns


class UTCDateTime(TypeDecorator[datetime]):
    """An aware moment in UTC; SQLite, which has no time zones, holds it without one."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def table(model: type[Model]) -> Table:
    """The table of a model, for statements that need no objects."""
    return cast(Table, model.__table__)


def string_enum(kind: type[StrEnum]) -> Enum:
    """Store the words themselves, so that adding one needs no ALTER TYPE."""
    return Enum(kind, native_enum=False, length=20, create_constraint=False, values_callable=lambda e: list(e))


# --- writing -----------------------------------------------------------------------------------------------------

_told_later: ContextVar[list[Callable[[], None]] | None] = ContextVar("told_later", default=None)
_sqlite_writer = threading.RLock()  # one writer per file anyway: wait here in turn instead of polling the file lock


@contextmanager
def writing() -> Iterator[None]:
    """Begin to write, commit at the end, then tell; an error rolls everything back and tells nothing."""
    if _told_later.get() is not None:
        raise RuntimeError("a verb called a verb: each public service function is one transaction")
    session = db.session()
    session.rollback()  # an earlier read of this request must not share our view of the world
    later: list[Callable[[], None]] = []
    token = _told_later.set(later)
    is_sqlite = session.get_bind().dialect.name == "sqlite"
    if is_sqlite:
        _sqlite_writer.acquire()
    try:
        session.connection(execution_options=WRITE)
        yield
        session.commit()
    except BaseException:
        session.rollback()
        raise
    finally:
        if is_sqlite:
            _sqlite_writer.release()
        _told_later.reset(token)
    for tell in later:
        tell()


def transaction() -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Make a function one transaction: lock, decide, write, commit, tell."""

    def wrap(verb: Callable[P, R]) -> Callable[P, R]:
        @functools.wraps(verb)
        def run(*args: P.args, **kwargs: P.kwargs) -> R:
            with writing():
                return verb(*args, **kwargs)

        return run

    return wrap


def after_commit(tell: Callable[[], None]) -> None:
    """Do this once what is being written now is safe; never, when it is rolled back."""
    later = _told_later.get()
    if later is None:
        raise RuntimeError("after_commit() outside a transaction")
    later.append(tell)


def insert_once(into: Table, values: Mapping[str, Any], *conflict: str) -> int | None:
    """Insert one row and return its id, or None when the unique key over `conflict` has it already."""
    insert = postgresql.insert if db.session.get_bind().dialect.name == "postgresql" else sqlite.insert
    statement = insert(into).values(values).on_conflict_do_nothing(index_elements=list(conflict))
    row = db.session.execute(statement.returning(into.c.id)).first()
    return None if row is None else int(row[0])


def serialize(name: str) -> None:
    """Let one transaction at a time through here until it commits. SQLite has one writer anyway."""
    if db.session.get_bind().dialect.name == "postgresql":
        db.session.execute(text("SELECT pg_advisory_xact_lock(hashtext(:name))"), {"name": name})


# --- connecting --------------------------------------------------------------------------------------------------


def init_app(app: Flask) -> None:
    db.init_app(app)
    with app.app_context():
        if db.engine.dialect.name == "sqlite":
            _prepare_sqlite(db.engine)


def engine_options(url: str) -> dict[str, Any]:
    if url.startswith("sqlite"):
        return {"connect_args": {"timeout": 15, "check_same_thread": False}, "pool_size": 20, "max_overflow": 200}
    return {"pool_size": 20, "max_overflow": 40, "pool_pre_ping": True, "connect_args": {"connect_timeout": 5}}


def _prepare_sqlite(engine: Engine) -> None:
    """WAL so that readers never wait; every write begins IMMEDIATE, because a read that turns into a write fails at
    once with "database is locked" whatever the timeout (SQLite, "BEGIN IMMEDIATE")."""

    @event.listens_for(engine, "connect")
    def on_connect(connection: sqlite3.Connection, _record: object) -> None:
        connection.isolation_level = None
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
            connection.execute(f"PRAGMA {pragma}").close()

    @event.listens_for(engine, "begin")
    def on_begin(connection: Connection) -> None:
        writes = connection.get_execution_options().get("roms_write")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
