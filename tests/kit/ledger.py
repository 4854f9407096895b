"""Every step of every message and conversation, written down by triggers inside the database under test.

Whoever changes a row, in whichever process, leaves a line here in the same transaction: so the past can be checked and
not only where things ended.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy import Connection, Engine, create_engine, text

TABLE = "kit_ledger"
COLUMNS = "of, row_id, was, now, number, epoch"
MESSAGE_NEW = "'message', NEW.id, NULL, NEW.status, NEW.seq, NEW.epoch"
MESSAGE = "'message', NEW.id, OLD.status, NEW.status, NEW.revision, NEW.epoch"
THREAD_NEW = "'conversation', NEW.id, NULL, NULL, NEW.seq, NEW.epoch"
THREAD = "'conversation', NEW.id, CAST(OLD.seq AS text), CAST(NEW.seq AS text), NEW.seq, NEW.epoch"
MESSAGE_MOVED = "OLD.status <> NEW.status OR OLD.revision <> NEW.revision"
THREAD_MOVED = "OLD.seq <> NEW.seq OR OLD.epoch <> NEW.epoch"
TRIGGERS = (
    ("kit_message_new", "message", "INSERT", "", MESSAGE_NEW),
    ("kit_message", "message", "UPDATE", MESSAGE_MOVED, MESSAGE),
    ("kit_thread_new", "conversation", "INSERT", "", THREAD_NEW),
    ("kit_thread", "conversation", "UPDATE", THREAD_MOVED, THREAD),
)

_read_by: set[Engine] = set()


@dataclass(frozen=True, slots=True)
class Line:
    """One step. Of a message: was and now are statuses, number its revision (its seq when it is new). Of a
    conversation: number is its newest one, was the one before."""

    id: int
    of: str
    row_id: int
    was: str | None
    now: str | None
    number: int
    epoch: int


def begin(url: str) -> None:
    """Have a database keep the ledger from now on: the test databases do, once for all tests."""
    engine = create_engine(url)
    with engine.begin() as connection:
        _set_up(connection)
    engine.dispose()


def end(url: str) -> None:
    """Have it keep none: the database as the migrations make it."""
    engine = create_engine(url)
    with engine.begin() as connection:
        for name, table, *_ in TRIGGERS:
            on = "" if connection.dialect.name == "sqlite" else f" ON {table}"
            connection.execute(text(f"DROP TRIGGER {name}{on}"))
            if on:
                connection.execute(text(f"DROP FUNCTION {name}()"))
        connection.execute(text(f"DROP TABLE {TABLE}"))
    engine.dispose()


@contextmanager
def kept(engine: Engine) -> Iterator[None]:
    """The ledger for the time of this block, from an empty page; nothing is believed without one."""
    with engine.begin() as connection:
        connection.execute(text(f"DELETE FROM {TABLE}"))
    with believed(engine):
        yield


@contextmanager
def believed(engine: Engine) -> Iterator[None]:
    """Read, for the time of this block, what was kept since `begin`."""
    _read_by.add(engine)
    try:
        yield
    finally:
        _read_by.discard(engine)


def is_kept(connection: Connection) -> bool:
    """Whether the page was emptied for whoever reads it now."""
    return connection.engine in _read_by


def lines(connection: Connection) -> list[Line]:
    """All of it in the order it was written."""
    found = connection.execute(text(f"SELECT id, {COLUMNS} FROM {TABLE} ORDER BY id"))
    return [Line(*row) for row in found]


def _set_up(connection: Connection) -> None:
    is_sqlite = connection.dialect.name == "sqlite"
    key = "INTEGER PRIMARY KEY AUTOINCREMENT" if is_sqlite else "BIGSERIAL PRIMARY KEY"
    columns = "of TEXT, row_id BIGINT, was TEXT, now TEXT, number BIGINT, epoch BIGINT"
    connection.execute(text(f"CREATE TABLE {TABLE} (id {key}, {columns})"))
    for name, table, on, when, values in TRIGGERS:
        insert = f"INSERT INTO {TABLE} ({COLUMNS}) VALUES ({values});"
        head = f"CREATE TRIGGER {name} AFTER {on} ON {table} FOR EACH ROW{f' WHEN ({when})' if when else ''}"
        if is_sqlite:
            connection.execute(text(f"{head} BEGIN {insert} END"))
            continue
        body = f"BEGIN {insert} RETURN NULL; END"
        connection.execute(text(f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ {body} $$"))
        connection.execute(text(f"{head} EXECUTE FUNCTION {name}()"))
