"""The drain: what a worker process sends in a second, to a provider that answers at once and to one that takes 100 ms.

Beside the floor: claim up to 50 rows with SKIP LOCKED, send one after the other, update and publish each. The order
within each conversation is checked at the provider. Then the way of one reply: an agent presses send, the idle worker
wakes, the provider has it.
"""

from __future__ import annotations

import argparse
import itertools
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

import httpx
from flask import Flask
from rq import Queue
from rq.serializers import JSONSerializer
from sqlalchemy import func, insert, select

from bench.floors import base
from bench.rig import knock, machine, report, servers
from bench.rig.report import Goal, Report, Spread, Table, percentile
from bench.rig.stage import Stage, floor_worker, provider, provider_log, roms_worker, staged
from roms import clock, queue
from roms.db import db, table, writing
from roms.models import Contact, Conversation, Direction, Message, Sender, Status, User
from roms.services import channels, crew, publishing, replies
from roms.services.actors import Actor

FLOOR, ROMS = "floor", "ROMS"
COLUMNS = ("database", "provider ms", "side", "messages/s (min-max)", "× floor", "worker CPU ms", "in order")
WAY = ("database", "from the agent's call to the provider", "p50 ms", "p95 ms", "p99 ms")
LEAST_PART, LEAST_SLOW, MOST_WAY = 0.5, 80.0, 15.0
PATIENCE = 90.0  # seconds for one run


@dataclass(frozen=True, slots=True)
class Plan:
    """How much is measured."""

    rounds: int = 3
    conversations: int = 60
    each: int = 8  # messages a conversation
    slow_floor: int = 20  # messages; one after the other at 100 ms each
    replies: int = 40


QUICK = Plan(rounds=1, conversations=4, each=3, slow_floor=3, replies=2)


@dataclass(frozen=True, slots=True)
class Side:
    """A worker process with what it is given and how one sees that it is done."""

    name: str
    pid: int
    fill: Callable[[int, int], None]  # conversations, messages in each
    left: Callable[[], int]
    wake: Callable[[], None]


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, on PostgreSQL unless told otherwise."""
    parser = report.parser("send", __doc__ or "")
    parser.add_argument("--database", choices=servers.DATABASES, action="append", help="default: postgresql")
    options = parser.parse_args(arguments)
    return report.tell(measure(options, QUICK if options.quick else Plan()), options)


def measure(options: argparse.Namespace, plan: Plan) -> Report:
    speeds = Table("One worker process", COLUMNS)
    way = Table("An idle worker", WAY)
    goals: list[Goal] = []
    for kind in options.database or ["postgresql"]:
        with staged(kind) as stage, ExitStack() as stack:
            port = stack.enter_context(provider(stage))
            app = stage.app()
            stack.enter_context(app.app_context())
            stack.callback(_let_go, app)
            sides = [
                _floor_side(stage, stack.enter_context(floor_worker(stage)), stack),
                _roms_side(stack.enter_context(roms_worker(stage))),
            ]
            goals += _speeds(kind, sides, port, plan, speeds)
            goals += _way(kind, port, plan, way)
    return Report("send", [speeds, way], goals, [NOTE])


NOTE = (
    "The floor keeps order by sending one after the other, so at 100 ms it sends ten a second; it knows no lease, no\n"
    "epoch, no receipts. Worker CPU is a message."
)


# --- messages a second -------------------------------------------------------------------------------------------


def _speeds(kind: str, sides: Sequence[Side], port: int, plan: Plan, speeds: Table) -> list[Goal]:
    goals = []
    for milliseconds in (0, 100):
        httpx.get(f"http://127.0.0.1:{port}/delay/{milliseconds}")
        rounds: dict[str, list[tuple[float, float]]] = {side.name: [] for side in sides}
        for _ in range(plan.rounds if milliseconds == 0 else 1):
            for side in sides:
                size = (plan.slow_floor, 1) if milliseconds and side.name == FLOOR else (plan.conversations, plan.each)
                rounds[side.name].append(_one_round(side, port, size))
        speed = {name: Spread.of([each[0] for each in found]) for name, found in rounds.items()}
        for name, found in rounds.items():
            ratio = speed[name].median / speed[FLOOR].median
            cost = report.Spread.of([each[1] for each in found]).median
            speeds.rows.append((kind, milliseconds, name, speed[name], ratio, cost, "yes"))
        if milliseconds == 0:
            ratio = speed[ROMS].median / speed[FLOOR].median
            goals.append(Goal(f"{kind}: messages/s × floor, instant provider", ratio, LEAST_PART, at_least=True))
        else:
            goals.append(Goal(f"{kind}: messages/s at 100 ms", speed[ROMS].median, LEAST_SLOW, at_least=True))
    return goals


def _one_round(side: Side, port: int, size: tuple[int, int]) -> tuple[float, float]:
    """Messages a second from the first arrival until the last outcome is written down, and CPU ms a message."""
    side.fill(*size)
    total = size[0] * size[1]
    provider_log(port)
    before = machine.cpu_seconds([side.pid])
    side.wake()
    limit = time.monotonic() + PATIENCE
    while side.left():
        if time.monotonic() > limit:
            raise SystemExit(f"{side.name} left {side.left()} of {total} messages unsent")
        time.sleep(0.01)
    done = time.monotonic()
    log = provider_log(port)
    check(side.name, log, total)
    return total / (done - log[0][0]), (machine.cpu_seconds([side.pid]) - before) / total * 1000


def check(name: str, log: Sequence[tuple[float, str, str]], total: int) -> None:
    """Every message once, each conversation's in order; anything else ends the run."""
    said: dict[str, list[int]] = defaultdict(list)
    for _, address, text in log:
        said[address].append(int(text.rpartition(" ")[2]))
    if len(log) != total or any(numbers != sorted(set(numbers)) for numbers in said.values()):
        raise SystemExit(f"{name} lost, doubled or disordered messages: {len(log)} arrived of {total}")


