"""A line to PostgreSQL, which listens on a port or in a folder, that misbehaves when told."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import make_url

from roms import lifeline
from tools.tcpcut import Cut


@contextmanager
def line_to(database_url: str) -> Iterator[Cut]:
    """What was believed of a server behind it is not believed of the next test's."""
    url = make_url(database_url)
    folder, port = url.query.get("host"), url.port or 5432
    with Cut(f"{folder}/.s.PGSQL.{port}" if folder else (url.host or "127.0.0.1", port)) as line:
        yield line
    lifeline.watch._hangs_until = 0.0


def by_way_of(line: Cut, database_url: str) -> str:
    url = make_url(database_url).difference_update_query(["host"])
    return url.set(host="127.0.0.1", port=line.port).render_as_string(hide_password=False)
