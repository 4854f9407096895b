"""The database: one session, one way to write, and what is told only after the commit."""

from __future__ import annotations

import functools
import logging
import sqlite3
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, ParamSpec, TypeVar, cast

from flask import Flask, current_app
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import (
    BigInteger,
    DateTime,
    Enum,
    Executable,
    Integer,
    MetaData,
    Select,
    Table,
    bindparam,
    inspect,
    literal_column,
    select,
    text,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection, Dialect
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import DeclarativeBase, make_transient
from sqlalchemy.types import TypeDecorator

from roms import connecting, crash, lifeline
from roms.moments import one_moment

log = logging.getLogger(__name__)

P = ParamSpec("P")
R = TypeVar("R")

WRITE = {"roms_write": True}
TRIES = 3  # of a transaction that PostgreSQL ended because two waited for each other
DEADLOCK = "40P01"  # PostgreSQL's SQLSTATE for it


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
    model_class=Model,
    disable_autonaming=True,
    session_options={"class_": connecting.Session, "expire_on_commit": False, "autoflush": False},
)

BigId = BigInteger().with_variant(Integer, "sqlite")  # SQLite counts by itself only in INTEGER columns


class UTCDateTime(TypeDecorator[datetime]):
    """An aware moment in UTC; SQLite, which has no time zones, holds it without one."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        value = value if value.tzinfo is UTC else value.astimezone(UTC)
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


ONE_AT_A_TIME = text("SELECT pg_advisory_xact_lock(hashtext(name)) FROM unnest(CAST(:names AS text[])) AS name")

# --- writing -----------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Write:
    """What is being written now, and what is to be told afterwards."""

    connection: Connection
    later: list[Callable[[], None]]


_under_way: ContextVar[_Write | None] = ContextVar("under_way", default=None)


@contextmanager
def writing() -> Iterator[None]:
    """Begin to write, commit at the end, then tell; an error rolls everything back and tells nothing."""
    later: list[Callable[[], None]] = []
    with _committed(later):
        yield
    for tell in later:
        tell()


@contextmanager
def _committed(later: list[Callable[[], None]]) -> Iterator[None]:
    """The same up to the commit; what is to be told then is gathered in `later`."""
    if _under_way.get() is not None:
        raise RuntimeError("a verb called a verb: each public service function is one transaction")
    session = db.session()
    if session.in_transaction():
        session.rollback()  # an earlier read of this request must not share our view of the world
    with _turn():
        try:
            token = _under_way.set(_Write(session.connection(execution_options=WRITE), later))
            try:
                with one_moment():
                    yield
            finally:
                _under_way.reset(token)
            crash.point("before_commit")
            session.commit()
            crash.point("after_commit")
        except BaseException:
            session.rollback()
            raise


@contextmanager
def _turn() -> Iterator[None]:
    """Our turn to write, where there is one writer; who is in a hurry gives up as at a locked file."""
    writer = current_app.extensions["roms.writer"]
    waits = connecting.patience.get()
    if writer is None:
        yield
    elif not writer.acquire(timeout=-1 if waits is None else waits):
        raise OperationalError("waiting for the one writer", None, sqlite3.OperationalError("database is locked"))
    else:
        try:
            yield
        finally:
            writer.release()


@contextmanager
def hurried(seconds: float, answer: float | None = None) -> Iterator[None]:
    """Wait no longer than this for any lock, nor than `answer` for any word of the server: better an error than a
    caller who gives up first."""
    token, other = connecting.patience.set(seconds), lifeline.within.set(answer)
    try:
        yield
    finally:
        connecting.patience.reset(token)
        lifeline.within.reset(other)


def _write() -> _Write:
    write = _under_way.get()
    if write is None:
        raise RuntimeError("this writes, and is to be called inside a transaction")
    return write


def transaction() -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Make a function one transaction: lock, decide, write, commit, tell. One that met a deadlock begins anew."""

    def wrap(verb: Callable[P, R]) -> Callable[P, R]:
        @functools.wraps(verb)
        def run(*args: P.args, **kwargs: P.kwargs) -> R:
            for tries_left in range(TRIES - 1, -1, -1):
                later: list[Callable[[], None]] = []
                try:
                    with _committed(later):
                        result = verb(*args, **kwargs)
                except OperationalError as error:
                    if not tries_left or getattr(error.orig, "sqlstate", "") != DEADLOCK:
                        raise
                    log.warning("%s met another in a deadlock and begins anew", verb.__name__)
                    continue
                for tell in later:
                    tell()
                return result
            raise AssertionError("the last try returns or raises")

        return run

    return wrap


def found_once(rows: Select[Any]) -> Select[Any]:
    """Ids of rows to claim, found and locked once. As a plain subquery PostgreSQL may look anew for every row that it
    updates, pass over those it has locked by then, and so take more than the limit."""
    found = rows.cte("found")
    return select(*found.c)


def after_commit(tell: Callable[[], None]) -> None:
    """Do this once what is being written now is safe; never, when it is rolled back."""
    _write().later.append(tell)


def insert_once(into: Table, values: Mapping[str, Any], *conflict: str, asking: str = "id") -> Any:
    """Insert one row and return its id, or what SQL asks of the new row; None when the unique key over `conflict` has
    it already."""
    connection = _write().connection
    row = connection.execute(_insert_once(connection.dialect.name, into, conflict, asking), values).first()
    return None if row is None else row[0]


@functools.cache
def _insert_once(dialect: str, into: Table, conflict: tuple[str, ...], asking: str) -> Executable:
    """Built once: making a statement anew costs as much as running it."""
    insert = postgresql.insert if dialect == "postgresql" else sqlite.insert
    return insert(into).on_conflict_do_nothing(index_elements=list(conflict)).returning(literal_column(asking))


def insert_all(into: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows that have the same columns, as one statement."""
    if rows:
        _write().connection.execute(_insert(into), rows)


@functools.cache
def _insert(into: Table) -> Executable:
    return into.insert()


def save(changed: Sequence[Model]) -> None:
    """Write what was changed on these objects of one model down and let go of them.

    One UPDATE for all that changed the same columns; a tenth of what the unit of work costs, and on the hot path that
    is a sixth of everything.
    """
    by_columns: dict[tuple[str, ...], list[dict[str, Any]]] = {}
    for thing in changed:
        state = inspect(thing)
        names = tuple(sorted(state.committed_state))
        if names:
            values = {name: getattr(thing, name) for name in names}
            by_columns.setdefault(names, []).append(values | {"the_id": cast(tuple[int], state.identity)[0]})
        make_transient(thing)  # its columns stay readable; expunge would walk through all of them for cascades
    for names, rows in by_columns.items():
        _write().connection.execute(_update(table(type(changed[0])), names), rows)


@functools.cache
def _update(of: Table, names: tuple[str, ...]) -> Executable:
    return of.update().where(of.c.id == bindparam("the_id")).values({name: bindparam(name) for name in names})


def serialize(*names: str) -> None:
    """Let one transaction at a time through each of these until it commits. SQLite has one writer anyway."""
    connection = _write().connection
    if names and connection.dialect.name == "postgresql":
        connection.execute(ONE_AT_A_TIME, {"names": list(names)})


# --- connecting --------------------------------------------------------------------------------------------------


def init_app(app: Flask) -> None:
    db.init_app(app)
    with app.app_context():
        is_sqlite = db.engine.dialect.name == "sqlite"
        connecting.prepare(db.engine)
    # SQLite has one writer per file anyway: here threads wait in turn instead of polling the file's lock.
    app.extensions["roms.writer"] = threading.RLock() if is_sqlite else None
