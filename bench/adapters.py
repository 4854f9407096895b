"""Webhooks as they come: microseconds of CPU for each message to verify and parse, for every provider, one message and
a hundred; and a hundred messages of a hundred people through the whole application.

The floor of the first is the least that reads such a body at all (the HMAC and json.loads, or the form); that of the
second inserts a hundred rows, each in a transaction of its own.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import count
from typing import Any

from flask import Flask
from sqlalchemy import Engine, insert

from bench.floors import base
from bench.rig import knock, provider_bodies, report, servers
from bench.rig.provider_bodies import MAKERS
from bench.rig.report import Goal, Report, Spread, Table
from bench.rig.stage import staged
from roms.channels import ADAPTERS
from roms.channels.base import Knock
from roms.channels.items import Incoming

MOST = 2.0  # times the floor, for a batch of PEOPLE
PEOPLE = 100
KNOWN, NEW = "known, in the menu", "new"


@dataclass(frozen=True, slots=True)
class Plan:
    """How much is measured."""

    rounds: int = 9
    messages: int = 2000  # verified and parsed in each round
    batches: int = 7


QUICK = Plan(rounds=2, messages=200, batches=1)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = report.parser("adapters", __doc__ or "")
    parser.add_argument("--database", choices=servers.DATABASES, action="append", help="default: both")
    options = parser.parse_args(arguments)
    return report.tell(measure(options, QUICK if options.quick else Plan()), options)


def measure(options: argparse.Namespace, plan: Plan) -> Report:
    """Every adapter, then the batch on one database after the other."""
    parsed = Table("Verify and parse, CPU µs a message", ("provider", "messages", "ROMS (min-max)", "floor", "× floor"))
    batch = Table(
        f"{PEOPLE} messages of {PEOPLE} people in one request",
        ("database", "people", "ROMS ms (min-max)", "floor ms", "× floor", "CPU ms", "floor CPU ms", "× floor CPU"),
    )
    left_out = [kind for kind, adapter in ADAPTERS.items() if kind not in MAKERS and not adapter.direct]
    for kind in (kind for kind in ADAPTERS if kind in MAKERS):
        for size in (1, 100):
            parsed.rows.append(_parsing(kind, size, plan))
    goals: list[Goal] = []
    for database in options.database or servers.DATABASES:
        goals += _batches(database, plan, batch)
    notes = ["The goal is for people we know; a new one is a contact, an address and a conversation more."]
    return Report(
        "adapters", [parsed, batch], goals, notes + [f"{kind}: no bodies to measure with" for kind in left_out]
    )


# --- one adapter -------------------------------------------------------------------------------------------------


def _parsing(kind: str, size: int, plan: Plan) -> tuple[Any, ...]:
    knocks, floor, adapter = MAKERS[kind].knocks(size), MAKERS[kind].floor, ADAPTERS[kind]
    account, times = provider_bodies.account(kind), max(1, plan.messages // size)

    def read(one: Knock) -> int:
        adapter.verify(account, one)
        return sum(isinstance(item, Incoming) for item in adapter.parse(account, one.body))

    if sum(map(read, knocks)) != size:
        raise SystemExit(f"{kind}: not every message of the batch was understood")
    ours, least = [], []
    for _ in range(plan.rounds):
        ours.append(_cost(read, knocks, times) / size)
        least.append(_cost(floor, knocks, times) / size)
    spread, under = Spread.of(ours), Spread.of(least)
    return kind, size, spread, under.median, spread.median / under.median


def _cost(read: Callable[[Knock], object], knocks: Sequence[Knock], times: int) -> float:
    """Microseconds of CPU for all of these once."""
    begun = time.process_time()
    for _ in range(times):
        for one in knocks:
            read(one)
    return (time.process_time() - begun) / times * 1e6


# --- the whole application ---------------------------------------------------------------------------------------


def _batches(database: str, plan: Plan, told: Table) -> list[Goal]:
    with staged(database) as stage:
        app, engine, fresh = stage.app(), base.connect(stage.database), count(1)
        known = [knock.phone(number) for number in range(PEOPLE)]
        _post(app, _body("halo", known))
        costs: dict[str, list[tuple[float, float]]] = {"floor": [], KNOWN: [], NEW: []}
        for _ in range(plan.batches):
            costs["floor"].append(_insert(engine))
            costs[KNOWN].append(_post(app, _body("1", known)))
            strangers = [knock.phone(next(fresh), "85") for _ in range(PEOPLE)]
            costs[NEW].append(_post(app, _body("halo", strangers)))
        engine.dispose()
        with app.app_context():
            app.extensions["sqlalchemy"].engine.dispose()
    least, least_cpu = (Spread.of([each[part] for each in costs["floor"]]).median for part in (0, 1))
    for people in (KNOWN, NEW):
        wall, cpu = (Spread.of([each[part] for each in costs[people]]) for part in (0, 1))
        ratios = wall.median / least, cpu.median / least_cpu
        told.rows.append((database, people, wall, least, ratios[0], cpu.median, least_cpu, ratios[1]))
    known_wall = Spread.of([each[0] for each in costs[KNOWN]]).median
    return [Goal(f"{database}: a batch of {PEOPLE} × floor", known_wall / least, MOST)]


def _body(text: str, phones: Sequence[str]) -> bytes:
    """One webhook with a message of each of these people."""
    bodies = [json.loads(knock.body(text, phone)) for phone in phones]
    return json.dumps(bodies[0] | {"messages": [body["messages"][0] for body in bodies]}).encode()


def _post(app: Flask, posted: bytes) -> tuple[float, float]:
    """Milliseconds of wall and of CPU for the whole request."""
    status: list[str] = []
    environ = knock.environ(posted)

    def start(line: str, _headers: Any, _error: Any = None) -> Any:
        status.append(line)

    begun, spent = time.perf_counter(), time.process_time()
    answer = b"".join(app.wsgi_app(environ, start))
    cost = (time.perf_counter() - begun) * 1e3, (time.process_time() - spent) * 1e3
    if status[0] != "200 OK" or json.loads(answer).get("stored") != PEOPLE:
        raise SystemExit(f"ROMS answered {status[0]}: {answer[:200]!r}")
    return cost


def _insert(engine: Engine) -> tuple[float, float]:
    """The floor: so many rows, each in a transaction of its own."""
    text = knock.body("1", knock.phone(1)).decode()
    begun, spent = time.perf_counter(), time.process_time()
    for _ in range(PEOPLE):
        with engine.begin() as connection:
            connection.execute(insert(base.note), {"text": text})
    return (time.perf_counter() - begun) * 1e3, (time.process_time() - spent) * 1e3


if __name__ == "__main__":
    sys.exit(main())
