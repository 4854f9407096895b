"""What a chaos run breaks, by name. Each fault breaks something for a while, mends it, and says how many it killed."""

from __future__ import annotations

import random
import signal
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import redis

from tools.chaos.world import OURS, World
from tools.places import redis_socket

WELL = 2.0  # seconds at most that a fault lasts, unless it needs more to show
LEASE = 45.0  # seconds, of roms/services/outbox.py: the clock is put this far ahead of a worker that sleeps


@dataclass(frozen=True, slots=True)
class Kind:
    """break_: does it, from beginning to end, and says how many processes it killed. often: its weight in the choice.
    on: the databases it can be done to."""

    break_: Callable[[World, random.Random], int]
    often: float = 1.0
    on: tuple[str, ...] = ("sqlite", "postgres")


def _kill(name: str) -> Callable[[World, random.Random], int]:
    def kill(world: World, _dice: random.Random) -> int:
        world.parts.kill(name)
        return 1

    return kill


def _kill_several(world: World, dice: random.Random) -> int:
    """Any of ours, and perhaps Redis, at the same moment: a power cut without the disk."""
    names = dice.sample([*OURS, "redis"], dice.randint(2, 6))
    for name in names:
        world.parts.kill(name)
    return len(names)


def _web_child(world: World, _dice: random.Random) -> int:
    """The process that answers, under a gunicorn that lives."""
    children = world.parts.children("web")
    for pid in children:
        world.parts.kill_only(pid)
    return len(children)


def _web_parent(world: World, _dice: random.Random) -> int:
    world.parts.kill_only(world.parts.pid("web"))
    return 1


def _kill_again(world: World, dice: random.Random) -> int:
    """Killed, and killed again while it starts."""
    name = dice.choice(OURS)
    for _ in range(3):
        world.parts.kill(name)
        time.sleep(dice.uniform(0.3, 1.5))
    return 3


def _sleeper(world: World, dice: random.Random) -> int:
    """A worker that is stopped in the middle, outlives its leases, and wakes beside its successor's work."""
    world.parts.kill("worker", signal.SIGSTOP)
    before = world.shift
    try:
        time.sleep(dice.uniform(0.2, 0.6))
        world.set_clock(before + LEASE + 5)
        time.sleep(dice.uniform(1.5, 3))
    finally:
        world.parts.kill("worker", signal.SIGCONT)
    return 0


def _stopped(*names: str) -> Callable[[World, random.Random], int]:
    def stop(world: World, dice: random.Random) -> int:
        name = dice.choice(names)
        world.parts.kill(name, signal.SIGSTOP)
        try:
            time.sleep(dice.uniform(0.5, WELL))
        finally:
            world.parts.kill(name, signal.SIGCONT)
        return 0

    return stop


def _flush(world: World, _dice: random.Random) -> int:
    with redis.Redis(unix_socket_path=str(redis_socket(world.folder)), socket_timeout=5) as client:
        client.flushall()
    return 0


def _line(line: str, **trouble: bool | float | int) -> Callable[[World, random.Random], int]:
    def cut(world: World, dice: random.Random) -> int:
        world.lines[line].set(**trouble)
        try:
            time.sleep(dice.uniform(0.5, WELL))
        finally:
            world.lines[line].set()
        return 0

    return cut


def _reset(line: str) -> Callable[[World, random.Random], int]:
    def reset(world: World, _dice: random.Random) -> int:
        world.lines[line].reset()
        return 0

    return reset


def _cut_after(line: str) -> Callable[[World, random.Random], int]:
    def cut(world: World, dice: random.Random) -> int:
        world.lines[line].set(cut_after=dice.randint(1, 3000))
        time.sleep(dice.uniform(0.5, WELL))
        world.lines[line].set()
        return 0

    return cut


def _database_away(world: World, dice: random.Random) -> int:
    with world.database.away():
        time.sleep(dice.uniform(0.3, WELL))
    return 1 if world.database.name == "postgres" else 0


