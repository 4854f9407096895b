"""What all floors share: the database as ROMS sets it up (same pragmas, same durability), Redis, and the tables."""

from __future__ import annotations

import os
import sqlite3
from typing import Any

import redis
from sqlalchemy import (
    JSON,
    BigInteger,
    Column,
    DateTime,
    Engine,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    create_engine,
    event,
    text,
)
from sqlalchemy.engine import Connection

CHANGES = "floor:changes"
JOBS = "floor"

metadata = MetaData()
Id = BigInteger().with_variant(Integer, "sqlite")
UNSENT = text("status = 'queued'")

note = Table("floor_note", metadata, Column("id", Id, primary_key=True), Column("text", Text))
contact = Table(
    "floor_contact",
    metadata,
    Column("id", Id, primary_key=True),
    Column("phone", String(20), unique=True),
    Column("name", String(200)),
)
conversation = Table(
    "floor_conversation",
    metadata,
    Column("id", Id, primary_key=True),
    Column("contact_id", ForeignKey("floor_contact.id")),
    Column("address", String(200), unique=True),
    Column("mode", String(10)),
    Column("state", JSON),
    Column("seq", Integer),
    Column("last_at", DateTime(timezone=True), index=True),
)
message = Table(
    "floor_message",
    metadata,
    Column("id", Id, primary_key=True),
    Column("conversation_id", ForeignKey("floor_conversation.id"), index=True),
    Column("seq", Integer),
    Column("direction", String(5)),
    Column("text", Text),
    Column("provider_id", String(200), unique=True),
    Column("at", DateTime(timezone=True)),
)
outbox = Table(
    "floor_outbox",
    metadata,
    Column("id", Id, primary_key=True),
    Column("conversation_id", ForeignKey("floor_conversation.id")),
    Column("address", String(200)),
    Column("text", Text),
    Column("status", String(10)),
    Column("provider_id", String(200)),
    Index("ix_floor_outbox_unsent", "id", postgresql_where=UNSENT, sqlite_where=UNSENT),
)


def connect(url: str) -> Engine:
    """An engine with room for every thread; every transaction of a floor writes, so SQLite begins IMMEDIATE."""
    if not url.startswith("sqlite"):
        return create_engine(url, pool_size=20, max_overflow=40)
    engine = create_engine(
        url, pool_size=20, max_overflow=200, connect_args={"timeout": 15, "check_same_thread": False}
    )

    @event.listens_for(engine, "connect")
    def on_connect(connection: sqlite3.Connection, _record: object) -> None:
        connection.isolation_level = None
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
            connection.execute(f"PRAGMA {pragma}").close()

    @event.listens_for(engine, "begin")
    def on_begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    return engine


def insert_for(engine: Engine) -> Any:
    """The INSERT that knows ON CONFLICT in this database."""
    from sqlalchemy.dialects import postgresql, sqlite

    return (postgresql if engine.dialect.name == "postgresql" else sqlite).insert


def redis_client(url: str) -> redis.Redis:
    return redis.Redis.from_url(url)


def from_environment() -> tuple[str, str]:
    """Addresses of database and Redis, for a floor that runs as a process."""
    return os.environ["FLOOR_DATABASE"], os.environ["FLOOR_REDIS"]
