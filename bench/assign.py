"""Whose turn it is: handoffs a second with 50 agents, and what a look at the backlog costs as it grows.

In this process, one after the other, as the lock has it: a webhook that asks for a person while so many wait for
others; a look of the ticker while nobody has room; what it gives out when everybody has. CPU is of this process and
PostgreSQL. A thousand are measured before and after the larger ones, so that what the machine does meanwhile is seen.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from flask import Flask
from sqlalchemy import insert, text, update

from bench.rig import machine, report, servers, shop
from bench.rig.report import Goal, Report, Table
from bench.rig.stage import Stage, staged
from roms import clock
from roms.db import db, table, writing
from roms.engine.types import Mode
from roms.models import Conversation, User
from roms.services import backlog

SKILLS = ("", "billing", "id", "en", "orders")  # a group each
FLAT = 1.5
COLUMNS = (
    "database",
    "wait",
    "handoffs/s",
    "CPU ms a handoff",
    "CPU ms a look, full house",
    "given/s",
    "CPU ms each given",
)


@dataclass(frozen=True, slots=True)
class Plan:
    """How much is measured."""

    sizes: tuple[int, ...] = (1_000, 10_000, 100_000, 1_000)
    handoffs: int = 150
    looks: int = 150
    seconds: float = 2.0  # of giving out


QUICK = Plan((20, 60, 200, 20), 4, 4, 0.2)


@dataclass(slots=True)
class Spent:
    """What so many of something took."""

    seconds: float = 0.0
    cpu: float = 0.0
    count: int = 1

    @property
    def a_second(self) -> float:
        return self.count / self.seconds

    @property
    def each(self) -> float:
        return self.cpu / self.count * 1000


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure on both databases, or on the one named."""
    parser = report.parser("assign", __doc__ or "")
    parser.add_argument("--database", choices=servers.DATABASES, action="append", help="default: both")
    options = parser.parse_args(arguments)
    return report.tell(measure(options), options)


def measure(options: argparse.Namespace) -> Report:
    """One database after the other."""
    plan = QUICK if options.quick else Plan()
    found = Table(f"{shop.AGENTS} agents, {len(SKILLS)} groups that wait", COLUMNS)
    goals: list[Goal] = []
    for kind in options.database or servers.DATABASES:
        with staged(kind) as stage:
            app = stage.app()
            with app.app_context():
                goals.append(_one(app, stage, plan, found))
                db.session.remove()
                db.engine.dispose()
                app.extensions["roms.redis"].close()
    return Report("assign", [found], goals)


def _one(app: Flask, stage: Stage, plan: Plan, found: Table) -> Goal:
    shop.people()
    looks: dict[int, list[float]] = {}
    numbers = iter(range(10**6))
    for size in plan.sizes:
        first = shop.handed_over(app, next(numbers))
        _wait(first, size)
        with _capacity(0):
            look = _spent(stage, plan.looks, backlog.drain)
        phones = [shop.hello(app, next(numbers)) for _ in range(plan.handoffs)]
        handoff = _spent(stage, plan.handoffs, lambda phones=phones: shop.post(app, "cs", phones.pop()))  # type: ignore[misc]
        given = _given(stage, plan.seconds)
        looks.setdefault(size, []).append(look.each)
        row = (handoff.a_second, handoff.each, look.each, given.a_second, given.each)
        found.rows.append((stage.kind, size, *row))
        _over()
    least, most = looks[plan.sizes[0]], looks[max(plan.sizes)]
    ratio = sum(most) / len(most) / (sum(least) / len(least))
    return Goal(f"{stage.kind}: a look with {max(plan.sizes):,} ÷ with {plan.sizes[0]:,}", ratio, FLAT)


def _wait(like: int, size: int) -> None:
    """So many wait for everybody, in turns of every skill: copies of this one."""
    row = shop.like(like) | {"assignee_id": None, "team": "", "queued_at": clock.now()}
    for start in range(0, size, 5_000):
        numbers = range(start, min(size, start + 5_000))
        with writing():
            db.session.execute(insert(table(Conversation)), [row | _copy(like, number) for number in numbers])
    with writing():
        db.session.execute(text("ANALYZE"))


def _copy(like: int, number: int) -> dict[str, Any]:
    name = f"copy-{like}-{number}"
    return {"public_id": name, "address": name, "skill": SKILLS[number % len(SKILLS)], "rank": number // 7 % 4}


@contextmanager
def _capacity(most: int | None) -> Iterator[None]:
    def put(value: int | None) -> None:
        with writing():
            db.session.execute(update(User).values(capacity=value))

    put(most)
    yield
    put(None)


def _spent(stage: Stage, count: int, act: Callable[[], object]) -> Spent:
    """So many, one after the other."""
    with _measured(stage) as spent:
        for _ in range(count):
            act()
        spent.count = count
    return spent


def _given(stage: Stage, seconds: float) -> Spent:
    """As much as the ticker gives out in so many seconds."""
    with _measured(stage) as spent:
        spent.count = backlog.drain(seconds)
    return spent


@contextmanager
def _measured(stage: Stage) -> Iterator[Spent]:
    db.session.rollback()
    others = servers.postmaster(stage.database)
    spent, begun, own, theirs = Spent(), time.monotonic(), time.process_time(), machine.cpu_seconds(others)
    yield spent
    spent.seconds = time.monotonic() - begun
    spent.cpu = time.process_time() - own + machine.cpu_seconds(others) - theirs


def _over() -> None:
    """Nobody waits, and nobody has anything."""
    with writing():
        over = {"mode": Mode.CLOSED, "assignee_id": None, "queued_at": None}
        db.session.execute(update(table(Conversation)).values(over))


if __name__ == "__main__":
    sys.exit(main())
