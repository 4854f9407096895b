"""Alembic's entry: migrate the database that the application is configured for."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from alembic import context
from flask import current_app
from sqlalchemy import Connection, text

from roms import connecting, crash
from roms.db import WRITE

db = current_app.extensions["migrate"].db


def plain(kind: str, item: object, _context: object) -> str | bool:
    """Write our own column types down as plain ones: a migration imports nothing from the application."""
    name = type(item).__name__ if kind == "type" else ""
    return {"UTCDateTime": "sa.DateTime(timezone=True)", "Enum": "sa.String(length=20)"}.get(name, False)


@contextmanager
def unguarded() -> Iterator[Connection]:
    """A connection without foreign keys, where SQLite is: it alters a table by making it anew, which they forbid where
    rows lead to it. They are looked at after every migration (SQLite, "Making Other Kinds Of Table Schema Changes").
    It writes from its first word on, and waits for its turn among all that go on writing: who reads first and writes
    then is refused at once, because others wrote in between."""
    with db.engine.connect() as connection:
        if connection.dialect.name != "sqlite":
            yield connection
            return
        driver: Any = connection.connection.driver_connection
        driver.execute("PRAGMA foreign_keys=OFF").close()
        token = connecting.patience.set(connecting.MIGRATION_WAITS)
        try:
            yield connection.execution_options(**WRITE)
        finally:
            connecting.patience.reset(token)
            connection.invalidate()  # nobody is to get it from the pool


def look(ctx: Any, **_more: object) -> None:
    """Undo a migration that leaves rows leading nowhere."""
    crash.point("migrating")
    if ctx.dialect.name == "sqlite" and (lost := ctx.connection.execute(text("PRAGMA foreign_key_check")).fetchall()):
        raise RuntimeError(f"{len(lost)} rows lead nowhere, the first: {tuple(lost[0])}")


def run() -> None:
    if context.is_offline_mode():
        context.configure(url=str(db.engine.url), target_metadata=db.metadata, literal_binds=True, render_as_batch=True)
        with context.begin_transaction():
            context.run_migrations()
        return
    with unguarded() as connection:
        context.configure(
            connection=connection,
            target_metadata=db.metadata,
            render_as_batch=True,
            compare_type=True,
            render_item=plain,
            transaction_per_migration=True,
            on_version_apply=look,
        )
        with context.begin_transaction():
            context.run_migrations()


run()
