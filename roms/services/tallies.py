"""What came through the door, counted apart from the rows it became, so that a row that is lost is missed.

Counted in memory and written once a second, each process into rows of its own and as absolute numbers (ADR 0011): no
two processes wait for each other, and a write that was answered by nothing is simply written again. A process that is
killed loses a second of counting, never a difference: what is not counted is not missed.
"""

from __future__ import annotations

import os
import secrets
import threading
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from flask import Flask, current_app
from sqlalchemy.dialects import postgresql, sqlite

from roms import clock
from roms.db import after_commit, db, table, transaction
from roms.models import ChannelTally

SLOT = timedelta(minutes=15)
KEPT = timedelta(hours=26)  # in memory; then the numbers of this process go on in rows of another name
COUNTS = tuple(column.name for column in table(ChannelTally).columns if not column.primary_key)
# What the door says became of an item (services/arrivals.py), and how the journal calls it.
OUTCOMES = {"stored": "fresh", "changes": "others", "people": "others", "states": "others"}

Key = tuple[int, datetime]


class Book:
    """The counts of one process."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.pages: dict[Key, dict[str, int]] = {}
        self.changed: set[Key] = set()
        self.source = _name()

    def add(self, key: Key, counts: Mapping[str, int]) -> None:
        with self.lock:
            page = self.pages.setdefault(key, dict.fromkeys(COUNTS, 0))
            for name, count in counts.items():
                page[name] += count
            self.changed.add(key)

    def take(self) -> list[dict[str, object]]:
        """What is to be written now, as rows; in one order, so that nobody waits for who waits for him."""
        with self.lock:
            keys, self.changed = sorted(self.changed), set()
            return [{"channel_id": key[0], "slot": key[1], "source": self.source, **self.pages[key]} for key in keys]

    def give_back(self, rows: list[dict[str, object]]) -> None:
        with self.lock:
            self.changed |= {(row["channel_id"], row["slot"]) for row in rows}  # type: ignore[misc]

    def turn_over(self, at: datetime) -> None:
        """Forget what is written down and long past."""
        with self.lock:
            if not self.changed and any(at - slot > KEPT for _, slot in self.pages):
                self.pages, self.source = {}, _name()


def _name() -> str:
    return f"{os.getpid()}-{secrets.token_hex(6)}"


def init_app(app: Flask) -> None:
    app.extensions["roms.tallies"] = Book()


def book() -> Book:
    found: Book = current_app.extensions["roms.tallies"]
    return found


def slot_of(at: datetime) -> datetime:
    return at - timedelta(minutes=at.minute % (SLOT.seconds // 60), seconds=at.second, microseconds=at.microsecond)


# --- counting ------------------------------------------------------------------------------------------------------


def came(channel_id: int, done: Mapping[str, int]) -> None:
    """Items knocked, and this became of them: all of it at once, so that no kill stands between."""
    counts = {"received": sum(done.values())}
    for outcome, count in done.items():
        name = OUTCOMES.get(outcome, outcome)
        counts[name] = counts.get(name, 0) + count
    if counts["received"]:
        book().add((channel_id, slot_of(clock.now())), counts)


def stored(channel_id: int, at: datetime) -> None:
    """A contact's message was stored and decided about (within the transaction that did): counted if that holds."""
    counting, key = book(), (channel_id, slot_of(at))
    after_commit(lambda: counting.add(key, {"stored": 1, "processed": 1}))


def spooled(channel_id: int, named_at: datetime) -> None:
    """A webhook lies in the spool now, under a name of this moment."""
    book().add((channel_id, slot_of(named_at)), {"letters": 1})


def replayed(letters: Iterable[tuple[int, datetime]]) -> None:
    """These (channel, moment of the name) leave the spool: written down before their files go, so that a kill between
    never looks like a loss."""
    for channel_id, named_at in letters:
        book().add((channel_id, slot_of(named_at)), {"replayed": 1})
    write()


def write() -> None:
    """Write down what was counted since the last time; what the database does not take is kept."""
    counting = book()
    rows = counting.take()
    if rows:
        try:
            _write(rows)
        except BaseException:
            counting.give_back(rows)
            raise
    counting.turn_over(clock.now())


@transaction()
def _write(rows: list[dict[str, object]]) -> None:
    insert = (postgresql if db.engine.dialect.name == "postgresql" else sqlite).insert(table(ChannelTally))
    fresh = {name: insert.excluded[name] for name in COUNTS}
    db.session.execute(insert.on_conflict_do_update(index_elements=["channel_id", "slot", "source"], set_=fresh), rows)


def put(channel_id: int, source: str, counts: Mapping[datetime, Mapping[str, int]]) -> None:
    """Numbers of somebody who does not count by the second (within a transaction)."""
    for slot, some in counts.items():
        row = dict.fromkeys(COUNTS, 0) | {"channel_id": channel_id, "slot": slot, "source": source} | dict(some)
        db.session.execute(table(ChannelTally).insert().values(row))
