"""An upgrade while processes run: the code that ran before must be able to work on the schema that comes after.

So a migration only expands: tables, columns that may be empty or fill themselves, indexes. What is taken away or made
stricter is a contract, and says since which earlier migration nobody uses it: `contracts = "0012"`. Then it is safe as
long as the release before this one already had that migration.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask_migrate import Migrate, upgrade
from sqlalchemy import Connection, create_engine, inspect, text

from roms.app import create_app
from roms.config import ROOT
from roms.db import db
from tests.conftest import config_for

LAST_WITHOUT_THE_RULE = "0011"  # until then an upgrade stopped every process
VERSIONS = sorted((ROOT / "migrations" / "versions").glob("*.py"))

Shape = dict[str, dict[str, Any]]


def shape(connection: Connection) -> Shape:
    """Every table: its columns (type, may be left out), what must be unique, what is checked."""
    eye = inspect(connection)
    return {
        name: {
            "columns": {c["name"]: (str(c["type"]), c["nullable"], _fills_itself(c)) for c in eye.get_columns(name)},
            "unique": {tuple(sorted(each["column_names"])) for each in eye.get_unique_constraints(name)}
            | {tuple(sorted(map(str, i["column_names"]))) for i in eye.get_indexes(name) if i["unique"]},
            "checks": {str(each["name"]) for each in eye.get_check_constraints(name)},
        }
        for name in eye.get_table_names()
    }


def _fills_itself(column: Any) -> bool:
    return column["default"] is not None or bool(column["primary_key"])


def broken(before: Shape, after: Shape) -> Iterator[str]:
    """What the earlier code would stumble over."""
    for table in before:
        if table not in after:
            yield f"{table} is gone"
            continue
        old, new = before[table], after[table]
        for name, (kind, nullable, fills) in new["columns"].items():
            was_nullable = name in old["columns"] and old["columns"][name][1]
            if name not in old["columns"] and not (nullable or fills):
                yield f"{table}.{name} must be given"
            elif was_nullable and not nullable:
                yield f"{table}.{name} may no longer be empty"
            elif name in old["columns"] and old["columns"][name][0] != kind:
                yield f"{table}.{name} was {old['columns'][name][0]} and is {kind}"
            elif name in old["columns"] and old["columns"][name][2] and not fills:
                yield f"{table}.{name} no longer fills itself"
        yield from (f"{table}.{name} is gone" for name in old["columns"] if name not in new["columns"])
        for columns in new["unique"] - old["unique"]:
            if set(columns) <= set(old["columns"]):
                yield f"{table} {columns} must be unique now"
        yield from (f"{table} is checked for {name} now" for name in new["checks"] - old["checks"])


def module_of(path: Path) -> Any:
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_every_migration_leaves_what_the_code_before_it_needs(tmp_path: Path, redis: str) -> None:
    app = create_app(config_for(f"sqlite:///{tmp_path / 'roms.db'}", redis))
    Migrate(app, db, directory=str(ROOT / "migrations"), render_as_batch=True)
    with app.app_context():
        upgrade(revision=LAST_WITHOUT_THE_RULE)
        for path in VERSIONS:
            migration = module_of(path)
            if migration.revision <= LAST_WITHOUT_THE_RULE:
                continue
            with db.engine.connect() as connection:
                before = shape(connection)
            upgrade(revision=migration.revision)
            with db.engine.connect() as connection:
                found = list(broken(before, shape(connection)))
            since = getattr(migration, "contracts", None)
            if since is None:
                assert found == [], f"{path.name} is no mere expansion (see docs/operations.md, Upgrade)"
            else:
                assert "0001" <= since < migration.revision
                assert found, f"{path.name} contracts nothing"
        db.engine.dispose()


TABLE = "CREATE TABLE thing (id INTEGER PRIMARY KEY, name VARCHAR(20), size INTEGER NOT NULL DEFAULT 1)"
CHECK = "CONSTRAINT ck_size CHECK (size < 9)"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ("ALTER TABLE thing ADD COLUMN colour VARCHAR(9)", []),
        ("ALTER TABLE thing ADD COLUMN colour VARCHAR(9) NOT NULL DEFAULT 'red'", []),
        ("CREATE TABLE other (id INTEGER PRIMARY KEY, name TEXT NOT NULL)", []),
        ("CREATE INDEX ix_thing_name ON thing (name)", []),
        ("DROP TABLE thing", ["thing is gone"]),
        ("ALTER TABLE thing RENAME TO things", ["thing is gone"]),
        ("ALTER TABLE thing DROP COLUMN name", ["thing.name is gone"]),
        ("ALTER TABLE thing RENAME COLUMN name TO title", ["thing.name is gone"]),
        ("CREATE UNIQUE INDEX uq_thing_name ON thing (name)", ["thing ('name',) must be unique now"]),
        (TABLE.replace("(20)", "(20) NOT NULL"), ["thing.name may no longer be empty"]),
        (TABLE.replace("DEFAULT 1", "DEFAULT 1, colour TEXT NOT NULL"), ["thing.colour must be given"]),
        (TABLE.replace(" DEFAULT 1", ""), ["thing.size no longer fills itself"]),
        (TABLE.replace("VARCHAR(20)", "VARCHAR(10)"), ["thing.name was VARCHAR(20) and is VARCHAR(10)"]),
        (TABLE.replace("DEFAULT 1", f"DEFAULT 1, {CHECK}"), ["thing is checked for ck_size now"]),
    ],
)
def test_what_is_no_expansion_is_seen(change: str, words: list[str]) -> None:
    engine = create_engine("sqlite://")
    with engine.connect() as connection:
        connection.execute(text(TABLE))
        before = shape(connection)
        if change.startswith("CREATE TABLE thing"):
            connection.execute(text("DROP TABLE thing"))
        connection.execute(text(change))
        assert list(broken(before, shape(connection))) == words
    engine.dispose()
