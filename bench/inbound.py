"""The Whapi webhook with a bot's answer beside F (one insert, one commit, one publish) and H (all of it by hand).

In-process: CPU of one WSGI call, the sides in turn (A B A B …), so that the machine's mood hits all alike. Over HTTP:
gunicorn with one worker, 8 connections from another process, CPU of the worker. Counted: what one request does.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import redis
from flask import Flask

from bench.floors import inbound, insert
from bench.rig import closed, counting, knock, machine, report, servers
from bench.rig.report import Goal, Report, Spread, Table
from bench.rig.stage import Stage, floor_web, roms_web, staged
from roms import queue
from roms.services import channels

FLOOR, BY_HAND, THRIFTY, ROMS, AWAKE = "F", "H", "H, no job", "ROMS", "ROMS, wakes the drain"
IN_MENU, NEW = "1, in the menu", "halo, a new contact"
MOST_CPU, MOST_STATEMENTS, MOST_COMMITS, MOST_REDIS = 1.3, 8, 1, 1
COLUMNS = ("database", "message", "side", "CPU µs (min-max)", "× F", "× H")
WEB_COLUMNS = ("database", "side", "req/s (min-max)", "worker CPU µs (min-max)", "× H CPU", "× H req/s")
COUNTED = ("statements", "commits", "redis", "enqueues", "rollbacks")


@dataclass(frozen=True, slots=True)
class Plan:
    """How much is measured."""

    rounds: int = 12
    requests: int = 60  # per side and round, in this process
    web_rounds: int = 4
    web_requests: int = 320
    contacts: int = 40


QUICK = Plan(rounds=2, requests=4, web_rounds=1, web_requests=16, contacts=8)


@dataclass(slots=True)
class Side:
    """One of those compared: an application in this process."""

    name: str
    app: Flask
    prepare: Callable[[], Any] = lambda: None  # before each request, outside the measured time
    costs: dict[str, list[float]] = field(default_factory=lambda: {IN_MENU: [], NEW: []})

    def call(self, text: str, phone: str) -> float:
        """CPU seconds of this process for one request."""
        environ = knock.environ(knock.body(text, phone))
        self.prepare()
        status: list[str] = []

        def start(line: str, _headers: Any, _error: Any = None) -> Any:
            status.append(line)

        begun = time.process_time()
        b"".join(self.app.wsgi_app(environ, start))
        spent = time.process_time() - begun
        if status[0] != "200 OK":
            raise SystemExit(f"{self.name} answered {status[0]}")
        return spent


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure on both databases, or on the one named."""
    parser = report.parser("inbound", __doc__ or "")
    parser.add_argument("--database", choices=servers.DATABASES, action="append", help="default: both")
    options = parser.parse_args(arguments)
    plan = QUICK if options.quick else Plan()
    return report.tell(measure(options, plan), options)


def measure(options: argparse.Namespace, plan: Plan) -> Report:
    """All of it, one database after the other."""
    calls = Table("One WSGI call, in-process", COLUMNS)
    counts = Table("Counted, one request of ROMS", ("database", "message", "a drain waits", *COUNTED))
    web = Table("gunicorn gthread, 1 worker, 8 connections, message 1", WEB_COLUMNS)
    goals: list[Goal] = []
    for kind in options.database or servers.DATABASES:
        with staged(kind) as stage:
            goals += _in_process(stage, plan, calls, counts)
            goals += _over_http(stage, plan, web)
    return Report("inbound", [calls, counts, web], goals, [NOTE])


NOTE = (
    'H enqueues a job per message, as the goal has it; "H, no job" does not, and is what ROMS does while a drain\n'
    "waits. A new contact is told for completeness and has no goal; answers are two messages on every side but F."
)


# --- in this process ---------------------------------------------------------------------------------------------


def _in_process(stage: Stage, plan: Plan, calls: Table, counts: Table) -> list[Goal]:
    app = stage.app()
    with app.app_context(), redis.Redis.from_url(stage.redis) as client:
        flag = f"roms:drain:{channels.find('whapi').channel_id}"
        sides = [
            Side(FLOOR, insert.create_app(stage.database, stage.redis)),
            Side(BY_HAND, inbound.create_app(stage.database, stage.redis, every=True)),
            Side(THRIFTY, inbound.create_app(stage.database, stage.redis, every=False)),
            Side(ROMS, app, lambda: client.set(flag, b"1")),
            Side(AWAKE, app, lambda: _drained(client, flag)),
        ]
        sides[2].prepare = lambda: client.set(inbound.FLAG, b"1")
    _take_turns(sides, plan)
    goals = _told(stage.kind, sides, calls)
    with redis.Redis.from_url(stage.redis) as client:
        goals += _counted(stage, app, client, flag, counts)
    _dispose(sides)
    return goals