# --- the floor ---------------------------------------------------------------------------------------------------


def _floor_side(stage: Stage, pid: int, stack: ExitStack) -> Side:
    engine, client = base.connect(stage.database), base.redis_client(stage.redis)
    stack.callback(engine.dispose)
    stack.callback(client.close)
    jobs = Queue(base.JOBS, connection=client, serializer=JSONSerializer)

    def fill(conversations: int, each: int) -> None:
        rows = [
            {"address": knock.phone(c), "text": f"message {n}", "status": "queued"}
            for n in range(each)
            for c in range(conversations)
        ]
        with engine.begin() as connection:
            connection.execute(insert(base.outbox), rows)

    def left() -> int:
        query = select(func.count()).select_from(base.outbox).where(base.outbox.c.status != "accepted")
        with engine.connect() as connection:
            return int(connection.execute(query).scalar_one())

    def wake() -> None:
        jobs.enqueue("bench.floors.drain.drain", result_ttl=0)

    return Side(FLOOR, pid, fill, left, wake)


# --- ROMS --------------------------------------------------------------------------------------------------------


def _roms_side(pid: int) -> Side:
    channel = channels.find("whapi").channel_id

    def left() -> int:
        unsent = select(func.count()).select_from(Message).where(Message.status.in_([Status.QUEUED, Status.SENDING]))
        found = int(db.session.scalar(unsent) or 0)
        db.session.rollback()
        return found

    return Side(ROMS, pid, lambda some, each: _queue(channel, some, each), left, lambda: queue.wake([channel]))


def _queue(channel: int, conversations: int, each: int) -> None:
    """New conversations with answers of the bot that wait to be sent."""
    with writing():
        made = [_conversation(channel, number) for number in range(conversations)]
        db.session.flush()
        rows = [_answer(one, number) for number in range(each) for one in made]
        db.session.execute(insert(table(Message)), rows)


_numbers = itertools.count()


def _conversation(channel: int, number: int) -> Conversation:
    at = clock.now()
    made = Conversation(
        public_id=f"bench-{next(_numbers)}",
        channel_id=channel,
        address=f"{knock.phone(next(_numbers), '87')}@s.whatsapp.net",
        mode_since=at,
        state={"mode": "BOT", "since": at.isoformat(), "release": publishing.newest().number},
        seq=100,
        last_at=at,
        changed_at=at,
        opened_at=at,
        created_at=at,
    )
    made.contact = Contact(name=f"Contact {number}", created_at=at)
    db.session.add(made)
    return made


def _answer(conversation: Conversation, number: int) -> dict[str, Any]:
    return {
        "conversation_id": conversation.id,
        "channel_id": conversation.channel_id,
        "seq": number + 1,
        "revision": number + 1,
        "direction": Direction.OUT,
        "sender": Sender.BOT,
        "text": f"message {number}",
        "created_at": clock.now(),
        "due_at": clock.now(),
        "status": Status.QUEUED,
    }


# --- one reply ---------------------------------------------------------------------------------------------------


def _way(kind: str, port: int, plan: Plan, way: Table) -> list[Goal]:
    """From replies.send to the provider, with nothing else going on."""
    httpx.get(f"http://127.0.0.1:{port}/delay/0")
    actor = _agent()
    with writing():
        _conversation(channels.find("whapi").channel_id, 0)
    cid = db.session.scalars(select(Conversation.public_id).order_by(Conversation.id.desc()).limit(1)).one()
    spent = []
    for number in range(plan.replies + 1):
        provider_log(port)
        begun = time.monotonic()
        replies.send(actor, cid, f"reply-{number}", f"reply {number}", seen=0, force=True)
        spent.append((_arrival(port) - begun) * 1000)
        time.sleep(0.05)
    spent = spent[1:]  # the first one warms up
    row = [percentile(spent, part) for part in (0.5, 0.95, 0.99)]
    way.rows.append((kind, f"{len(spent)} replies", *row))
    return [Goal(f"{kind}: from the agent's call to the provider, p50 ms", row[0], MOST_WAY)]


def _agent() -> Actor:
    crew.add(None, crew.Newcomer("bench", "Bench"))
    user = db.session.scalars(select(User).filter_by(login="bench")).one()
    return Actor(user.id, user.name, user.login, user.role, user.language)


def _arrival(port: int) -> float:
    limit = time.monotonic() + 10
    while time.monotonic() < limit:
        if log := provider_log(port):
            return log[0][0]
        time.sleep(0.005)
    raise SystemExit("the reply never reached the provider")


def _let_go(app: Flask) -> None:
    db.session.remove()
    db.engine.dispose()
    app.extensions["roms.redis"].close()


if __name__ == "__main__":
    sys.exit(main())
