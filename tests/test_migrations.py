"""The migrations make exactly what the models describe, step by step, and can be taken back."""

from __future__ import annotations

import contextlib
import re
import sqlite3
import threading
from collections.abc import Iterator

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from flask import Flask
from flask.testing import FlaskClient
from flask_migrate import Migrate, downgrade, upgrade
from sqlalchemy import inspect, text

from roms import connecting
from roms.config import ROOT
from roms.db import Model, db
from tests.cast import Cast, say
from tests.kit import ledger

VERSIONS = sorted((ROOT / "migrations" / "versions").glob("*.py"))


@pytest.fixture
def database_url(database_url: str) -> Iterator[str]:
    """Without what the tests put into it."""
    ledger.end(database_url)
    yield database_url
    ledger.begin(database_url)


def test_migrations_make_what_the_models_say(app: Flask) -> None:
    with db.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": False})
        assert compare_metadata(context, Model.metadata) == []


def test_every_migration_can_be_taken_back_and_made_again(app: Flask) -> None:
    Migrate(app, db, directory=str(ROOT / "migrations"), render_as_batch=True)
    downgrade(revision="base")
    assert set(inspect(db.engine).get_table_names()) <= {"alembic_version"}
    upgrade()
    assert {table.name for table in Model.metadata.sorted_tables} <= set(inspect(db.engine).get_table_names())


def test_a_database_in_use_goes_down_and_up_with_all_its_rows(app: Flask, cast: Cast, client: FlaskClient) -> None:
    say(client, "halo")
    say(client, "cs")
    before = counted()
    assert before["message"] > 2
    db.session.remove()
    Migrate(app, db, directory=str(ROOT / "migrations"), render_as_batch=True)
    downgrade(revision="0001")
    upgrade()
    assert counted() == before
    with db.engine.connect() as connection:
        if connection.dialect.name == "sqlite":
            assert connection.execute(text("PRAGMA foreign_key_check")).fetchall() == []
            assert connection.execute(text("PRAGMA foreign_keys")).scalar() == 1


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_migration_waits_for_who_writes_and_is_not_refused(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever writes on SQLite as the migration begins goes first, and may have changed what it looked at."""
    Migrate(app, db, directory=str(ROOT / "migrations"), render_as_batch=True)
    downgrade(revision="-1")
    monkeypatch.setattr(connecting, "SQLITE_WAITS", 0.1)
    with contextlib.closing(sqlite3.connect(str(db.engine.url.database), check_same_thread=False)) as other:
        other.execute("BEGIN IMMEDIATE")
        other.execute("CREATE TABLE meanwhile (n)")
        commits = threading.Timer(1.0, other.commit)
        commits.start()
        upgrade()
        commits.join()
        other.execute("DROP TABLE meanwhile")
    assert {table.name for table in Model.metadata.sorted_tables} <= set(inspect(db.engine).get_table_names())


def counted() -> dict[str, int]:
    tables = ("channel", "contact", "contact_address", "conversation", "message", "history", "timer", "user_account")
    with db.engine.connect() as connection:
        return {table: connection.execute(text(f"SELECT count(*) FROM {table}")).scalar_one() for table in tables}


def test_migrations_are_one_numbered_line_and_import_nothing_of_ours() -> None:
    for number, path in enumerate(VERSIONS, 1):
        text = path.read_text()
        assert path.name.startswith(f"{number:04d}_")
        assert f'revision = "{number:04d}"' in text
        before = f'"{number - 1:04d}"' if number > 1 else "None"
        assert f"down_revision = {before}" in text
        assert not re.search(r"^(from|import) roms", text, re.M)
