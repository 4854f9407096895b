"""How long a webhook takes while a part of ROMS is dead, hung or has forgotten everything, beside a healthy run.

Real processes at a moderate rate, an open loop; between them and Redis or PostgreSQL stands a proxy that refuses or
swallows everything (tools/tcpcut.py), SQLite is locked by another process's transaction. Told besides: how long after
the part is back until everything is stored. Goal: p99 below a second whatever happens, all answered 200.
"""

from __future__ import annotations

import argparse
import sqlite3
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import redis as redis_library
from sqlalchemy import make_url

from bench.rig import closed, knock, report, servers, steady
from bench.rig.report import Goal, Report, Table, percentile
from bench.rig.stage import Stage, environ, staged
from roms.spool import Spool
from tools.tcpcut import Cut

MOST = 1000.0  # ms
HEALTHY = "healthy"
COLUMNS = ("database", "trouble", "answered 200", "p50 ms", "p99 ms", "p99 × healthy", "spooled", "s until stored")
PATIENCE = 60.0  # seconds until everything must be stored again
READY = 1.0  # seconds between the beginning of a trouble and the load, so that open connections notice


@dataclass(frozen=True, slots=True)
class Plan:
    """How much is measured."""

    rate: int = 20  # messages a second
    seconds: int = 10
    phones: int = 50


QUICK = Plan(10, 1, 5)
Trouble = Callable[[], Iterator[None]]


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure on both databases, or on the one named."""
    parser = report.parser("trouble", __doc__ or "")
    parser.add_argument("--database", choices=servers.DATABASES, action="append", help="default: both")
    options = parser.parse_args(arguments)
    return report.tell(measure(options, QUICK if options.quick else Plan()), options)


def measure(options: argparse.Namespace, plan: Plan) -> Report:
    """Every trouble, one after the other, on each database."""
    table = Table(f"{plan.rate} webhooks a second for {plan.seconds} s", COLUMNS)
    goals: list[Goal] = []
    for kind in options.database or servers.DATABASES:
        with staged(kind) as stage, ExitStack() as stack:
            redis = stack.enter_context(Cut(stage.redis.removeprefix("unix://")))
            database = stack.enter_context(Cut(_place(stage.database))) if kind == "postgresql" else None
            port = stack.enter_context(_processes(stage, redis, database))
            phones = [knock.phone(number) for number in range(plan.phones)]
            closed.post(port, [("halo", phone) for phone in phones])
            _until_stored(Spool(stage.folder / "spool", ()))
            usual = 0.0
            for name, trouble in _troubles(stage, redis, database).items():
                row = _run(stage, port, plan, phones, trouble)
                usual = usual or row[2]
                table.rows.append((kind, name, *row[:3], row[2] / usual, *row[3:]))
                goals.append(Goal(f"{kind}, {name}: p99 ms", row[2], MOST))
                goals.append(Goal(f"{kind}, {name}: not answered 200", plan.rate * plan.seconds - row[0], 0))
    return Report("trouble", [table], goals)


def _run(
    stage: Stage, port: int, plan: Plan, phones: list[str], trouble: Trouble
) -> tuple[int, float, float, int, float]:
    """Answered, p50, p99, how many lay in the spool when the part came back, seconds until none did."""
    spool = Spool(stage.folder / "spool", ())
    told = {"port": port, "seconds": plan.seconds, "messages": plan.rate, "statuses": 0, "phones": phones}
    with contextmanager(trouble)():
        time.sleep(READY)
        took = steady.run(told)["message"]
        spooled = spool.depth()
    stored = _until_stored(spool)
    took = took or [PATIENCE * 1000]
    return len(took), percentile(took, 0.5), percentile(took, 0.99), spooled, stored


def _until_stored(spool: Spool) -> float:
    """Seconds until nothing lies in the spool."""
    begun = time.monotonic()
    while spool.depth():
        if time.monotonic() > begun + PATIENCE:
            raise SystemExit(f"{spool.depth()} webhooks still lie in the spool after {PATIENCE:.0f} s")
        time.sleep(0.05)
    return time.monotonic() - begun


# --- the processes, and what may happen to their parts -----------------------------------------------------------


def _place(address: str) -> tuple[str, int] | str:
    """Where a PostgreSQL listens: host and port, or its socket."""
    url = make_url(address)
    folder, port = url.query.get("host"), url.port or 5432
    return f"{folder}/.s.PGSQL.{port}" if folder else (url.host or "127.0.0.1", port)


@contextmanager
def _processes(stage: Stage, redis: Cut, database: Cut | None) -> Iterator[int]:
    """Web and ticker, which reach their parts through the proxies; the web's port."""
    port = servers.free_port()
    settings = stage.roms(port, REDIS_URL=f"redis://127.0.0.1:{redis.port}")
    if database is not None:
        url = make_url(stage.database).set(host="127.0.0.1", port=database.port).difference_update_query(["host"])
        settings["DATABASE_URL"] = url.render_as_string(hide_password=False)
    web = [sys.executable, "-m", "gunicorn", "-c", "gunicorn.conf.py", "wsgi:app"]
    ticker = [sys.executable, "worker.py", "tick"]
    with (
        servers.running(ticker, stage.folder / "ticker.log", environ(settings)),
        servers.running(web, stage.folder / "roms.log", environ(settings)) as process,
    ):
        servers.wait_for(lambda: servers.listens(port), "the web process", process)
        yield port


def _troubles(stage: Stage, redis: Cut, database: Cut | None) -> dict[str, Trouble]:
    def well() -> Iterator[None]:
        yield

    def emptied() -> Iterator[None]:
        with redis_library.Redis.from_url(stage.redis) as server:
            server.flushall()
            yield

    found: dict[str, Trouble] = {
        HEALTHY: well,
        "Redis refuses": _cut(redis, refuse=True),
        "Redis hangs": _cut(redis, black_hole=True),
        "Redis emptied": emptied,
    }
    if database is None:
        return found | {"database locked": _locked(stage.folder / "bench.db")}
    return found | {
        "database refuses": _cut(database, refuse=True),
        "database hangs": _cut(database, black_hole=True),
    }


def _cut(line: Cut, **trouble: bool) -> Trouble:
    def cut() -> Iterator[None]:
        line.set(**trouble)
        try:
            yield
        finally:
            line.set()

    return cut


def _locked(path: Path) -> Trouble:
    def locked() -> Iterator[None]:
        holder = sqlite3.connect(path, isolation_level=None, timeout=30)
        try:
            holder.execute("BEGIN IMMEDIATE")  # in WAL mode: nobody else may write, as while somebody migrates
            yield
        finally:
            holder.close()

    return locked


if __name__ == "__main__":
    sys.exit(main())
