"""The duty of one busy number: 40 messages and 120 statuses a second on one web process with one worker.

Open loop, from a process of its own; every message is answered by the bot, and the answers leave for a provider that
takes them at once. Told: how long a webhook takes, what is left to do when the load ends, CPU of every process. Ends
with status 1 when it cannot keep up.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence
from contextlib import ExitStack
from typing import Any

from flask import Flask
from sqlalchemy import func, select

from bench.rig import closed, knock, machine, report, servers, steady
from bench.rig.report import Goal, Report, Table, percentile
from bench.rig.stage import provider, roms_ticker, roms_web, roms_worker, staged
from roms.db import db
from roms.models import Direction, Message, Status
from roms.services import arrivals

MESSAGES, STATUSES, SECONDS = 40, 120, 60
P50, P99 = 50.0, 250.0  # ms
WAITS = (Status.QUEUED, Status.SENDING)
SETTLE = 60.0  # seconds after which what is left is a backlog that does not go away
COLUMNS = ("database", "webhook", "count", "p50 ms", "p95 ms", "p99 ms", "longest ms")
LEFT = (
    "database",
    "posted",
    "answered 200",
    "in the spool at the end",
    "unsent at the end",
    "s until all sent",
    "stored",
    "accepted",
    "unknown",
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, on PostgreSQL unless told otherwise."""
    parser = report.parser("duty", __doc__ or "")
    parser.add_argument("--database", choices=servers.DATABASES, action="append", help="default: postgresql")
    parser.add_argument("--seconds", type=int, default=SECONDS, help=f"how long (default {SECONDS})")
    options = parser.parse_args(arguments)
    if options.quick:
        options.seconds = 2
    found = measure(options)
    told = report.tell(found, options)
    kept_up = all(goal.is_met for goal in found.goals) or options.quick
    return told if kept_up else 1


def measure(options: argparse.Namespace) -> Report:
    """One database after the other."""
    took, left = Table(f"Webhooks, {options.seconds} s", COLUMNS), Table("What became of them", LEFT)
    cpu = Table("CPU, s a second", ("database", "web", "worker", "ticker", "Redis", "PostgreSQL"))
    goals: list[Goal] = []
    for kind in options.database or ["postgresql"]:
        with staged(kind) as stage, ExitStack() as stack:
            stack.enter_context(provider(stage))
            web, web_pid = stack.enter_context(roms_web(stage))
            processes = {
                "web": [web_pid],
                "worker": [stack.enter_context(roms_worker(stage))],
                "ticker": [stack.enter_context(roms_ticker(stage))],
                "Redis": [stage.redis_pid],
                "PostgreSQL": servers.postmaster(stage.database),
            }
            phones = [knock.phone(number) for number in range(10 if options.quick else 400)]
            app = stage.app()
            with app.app_context():
                goals += _duty(options, kind, web, phones, processes, (took, left, cpu))
                _let_go(app)
    return Report("duty", [took, left, cpu], goals)


def _duty(
    options: argparse.Namespace,
    kind: str,
    web: int,
    phones: list[str],
    processes: dict[str, list[int]],
    tables: tuple[Table, Table, Table],
) -> list[Goal]:
    closed.post(web, [("halo", phone) for phone in phones])
    _until_sent()
    known = _count(Message.direction == Direction.IN)
    before = {name: machine.cpu_seconds(pids) for name, pids in processes.items()}
    told = {"port": web, "seconds": options.seconds, "messages": MESSAGES, "statuses": STATUSES, "phones": phones}
    found = steady.run(told)
    backlog, spooled = _count(Message.status.in_(WAITS)), arrivals.spool().depth()
    spent = [(machine.cpu_seconds(pids) - before[name]) / options.seconds for name, pids in processes.items()]
    settled = _until_sent()
    tables[2].rows.append((kind, *spent))
    for name in ("message", "status"):
        tables[0].rows.append((kind, name, len(found[name]), *_spread(found[name])))
    stored = _count(Message.direction == Direction.IN) - known
    taken = _count(Message.direction == Direction.OUT, Message.status.not_in(WAITS), Message.status != Status.UNKNOWN)
    unknown, answered = _count(Message.status == Status.UNKNOWN), len(found["message"]) + len(found["status"])
    tables[1].rows.append((kind, found["posted"], answered, spooled, backlog, settled, stored, taken, unknown))
    every = found["message"] + found["status"]
    return [
        Goal(f"{kind}: webhook p50 ms", percentile(every, 0.5), P50),
        Goal(f"{kind}: webhook p99 ms", percentile(every, 0.99), P99),
        Goal(f"{kind}: webhooks not answered 200", found["refused"], 0),
        Goal(f"{kind}: messages not stored", len(found["message"]) - stored, 0),
        Goal(f"{kind}: unsent when the load ends, s of it", backlog / (2 * MESSAGES), 1.0),
    ]


def _spread(values: list[float]) -> tuple[float, ...]:
    return (*(percentile(values, part) for part in (0.5, 0.95, 0.99)), max(values))


def _count(*which: Any) -> int:
    found = int(db.session.scalar(select(func.count()).select_from(Message).where(*which)) or 0)
    db.session.rollback()
    return found


def _until_sent() -> float:
    """Seconds until nothing waits; what the load left in the spool is stored by then, too."""
    begun = time.monotonic()
    while _count(Message.status.in_(WAITS)) or arrivals.spool().depth():
        if time.monotonic() > begun + SETTLE:
            raise SystemExit(f"{_count(Message.status.in_(WAITS))} messages are still unsent after {SETTLE:.0f} s")
        time.sleep(0.1)
    return time.monotonic() - begun


def _let_go(app: Flask) -> None:
    db.session.remove()
    db.engine.dispose()
    app.extensions["roms.redis"].close()


if __name__ == "__main__":
    sys.exit(main())
