"""From a customer's message to an agent's screen, beside the floor: H, a bare hub and a drain by hand.

Open loop: the customers' webhooks come at fixed moments; latency counts from the moment a message was due to the frame
at an agent's WebSocket, with 50 agents connected. Most contacts are with a person, one in five talks with the bot,
whose answers leave for a provider that answers at once. CPU is of all processes: web, worker and ticker, PostgreSQL and
Redis. Then the fan-out of one change to 1, 100 and 1,000 sockets.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select

from bench.floors import base
from bench.rig import closed, knock, machine, report, servers
from bench.rig.report import Goal, Report, Spread, Table, percentile
from bench.rig.stage import (
    Stage,
    environ,
    floor_web,
    floor_worker,
    provider,
    roms_ticker,
    roms_web,
    roms_worker,
    staged,
)
from roms import queue
from roms.db import db
from roms.models import User
from roms.services import accounts, crew, frames, tickets

FLOOR, ROMS = "floor", "ROMS"
PASSWORD = "measuring is knowing"
LATENCY = ("messages/s", "side", "p50 ms", "p95 ms", "p99 ms", "ack p99 ms", "CPU ms", "of it our own", "missing")
FAN_OUT = ("sockets", "side", "middle ms (min-max)", "last ms (min-max)", "× floor", "KB a socket")
MOST_P50, MOST_P99, MOST_CPU, MOST_FAN = 1.5, 100.0, 1.3, 2.0


@dataclass(frozen=True, slots=True)
class Plan:
    """How much is measured."""

    rates: tuple[int, ...] = (5, 15, 40, 80)
    seconds: tuple[float, ...] = (6, 5, 5, 5)  # of each round
    rounds: int = 2
    agents: int = 50
    contacts: int = 160  # with a person; a quarter as many more talk with the bot
    sockets: tuple[int, ...] = (1, 100, 1000)
    changes: int = 20
    apart: bool = True  # the fan-out has processes of its own, which have done nothing yet


QUICK = Plan(rates=(10,), seconds=(1.0,), rounds=1, agents=3, contacts=8, sockets=(1, 10), changes=3, apart=False)


@dataclass(frozen=True, slots=True)
class Side:
    """One of those compared, running."""

    name: str
    port: int
    own: list[int]  # its processes, without PostgreSQL and Redis
    channel: str
    change: str
    cookie: str = ""


@dataclass(slots=True)
class Found:
    """What all rounds at one rate found for one side."""

    seen: list[float] = field(default_factory=list)
    acks: list[float] = field(default_factory=list)
    count: int = 0
    own: float = 0.0
    all: float = 0.0
    missing: int = 0

    def row(self) -> tuple[float, ...]:
        parts = [percentile(self.seen, part) for part in (0.5, 0.95, 0.99)]
        cpu = [spent / self.count * 1000 for spent in (self.all, self.own)]
        return (*parts, percentile(self.acks, 0.99), *cpu, self.missing)


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, on PostgreSQL unless told otherwise."""
    parser = report.parser("live", __doc__ or "")
    parser.add_argument("--database", choices=servers.DATABASES, default="postgresql")
    options = parser.parse_args(arguments)
    return report.tell(measure(options, QUICK if options.quick else Plan()), options)


def measure(options: argparse.Namespace, plan: Plan) -> Report:
    """The rates first, then the fan-out; floor and ROMS in turn."""
    latency = Table(f"A customer's message to an agent's screen, {options.database}, {plan.agents} agents", LATENCY)
    fan_out = Table("One change to many sockets", FAN_OUT)
    goals: list[Goal] = []
    with staged(options.database) as stage:
        shared = stage.infrastructure()
        with ExitStack() as running:
            sides = running.enter_context(_sides(stage, 400))
            _introduce(sides, plan)
            for rate, seconds in zip(plan.rates, plan.seconds, strict=True):
                found = {side.name: Found() for side in sides}
                for _ in range(plan.rounds):
                    for side in sides:
                        _at_rate(stage, side, plan, (rate, seconds), found[side.name], shared)
                told = {name: one.row() for name, one in found.items()}
                latency.rows.extend((rate, name, *row) for name, row in told.items())
            goals += _live_goals(told[FLOOR], told[ROMS], rate)
            if plan.apart:
                running.close()
                sides = running.enter_context(_sides(stage, 2 * max(plan.sockets) + 100))
            for sockets in plan.sockets:
                goals += _spread_out(stage, sides, sockets, plan, fan_out)
    return Report("live", [latency, fan_out], goals, [NOTE])


NOTE = (
    "CPU ms: a message, all processes; of it our own: without PostgreSQL and Redis. The floor stores no history, no\n"
    "timers, no summary and asks nobody who may see what. Goals hold at the highest rate."
)


# --- the two sides -----------------------------------------------------------------------------------------------


@contextmanager
def _sides(stage: Stage, threads: int) -> Iterator[list[Side]]:
    """Both, all of their processes, side by side; only one of them is given work at a time."""
    with ExitStack() as stack:
        stack.enter_context(provider(stage))
        floor, floor_pid = stack.enter_context(floor_web(stage, "bench.floors.hub:create_app()", threads))
        floor_drain = stack.enter_context(floor_worker(stage))
        roms, roms_pid = stack.enter_context(roms_web(stage, threads))
        worker = stack.enter_context(roms_worker(stage))
        ticker = stack.enter_context(roms_ticker(stage))
        change = json.dumps({"fan": "NUMBER", "rest": "x" * 1200})
        header = {"c": "nowhere", "v": "", "s": 0}
        packed = frames.pack(header, json.loads(change), None).decode()
        yield [
            Side(FLOOR, floor, [floor_pid, floor_drain], base.CHANGES, change.replace(": ", ":")),
            Side(
                ROMS,
                roms,
                [roms_pid, worker, ticker],
                queue.changes_topic(queue.connect(stage.redis)),
                packed,
                _cookie(stage),
            ),
        ]


