"""Whether every background part lives and gets through its round, not only that its process exists.

A part says in memory that it got through (`beat`, which costs nothing); a thread of its process writes that down now
and then (`write`). So a part that hangs is told from a process that is gone: the one's process still speaks.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from time import monotonic

from flask import Flask, current_app
from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite

from roms import clock
from roms.db import db, table, transaction
from roms.models import Heartbeat
from roms.services import channels

ROUNDS = "roms.rounds"
BEGAN = "roms.began"
TICKER = "ticker"
LONGEST_MEMORY = timedelta(days=1)  # as cleaning.py keeps them


WORDS = {
    "ok": "ok",
    "stuck": "lives, but has not got through its round for {seconds} s",
    "silent": "silent for {seconds} s",
    "stopped": "stopped {seconds} s ago and not started again",
    "missing": "never started",
}


@dataclass(frozen=True, slots=True)
class Part:
    """How a part is: `ok`, `stuck` (its process lives, its round does not end), `silent`, `stopped` or `missing`."""

    name: str
    state: str
    seconds: int | None = None  # since its last round; None: it never had one
    instances: int = 0  # that live

    @property
    def is_well(self) -> bool:
        return self.state == "ok"

    @property
    def told(self) -> str:
        """In English, for programs and terminals."""
        return WORDS[self.state].format(seconds=self.seconds)


def init_app(app: Flask) -> None:
    app.extensions[ROUNDS] = {}
    app.extensions[BEGAN] = monotonic()


def beat(name: str, every: float = 0, moment: float | None = None) -> None:
    """This part of this process has got through a round, now or at this `monotonic` moment; the next is due in `every`
    seconds."""
    current_app.extensions[ROUNDS][name] = (monotonic() if moment is None else moment, every)


@transaction()
def write(is_over: bool = False) -> None:
    """Write down how far the parts of this process are; `is_over`: it ends because it was asked to."""
    at, now, instance = clock.now(), monotonic(), f"{socket.gethostname()[:60]}:{os.getpid()}"
    rows = [
        {
            "name": name,
            "instance": instance,
            "round_at": at - timedelta(seconds=now - moment),
            "told_at": at,
            "every": round(every),
            "is_over": is_over,
        }
        for name, (moment, every) in sorted(current_app.extensions[ROUNDS].copy().items())
    ]
    if rows:
        insert = (postgresql if db.engine.dialect.name == "postgresql" else sqlite).insert(table(Heartbeat))
        fresh = {name: insert.excluded[name] for name in ("round_at", "told_at", "every", "is_over")}
        db.session.execute(insert.on_conflict_do_update(index_elements=["name", "instance"], set_=fresh), rows)


# --- judging -------------------------------------------------------------------------------------------------------


def needed() -> list[str]:
    """What must be there: `ROMS_PARTS`, else all processes but, where no flow may ask anybody, the one that asks."""
    config = channels.config()
    usual = ["worker", "fetcher", TICKER, *(["caller"] if config.http_hosts else [])]
    return list(config.parts) or usual


def patience() -> timedelta:
    return timedelta(seconds=channels.config().silent_after)


def parts(is_server: bool = True) -> list[Part]:
    """How every part is. A server that has just started gives the others as long to start, too; a command does not."""
    at = clock.now()
    is_new = is_server and monotonic() - current_app.extensions[BEGAN] <= patience().total_seconds()
    by_name: dict[str, list[Heartbeat]] = {name: [] for name in needed()}
    recent = select(Heartbeat).where(Heartbeat.told_at > at - LONGEST_MEMORY).order_by(Heartbeat.told_at)
    for row in db.session.scalars(recent.execution_options(populate_existing=True)):
        by_name.setdefault(row.name, []).append(row)
    found = [_judged(name, rows, at, is_new) for name, rows in by_name.items()]
    return sorted((part for part in found if part is not None), key=lambda part: part.name)


def unwell(is_server: bool = True) -> list[Part]:
    return [part for part in parts(is_server) if not part.is_well]


def _judged(name: str, rows: Sequence[Heartbeat], at: datetime, is_new: bool) -> Part | None:
    """None: a part of no account, such as a chore of a process that is gone; the process itself is named."""
    living = [row for row in rows if not row.is_over and at - row.told_at <= patience()]
    stuck = [row for row in living if at - row.round_at > patience() + timedelta(seconds=row.every)]
    if living:
        row = (stuck or living)[-1]
        return Part(name, "stuck" if stuck else "ok", _seconds(at, row.round_at), len(living))
    if name not in needed():
        return None
    if not rows:
        return Part(name, "ok" if is_new else "missing")
    last = rows[-1]
    is_awaited = is_new or at - last.told_at <= patience()
    state = "ok" if is_awaited else "stopped" if last.is_over else "silent"
    return Part(name, state, _seconds(at, last.round_at))


def _seconds(at: datetime, then: datetime) -> int:
    return max(0, round((at - then).total_seconds()))
