"""The engine: turns per CPU-second in a twelve-message dialogue, beside a dict table written by hand and its peers.

A two-level menu, a form with validation, an interrupt and a handoff after two misses. One turn reads the session from
JSON text, decides, and writes it back to JSON text, as a webhook does; ROMS also says of every message why it was sent.
Every side is a process of its own, checks its answers before anything is measured, and takes its turn in every round.
Instructions are counted where there is valgrind: they repeat on any machine, whatever else it does.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bench.peers.loop import HERE
from bench.rig import instructions, report
from bench.rig.report import Goal, Report, Spread, Table
from tools.peers import NODE, PYTHON
from tools.places import ROOT

FLOOR, ROMS, LARGE, MACHINE = "floor: dict table", "ROMS", "ROMS, 1,000 more flows", "transitions (states only)"
PEERS = {
    MACHINE: "transitions",
    "python-statemachine": "statemachine",
    "rivescript": "rivescript",
    "chatsky": "chatsky",
}
XSTATE = "xstate (Node)"
COLUMNS = ("side", "turns per CPU-second (min-max)", "best", "floor ÷ side", "µs a turn", "ready after CPU ms", "MB")
COUNTED = ("side", "instructions a turn", "× floor")
MOST_TIMES, LEAST_TURNS, MOST_LARGER = 3.5, 30_000, 1.5
TURNS = 12


@dataclass(frozen=True, slots=True)
class Plan:
    """How much is measured."""

    rounds: int = 9
    seconds: float = 0.25  # of CPU, a side and round
    peers: bool = True
    counted: bool = True


QUICK = Plan(rounds=1, seconds=0.01, peers=False, counted=False)


@dataclass(slots=True)
class Side:
    """One that can hold the dialogue: its process, and what its rounds came to."""

    name: str
    process: subprocess.Popen[str]
    talks: int = 1
    ready: float = 0.0
    peak: float = 0.0
    speeds: list[float] = field(default_factory=list)

    def hear(self) -> dict[str, float]:
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        if not line:
            raise SystemExit(f"{self.name} ended; what it wrote stands above")
        facts: dict[str, float] = json.loads(line)
        return facts

    def talk(self, talks: int) -> float:
        """Seconds of CPU for so many talks."""
        assert self.process.stdin is not None
        self.process.stdin.write(f"{talks}\n")
        self.process.stdin.flush()
        facts = self.hear()
        self.peak = facts["peak"]
        return facts["spent"]


def main(arguments: Sequence[str] | None = None) -> int:
    options = report.parser("engine", __doc__ or "").parse_args(arguments)
    return report.tell(measure(QUICK if options.quick else Plan()), options)


def measure(plan: Plan) -> Report:
    commands, notes = sides(plan)
    with ExitStack() as stack:
        running = [stack.enter_context(started(name, command)) for name, command in commands.items()]
        for side in running:
            side.talks = max(1, int(20 * plan.seconds / (side.talk(20) or 1e-3)))
        for _ in range(plan.rounds):
            for side in running:
                side.speeds.append(side.talks * TURNS / side.talk(side.talks))
    tables, goals = [_table(running)], _goals(running)
    if plan.counted and instructions.available():
        _count(tables, goals)
    elif plan.counted:
        notes.append("No valgrind here: instructions are not counted (on Debian: apt-get install valgrind).")
    return Report("engine", tables, goals, notes)


def sides(plan: Plan) -> tuple[dict[str, list[str]], list[str]]:
    """Whoever is there to be measured, with the command that starts it; and who is not, and why."""
    loop = ["-m", "bench.peers.loop"]
    ours = {FLOOR: "hand", ROMS: "roms", LARGE: "roms_large"}
    found, notes = {name: [sys.executable, *loop, module] for name, module in ours.items()}, []
    python, package, node = PYTHON / "bin" / "python", NODE / "node_modules" / "xstate", shutil.which("node")
    if plan.peers and (PYTHON / "stamp").exists():
        found |= {name: [str(python), *loop, module] for name, module in PEERS.items()}
    else:
        notes.append("Peers in Python are left out: ./dev bench engine installs them where there is a registry.")
    if plan.peers and node and package.exists():
        script = ROOT / "bench" / "peers" / "by_xstate.mjs"
        found[XSTATE] = [node, str(script), str(NODE), str(HERE / "dialogue.json")]
    else:
        notes.append("xstate is left out: ./dev bench engine installs it where there are Node, npm and a registry.")
    return found, notes


@contextmanager
def started(name: str, command: list[str]) -> Iterator[Side]:
    """A side that is ready; it ends when its input does."""
    environment = {"PYTHONHASHSEED": "0", "PATH": str(Path(sys.executable).parent)}
    pipe = subprocess.PIPE
    with subprocess.Popen(command, cwd=ROOT, env=environment, text=True, stdin=pipe, stdout=pipe) as process:
        side = Side(name, process)
        side.ready = side.hear()["ready"]
        yield side
        assert process.stdin is not None
        process.stdin.close()


def _table(running: Sequence[Side]) -> Table:
    table = Table("Twelve messages, session through JSON at every turn", COLUMNS)
    floor = Spread.of(running[0].speeds).median
    for side in sorted(running, key=lambda each: -Spread.of(each.speeds).median):
        speed = Spread.of(side.speeds)
        figures: list[Any] = [speed, speed.high, floor / speed.median, 1e6 / speed.median, side.ready * 1000, side.peak]
        table.rows.append((side.name, *figures))
    return table


def _goals(running: Sequence[Side]) -> list[Goal]:
    speeds = {side.name: Spread.of(side.speeds).median for side in running}
    goals = [
        Goal("floor ÷ ROMS", speeds[FLOOR] / speeds[ROMS], MOST_TIMES),
        Goal("turns per CPU-second", speeds[ROMS], LEAST_TURNS, at_least=True),
        Goal("1,000 flows and 10,000 keywords × small", speeds[ROMS] / speeds[LARGE], MOST_LARGER),
    ]
    peers = [(speed, name) for name, speed in speeds.items() if name not in (FLOOR, ROMS, LARGE, MACHINE)]
    if peers:
        speed, name = max(peers)
        goals.append(Goal(f"ROMS ÷ the fastest peer engine, {name}", speeds[ROMS] / speed, 1.0, at_least=True))
    return goals


def _count(tables: list[Table], goals: list[Goal]) -> None:
    """By callgrind: the same to a few instructions, however busy the machine is."""
    floor, ours = instructions.a_turn("hand"), instructions.a_turn("roms")
    rows = [(FLOOR, floor, 1.0), (ROMS, ours, ours / floor)]
    tables.append(Table("Counted by callgrind", COUNTED, list(rows)))
    goals.append(Goal("instructions a turn", ours, instructions.MOST))


if __name__ == "__main__":
    sys.exit(main())