def _database_and_kill(world: World, dice: random.Random) -> int:
    """Away, and while it is, the web process dies with what it holds and begins without it."""
    with world.database.away():
        time.sleep(dice.uniform(0.1, 0.5))
        world.parts.kill("web")
        world.parts.kill("ticker")
        time.sleep(dice.uniform(2, 4))
    return 2 + (world.database.name == "postgres")


def _full(world: World, dice: random.Random) -> int:
    with world.disk.full():
        time.sleep(dice.uniform(0.3, WELL))
    return 0


def _full_and_away(world: World, dice: random.Random) -> int:
    """Neither the database nor the spool takes anything: nothing may be answered with 2xx."""
    with world.database.away(), world.disk.full():
        time.sleep(dice.uniform(0.3, WELL))
    return 0


def _clock(world: World, dice: random.Random) -> int:
    """Wrong from now on, by up to five minutes either way."""
    world.set_clock(dice.choice((-1, 1)) * dice.uniform(1, 300))
    return 0


def _providers(world: World, dice: random.Random) -> int:
    """For a while every third send goes wrong at the provider."""
    world.witness.do("trouble", chance=0.35)
    time.sleep(dice.uniform(1, 2 * WELL))
    world.witness.do("trouble", chance=0.0)
    return 0


KINDS: Mapping[str, Kind] = {
    "kill web": Kind(_kill("web"), 4),
    "kill worker": Kind(_kill("worker"), 5),
    "kill ticker": Kind(_kill("ticker"), 3),
    "kill caller": Kind(_kill("caller"), 1),
    "kill fetcher": Kind(_kill("fetcher"), 1),
    "kill redis": Kind(_kill("redis"), 2),
    "kill several": Kind(_kill_several, 3),
    "kill again": Kind(_kill_again, 2),
    "kill web's child": Kind(_web_child, 2),
    "kill web's parent": Kind(_web_parent, 2),
    "sleeping worker": Kind(_sleeper),
    "stop ours": Kind(_stopped(*OURS)),
    "redis hangs": Kind(_stopped("redis")),
    "redis flushed": Kind(_flush, 2),
    "redis refuses": Kind(_line("redis", refuse=True)),
    "redis silent": Kind(_line("redis", black_hole=True)),
    "redis cut": Kind(_cut_after("redis")),
    "database away": Kind(_database_away, 3),
    "database away, kill": Kind(_database_and_kill, 2),
    "database refuses": Kind(_line("database", refuse=True), 1, ("postgres",)),
    "database silent": Kind(_line("database", black_hole=True), 1, ("postgres",)),
    "database reset": Kind(_reset("database"), 2, ("postgres",)),
    "database cut": Kind(_cut_after("database"), 1, ("postgres",)),
    "disk full": Kind(_full),
    "disk full, database away": Kind(_full_and_away),
    "provider refuses": Kind(_line("provider", refuse=True)),
    "provider silent": Kind(_line("provider", black_hole=True)),
    "provider reset": Kind(_reset("provider"), 2),
    "provider cut": Kind(_cut_after("provider")),
    "provider in trouble": Kind(_providers, 3),
    "clock": Kind(_clock, 2),
}


def wanted(words: str, database: str) -> dict[str, Kind]:
    """The kinds whose names begin with one of these words, with commas between; all where there is none. ValueError
    says what there is."""
    only = [word.strip() for word in words.split(",") if word.strip()]
    here = {name: kind for name, kind in KINDS.items() if database in kind.on}
    for word in only:
        if not any(name.startswith(word) for name in here):
            raise ValueError(f"there is no fault {word!r} on {database}; there are: {', '.join(here)}")
    return {name: kind for name, kind in here.items() if not only or name.startswith(tuple(only))}


def possible(kinds: Mapping[str, Kind], world: World) -> dict[str, Kind]:
    """Those of them that can be done here. RuntimeError where none can."""
    found = {name: kind for name, kind in kinds.items() if world.disk.real or not name.startswith("disk")}
    if not found:
        raise RuntimeError("a disk can be full only where this user may mount a small one")
    return found