def _take_turns(sides: Sequence[Side], plan: Plan) -> None:
    phones = [knock.phone(number) for number in range(plan.contacts)]
    fresh = count(1)
    for side in sides:
        for phone in phones:  # everybody stands in the menu; the first calls also warm caches
            side.call("halo", phone)
    for _ in range(plan.rounds):
        for side in sides:
            spent = [side.call("1", phones[n % len(phones)]) for n in range(plan.requests)]
            side.costs[IN_MENU].append(sum(spent) / len(spent) * 1e6)
            begun = [side.call("halo", knock.phone(next(fresh), "82")) for _ in range(max(1, plan.requests // 4))]
            side.costs[NEW].append(sum(begun) / len(begun) * 1e6)


def _told(kind: str, sides: Sequence[Side], calls: Table) -> list[Goal]:
    goals = []
    for text in (IN_MENU, NEW):
        spreads = {side.name: Spread.of(side.costs[text]) for side in sides}
        floor, by_hand = spreads[FLOOR].median, spreads[BY_HAND].median
        for name, spread in spreads.items():
            calls.rows.append((kind, text, name, spread, spread.median / floor, spread.median / by_hand))
        if text is IN_MENU:
            what = f"{kind}: CPU in-process × H (Core)"
            goals.append(Goal(what, spreads[ROMS].median / by_hand, MOST_CPU))
    return goals


def _counted(stage: Stage, app: Flask, client: redis.Redis, flag: str, counts: Table) -> list[Goal]:
    """Both messages, with and without a drain that waits; the goals hold for the menu's answer."""
    side, goals = Side(ROMS, app), []
    with app.app_context():
        engine = app.extensions["sqlalchemy"].engine
    for text, phone, message in (("1", knock.phone(0), IN_MENU), ("halo", knock.phone(1, "83"), NEW)):
        for waits in (True, False):
            client.set(flag, b"1") if waits else _drained(client, flag)
            with counting.counted(engine, client, queue.OUTBOX) as seen:
                side.call(text, phone if waits else phone + "9" * (message is NEW))
            counts.rows.append((stage.kind, message, "yes" if waits else "no", *(seen[name] for name in COUNTED)))
            if waits and message is IN_MENU:
                goals += _count_goals(stage.kind, seen)
    return goals


def _drained(client: redis.Redis, flag: str) -> None:
    """As after a drain: nothing waits, neither the flag nor the job, which would lie in the queue once all the same."""
    client.delete(flag, f"rq:queue:{queue.OUTBOX}")


def _count_goals(kind: str, seen: Any) -> list[Goal]:
    limits = {"statements": MOST_STATEMENTS, "commits": MOST_COMMITS, "redis": MOST_REDIS, "enqueues": 0}
    words = {"redis": "Redis round trips"}
    return [Goal(f"{kind}: {words.get(name, name)} a request", seen[name], limit) for name, limit in limits.items()]


def _dispose(sides: Sequence[Side]) -> None:
    for side in sides:
        if "floor" in side.app.extensions:
            engine, client = side.app.extensions["floor"]
            engine.dispose()
            client.close()
        else:
            with side.app.app_context():
                side.app.extensions["sqlalchemy"].engine.dispose()


# --- over HTTP ---------------------------------------------------------------------------------------------------


def _over_http(stage: Stage, plan: Plan, web: Table) -> list[Goal]:
    every = {"FLOOR_ENQUEUES": "every"}
    with ExitStack() as stack:
        threads = 2 * closed.CONNECTIONS
        servers_ = {
            FLOOR: stack.enter_context(floor_web(stage, "bench.floors.insert:create_app()", threads)),
            BY_HAND: stack.enter_context(floor_web(stage, "bench.floors.inbound:create_app()", threads, **every)),
            ROMS: stack.enter_context(roms_web(stage, threads)),
        }
        phones = [knock.phone(number, "84") for number in range(plan.contacts)]
        for port, _pid in servers_.values():
            closed.post(port, [("halo", phone) for phone in phones], connections=1)  # everybody stands in the menu
        speeds: dict[str, list[float]] = {name: [] for name in servers_}
        costs: dict[str, list[float]] = {name: [] for name in servers_}
        for _ in range(plan.web_rounds):
            for name, (port, pid) in servers_.items():
                speed, cost = _one_round(port, pid, phones, plan.web_requests)
                speeds[name].append(speed)
                costs[name].append(cost)
    return _web_told(stage.kind, speeds, costs, web)


def _one_round(port: int, pid: int, phones: Sequence[str], requests: int) -> tuple[float, float]:
    messages = [("1", phones[n % len(phones)]) for n in range(requests)]
    before = machine.cpu_seconds([pid])
    speed = closed.post(port, messages)["per_second"]
    return speed, (machine.cpu_seconds([pid]) - before) / requests * 1e6


def _web_told(kind: str, speeds: dict[str, list[float]], costs: dict[str, list[float]], web: Table) -> list[Goal]:
    cost = {name: Spread.of(values) for name, values in costs.items()}
    speed = {name: Spread.of(values) for name, values in speeds.items()}
    by_hand = cost[BY_HAND].median
    for name in costs:
        faster = speed[name].median / speed[BY_HAND].median
        web.rows.append((kind, name, speed[name], cost[name], cost[name].median / by_hand if by_hand else 0.0, faster))
    ours = cost[ROMS].median / by_hand if by_hand else 0.0
    return [Goal(f"{kind}: CPU of the web worker × H (Core)", ours, MOST_CPU)]


if __name__ == "__main__":
    sys.exit(main())