def _cookie(stage: Stage) -> str:
    """Somebody who is signed in."""
    app = stage.app()
    with app.app_context():
        if db.session.scalar(select(User.id).filter_by(login="bench")) is None:
            crew.add(None, crew.Newcomer("bench", "Bench", password=PASSWORD))
        token, actor = accounts.sign_in("bench", PASSWORD)
        db.session.remove()
        db.engine.dispose()
    return f"{token} {actor.session_id}"


def _sockets(stage: Stage, side: Side, count: int) -> list[dict[str, Any]]:
    """What each socket says at the door; ROMS wants a ticket, the floor lets everybody in."""
    if side.name == FLOOR:
        return [{"path": "/ws/inbox", "headers": {}}] * count
    token, session = side.cookie.split(" ")
    headers = {"Cookie": f"roms={token}", "Origin": f"http://127.0.0.1:{side.port}"}
    app = stage.app()
    with app.app_context():
        issued = [tickets.issue(f"session:{session}") for _ in range(count)]
        db.session.remove()
        db.engine.dispose()
    return [{"path": f"/ws/inbox?ticket={ticket}", "headers": headers} for ticket in issued]


# --- at a rate ---------------------------------------------------------------------------------------------------


def _introduce(sides: Sequence[Side], plan: Plan) -> None:
    """Let the contacts be known: most ask for a person at once, the others get the menu."""
    people, talkers = _contacts(plan)
    for side in sides:
        closed.post(side.port, [("cs", phone) for phone in people] + [("halo", phone) for phone in talkers], 1)


def _contacts(plan: Plan) -> tuple[list[str], list[str]]:
    return (
        [knock.phone(number, "85") for number in range(plan.contacts)],
        [knock.phone(number, "86") for number in range(plan.contacts // 4)],
    )


def _at_rate(
    stage: Stage, side: Side, plan: Plan, load: tuple[int, float], found: Found, shared: Sequence[int]
) -> None:
    """One round."""
    people, talkers = _contacts(plan)
    mixed = [phone for n, talker in enumerate(talkers) for phone in (*people[4 * n : 4 * n + 4], talker)]
    told = {"port": side.port, "rate": load[0], "seconds": load[1], "phones": mixed}
    told["sockets"] = _sockets(stage, side, plan.agents)
    command = [sys.executable, "-m", "bench.rig.open_loop"]
    with servers.running(command, stage.folder / "client.log", environ({}), talks=True) as client:
        _say(client, json.dumps(told))
        _hear(client)
        own, all_ = machine.cpu_seconds(side.own), machine.cpu_seconds([*side.own, *shared])
        _say(client, "go")
        result = json.loads(_hear(client))
        found.own += machine.cpu_seconds(side.own) - own
        found.all += machine.cpu_seconds([*side.own, *shared]) - all_
    if result["refused"] or result["lost"]:
        raise SystemExit(f"{side.name}: {result['refused']} requests refused, {result['lost']} sockets lost")
    found.seen += result["seen"]
    found.acks += result["acks"]
    found.count += max(1, int(load[0] * load[1]))
    found.missing += result["missing"]


def _say(client: Any, line: str) -> None:
    client.stdin.write(line + "\n")
    client.stdin.flush()


def _hear(client: Any) -> str:
    line: str = client.stdout.readline()
    if not line:
        raise SystemExit("the client ended before it was done")
    return line


def _live_goals(floor: Sequence[Any], ours: Sequence[Any], rate: int) -> list[Goal]:
    return [
        Goal(f"p50 × floor at {rate}/s", ours[0] / floor[0], MOST_P50),
        Goal(f"p99 ms at {rate}/s", ours[2], MOST_P99),
        Goal(f"CPU a message × floor at {rate}/s", ours[4] / floor[4] if floor[4] else 0.0, MOST_CPU),
        Goal("messages that never reached the screen", ours[6], 0),
    ]


# --- fan-out -----------------------------------------------------------------------------------------------------


def _spread_out(stage: Stage, sides: Sequence[Side], sockets: int, plan: Plan, table: Table) -> list[Goal]:
    last: dict[str, Spread] = {}
    for side in sides:
        before = machine.memory_mb(side.own[:1])
        told = {"port": side.port, "changes": plan.changes, "channel": side.channel, "change": side.change}
        told |= {"redis": stage.redis, "sockets": _sockets(stage, side, sockets)}
        command = [sys.executable, "-m", "bench.rig.fan_out"]
        with servers.running(command, stage.folder / "client.log", environ({}), talks=True) as client:
            _say(client, json.dumps(told))
            found = json.loads(_hear(client))
            grown = (machine.memory_mb(side.own[:1]) - before) * 1000 / sockets
        last[side.name] = Spread.of(found["last"])
        ratio = last[side.name].median / last[FLOOR].median
        memory = grown if sockets >= 100 else None
        table.rows.append((sockets, side.name, Spread.of(found["middle"]), last[side.name], ratio, memory))
    ratio = last[ROMS].median / last[FLOOR].median
    return [Goal(f"last of {sockets} sockets × bare hub", ratio, MOST_FAN)] if sockets == max(plan.sockets) else []


if __name__ == "__main__":
    sys.exit(main())
