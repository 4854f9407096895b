"""How late a timer fires with ten thousand running: conversations that agents have, each with its countdown.

A real ticker, alone as in production, beside the database. The countdowns end evenly over so many minutes, and each
moves its conversation to the next agent, as it does in a shop. Lateness is from the moment it was due until it was
taken, by the clock of one machine.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from flask import Flask
from sqlalchemy import Select, func, insert, select, text

from bench.rig import report, servers, shop
from bench.rig.report import Goal, Report, Table, percentile
from bench.rig.stage import Stage, roms_ticker, staged
from roms import clock
from roms.db import db, table, writing
from roms.engine import response
from roms.models import Conversation, Heartbeat, History, Timer
from roms.services import heartbeats

MOST = 1000.0  # ms
READY = 1.0  # seconds before the first one ends
WRITTEN_IN = 0.001  # seconds, each, at most
COLUMNS = ("database", "due a second", "fired", "moved on", "p50 ms", "p99 ms", "longest ms")


@dataclass(frozen=True, slots=True)
class Plan:
    """How much is measured."""

    running: int = 10_000
    over: float = 600.0  # seconds in which all of them would end
    seconds: float = 60.0  # of which so many are waited for


QUICK = Plan(200, 40.0, 2.0)


TICKING = select(func.count()).select_from(Heartbeat).where(Heartbeat.name == heartbeats.TICKER)

MOVED = (
    select(func.count())
    .select_from(History)
    .where(History.event == "assigned", History.data["rule"].as_string() == "overdue")
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure on both databases, or on the one named."""
    parser = report.parser("timers", __doc__ or "")
    parser.add_argument("--database", choices=servers.DATABASES, action="append", help="default: both")
    options = parser.parse_args(arguments)
    return report.tell(measure(options, QUICK if options.quick else Plan()), options)


def measure(options: argparse.Namespace, plan: Plan) -> Report:
    """One database after the other."""
    found, goals = Table(f"{plan.running:,} countdowns, over {plan.over:.0f} s", COLUMNS), list[Goal]()
    for kind in options.database or servers.DATABASES:
        with staged(kind) as stage:
            app = stage.app()
            with app.app_context():
                late, moved = _one(app, stage, plan)
                db.session.remove()
                db.engine.dispose()
                app.extensions["roms.redis"].close()
        row = (percentile(late, 0.5), percentile(late, 0.99), max(late))
        found.rows.append((kind, plan.running / plan.over, len(late), moved, *row))
        goals.append(Goal(f"{kind}: p99 ms", row[1], MOST))
    return Report("timers", [found], goals)


def _one(app: Flask, stage: Stage, plan: Plan) -> tuple[list[float], int]:
    """How late those were that came due, in ms; and how many conversations went on to somebody else."""
    agents = shop.people()
    first = shop.handed_over(app, 0)
    with roms_ticker(stage):
        servers.wait_for(lambda: _asked(TICKING) > 0, "the ticker")
        begin = clock.now() + timedelta(seconds=READY + plan.running * WRITTEN_IN)
        _countdowns(first, agents, begin, plan)
        end = begin + timedelta(seconds=plan.seconds)
        time.sleep(max(0.0, (end - clock.now()).total_seconds()))
        mine = Timer.conversation_id > first, Timer.due_at <= end
        left = select(func.count()).select_from(Timer).where(*mine, Timer.fired_at.is_(None))
        servers.wait_for(lambda: not _asked(left), "the last countdowns")
    fired = db.session.execute(select(Timer.due_at, Timer.fired_at).where(*mine)).all()
    db.session.rollback()
    moved = _asked(MOVED.where(History.conversation_id.in_(select(Timer.conversation_id).where(*mine))))
    return [(at - due).total_seconds() * 1000 for due, at in fired if at is not None], moved


def _countdowns(first: int, agents: list[int], begin: datetime, plan: Plan) -> None:
    """Conversations like the first, each with somebody and a countdown."""
    row, turn = shop.like(first), db.session.scalar(select(Timer.turn).filter_by(kind=response.CLOCK))
    if turn is None:
        raise SystemExit("a conversation that was handed over has no countdown")
    each = plan.over / plan.running
    with writing():
        for start in range(0, plan.running, 1_000):
            numbers = range(start, min(plan.running, start + 1_000))
            copies = [row | _copy(number, agents[number % len(agents)]) for number in numbers]
            db.session.execute(insert(table(Conversation)), copies)
        ids = db.session.scalars(select(Conversation.id).where(Conversation.id > first).order_by(Conversation.id)).all()
        clocks = [
            {
                "conversation_id": id_,
                "kind": response.CLOCK,
                "turn": turn,
                "due_at": begin + timedelta(seconds=each * place),
            }
            for place, id_ in enumerate(ids)
        ]
        db.session.execute(insert(table(Timer)), clocks)
    with writing():
        db.session.execute(text("ANALYZE"))


def _copy(number: int, agent: int) -> dict[str, Any]:
    return {"public_id": f"copy-{number}", "address": f"copy-{number}", "assignee_id": agent}


def _asked(what: Select[int]) -> int:
    db.session.rollback()
    return db.session.scalar(what) or 0


if __name__ == "__main__":
    sys.exit(main())
