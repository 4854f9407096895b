"""Who works in the shop of the virtual days, and who writes to it."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta, timezone

WIB = timezone(timedelta(hours=7))
WORKING_DAY, HOLIDAY, NEXT_DAY = date(2026, 12, 24), date(2026, 12, 25), date(2026, 12, 26)
BUSY = ((0, 0.3), (8, 2.0), (11, 4.0), (14, 2.0), (19, 3.0), (20, 1.0), (22, 0.3))  # from this hour on, so busy
WISHES = (("beli", 45), ("komplain", 30), ("tagihan", 15), ("darurat", 4), ("halo", 6))
FORGETS = 0.03  # of the conversations that an agent is given
MORNING = 10  # the end of the last day, on the wall
TALKS_ON = 0.4  # of the customers who were answered
FELL_ILL = datetime(2026, 12, 24, 14, 20, tzinfo=WIB).astimezone(UTC)


@dataclass(slots=True)
class Worker:
    """An agent of the shop: when he is there, what he can do."""

    login: str
    teams: tuple[str, ...]
    skills: tuple[str, ...]
    begins: int  # hours on the wall
    lunch: int
    ends: int
    capacity: int = 4
    falls_ill: bool = False
    id: int = 0
    is_busy: bool = False
    is_there: bool = False
    present: timedelta = field(default_factory=timedelta)


def staff() -> list[Worker]:
    """Eight of them."""
    return [
        Worker("ani", ("sales",), ("id",), 8, 12, 16),
        Worker("budi", ("sales",), ("id", "en"), 8, 13, 16),
        Worker("citra", ("sales",), ("id",), 12, 16, 20),
        Worker("dewi", ("sales", "care"), ("id", "billing"), 12, 17, 20),
        Worker("eko", ("care",), ("id", "billing"), 8, 12, 16, falls_ill=True),
        Worker("fitri", ("care",), ("id", "en"), 8, 13, 16),
        Worker("gilang", ("care",), ("id",), 12, 16, 20),
        Worker("hana", ("care",), ("id", "billing"), 9, 14, 20, capacity=6),
    ]


def comings(worker: Worker) -> Iterator[tuple[datetime, str]]:
    """When somebody comes and goes: "available", "away", or "give_back"."""
    for day in (WORKING_DAY, NEXT_DAY):
        yield _at(day, worker.begins), "available"
        if worker.falls_ill and day == WORKING_DAY:
            yield _at(day, worker.lunch), "away"
            yield _at(day, worker.lunch + 1), "available"
            yield FELL_ILL, "give_back"
            continue
        yield _at(day, worker.lunch), "away"
        yield _at(day, worker.lunch + 1), "available"
        yield _at(day, worker.ends), "give_back"


def arrivals(customers: int, dice: random.Random) -> Iterator[tuple[datetime, str, str]]:
    """(when, who, what): the working day's customers, a sixth of them on the holiday, a few the morning after."""
    busy = [[share for start, share in BUSY if start <= hour][-1] for hour in range(24)]
    wishes, shares = [wish for wish, _ in WISHES], [share for _, share in WISHES]
    for day, count in ((WORKING_DAY, customers), (HOLIDAY, customers // 6), (NEXT_DAY, customers // 10)):
        for number in range(count):
            until = MORNING if day == NEXT_DAY else 24
            (hour,) = dice.choices(range(until), busy[:until])
            at = _at(day, hour) + timedelta(seconds=dice.randrange(3600))
            yield at, f"{day:%d}-{number}", dice.choices(wishes, shares)[0]


def _at(day: date, hour: int) -> datetime:
    return datetime(day.year, day.month, day.day, hour, tzinfo=WIB).astimezone(UTC)
