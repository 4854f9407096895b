"""One chaos run: build the world, load it, break it, let it settle, look, tell."""

from __future__ import annotations

import argparse
import signal
import sys
import time
from pathlib import Path
from types import FrameType

from sqlalchemy import create_engine, text

from roms.db import table
from roms.models import Message
from roms.spool import Spool
from tests.kit import ledger as steps
from tools.chaos import faults, ledger, report, rows
from tools.chaos.agents import Agent, Book
from tools.chaos.course import Breaker, Wish
from tools.chaos.supervisor import USUAL
from tools.chaos.world import OURS, World, world
from tools.terminal import say

AGENTS = ("ani", "budi")
LEASES = 60.0  # seconds: the clock is put ahead by this, and then by more, so that nobody has to wait for leases
FURTHER = 20 * 60.0  # the longest backoff is 15 minutes
PATIENCE = 60.0  # seconds without any progress, then it is said that something is stuck
HAND_IN = 15.0  # seconds for agents to finish


def main(options: argparse.Namespace) -> int:
    """0: nothing is wrong. 1: something is, and told. 2: it could not be tried."""
    head = f"seed {options.seed} · {options.database} · {rows.versions()}"
    try:
        kinds = faults.wanted(options.only, options.database)
    except ValueError as error:
        say(f"./dev chaos: {error}")
        return 2
    say(f"chaos · {head}")
    with world(options.database, options.seed, options.people, options.port) as made:
        steps.begin(made.database.url)
        breaker, book = _run(made, options, faults.possible(kinds, made))
        say("  settling …")
        troubles = _settle(made)
        breaker.hear_the_last()
        _stop(made)
        diary = made.folder / "diary.json"
        made.witness.do("diary", path=str(diary))
        evidence, broken = rows.gathered(made, diary)
        found = ledger.made(evidence, book.takeovers)
        report.tell(head, found, breaker.course, [*book.troubles, *troubles], broken)
        report.stories(found, evidence, breaker.course, broken)
    wrong = bool(found.faults or broken or breaker.course.unrecovered)
    say("\nWRONG: see above" if wrong else "\nnothing lost, nothing twice, nothing out of order")
    return int(wrong)


def _run(made: World, options: argparse.Namespace, kinds: dict[str, faults.Kind]) -> tuple[Breaker, Book]:
    breaker, book = Breaker(made, kinds, options.seed, options.pause), Book()

    def stop(_number: int, _frame: FrameType | None) -> None:
        breaker.over.set()

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, stop)
    agents = [Agent(made, login, book, options.seed) for login in AGENTS]
    made.witness.do("load", rate=options.rate)
    breaker.over.wait(2)
    breaker.go_on(Wish(options.minutes * 60, options.kills, options.messages))
    made.witness.do("load", rate=0)
    for agent in agents:
        agent.stop(HAND_IN)
    return breaker, book


def _settle(made: World) -> list[str]:
    """Everything works: wait until nothing is under way, with a clock that is put ahead instead of patience."""
    moved, before, ahead = time.monotonic(), (0, 0), max(made.shift, 0.0) + LEASES
    made.set_clock(ahead)
    looks = 0
    while time.monotonic() - moved < PATIENCE:
        time.sleep(0.5)
        looks += 1
        behind, waiting = made.witness.do("counts")["behind"] + _spooled(made), _under_way(made)
        if not behind and not waiting:
            return []
        if (behind, waiting) != before:
            moved, before = time.monotonic(), (behind, waiting)
        if looks % 8 == 0 and ahead < 10 * FURTHER:
            ahead += FURTHER
            made.set_clock(ahead)
    return [f"{behind} webhooks and {waiting} messages are still under way"]


def _spooled(made: World) -> int:
    """How many webhooks wait for the database."""
    return Spool(Path(made.environment["ROMS_DATA"]) / "spool", ()).depth()


def _under_way(made: World) -> int:
    """How many messages are neither sent nor given up; of the bot's, only those that may still be."""
    engine = create_engine(made.database.url)
    name = table(Message).name
    with engine.connect() as connection:
        found = connection.execute(text(f"SELECT count(*) FROM {name} WHERE status IN ('queued', 'sending')"))
        count = int(found.scalar_one())
    engine.dispose()
    return count


def _stop(made: World) -> None:
    made.parts.stop(*OURS)
    for name in OURS:
        part = made.parts.parts[name]
        codes = sorted(set(part.ends) - set(USUAL))
        if codes:
            say("\n    ".join([f"  {name} also ended with {codes}; at last it said:", *part.last_words]))


if __name__ == "__main__":
    from tools.chaos import arguments

    parser = argparse.ArgumentParser(prog="./dev chaos")
    arguments(parser)
    sys.exit(main(parser.parse_args()))
