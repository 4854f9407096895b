"""A database that is away for a while, really: nobody may connect, or another process holds the file."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from flask import Flask
from sqlalchemy import NullPool, create_engine, make_url, text

from roms.db import db


@contextmanager
def dead(app: Flask) -> Iterator[None]:
    url: str = app.config["SQLALCHEMY_DATABASE_URI"]
    db.session.remove()
    if url.startswith("sqlite"):
        db.engine.dispose()
        with _locked(url.removeprefix("sqlite:///")):
            yield
    else:
        with _closed(str(make_url(url).database)):
            yield


@contextmanager
def _locked(path: str) -> Iterator[None]:
    holder = sqlite3.connect(path, isolation_level=None)
    holder.execute("PRAGMA locking_mode = EXCLUSIVE")
    holder.execute("BEGIN EXCLUSIVE")
    try:
        yield
    finally:
        holder.execute("ROLLBACK")
        holder.close()


@contextmanager
def _closed(name: str) -> Iterator[None]:
    engine = create_engine(os.environ["DATABASE_URL_TEST"], isolation_level="AUTOCOMMIT", poolclass=NullPool)
    with engine.connect() as server:
        server.execute(text(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false"))
        server.execute(text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = :n"), {"n": name})
        try:
            yield
        finally:
            server.execute(text(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true"))
