"""The engine: turns per CPU-second in a twelve-message dialogue, beside a dict table written by hand.

A two-level menu, a form with validation, an interrupt and a handoff after two misses. One turn reads the session from
JSON text, decides, and writes it back to JSON text, as a webhook does; ROMS also says of every message why it was sent.
The answers are checked before anything is measured.
"""

from __future__ import annotations

import importlib.util
import json
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from bench.floors import dialogue
from bench.rig import report
from bench.rig.report import Goal, Report, Spread, Table
from roms.engine import lifecycle, session
from roms.engine.effects import SendMessage
from roms.engine.events import MessageReceived
from roms.engine.flowfile import compile_release
from tools.places import ROOT

HERE = ROOT / "tests" / "engine"  # the same dialogue is a test of the engine
FLOOR, PEER, ROMS = "floor: dict table", "transitions", "ROMS"
COLUMNS = ("side", "turns per CPU-second (min-max)", "floor ÷ side", "µs a turn", "cold start ms")
MOST_TIMES = 3.5
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
FACTS = {"contact": {"language": "en"}, "channel": {}, "conversation": {}}

Turn = Callable[[str, str], tuple[str, Sequence[str]]]


@dataclass(frozen=True, slots=True)
class Plan:
    """How much is measured."""

    rounds: int = 9
    talks: int = 400  # per side and round, of twelve messages


QUICK = Plan(rounds=1, talks=5)


@dataclass(frozen=True, slots=True)
class Side:
    """One that can hold the dialogue."""

    name: str
    fresh: str  # the session of somebody who has said nothing yet
    turn: Turn
    cold: float  # seconds of CPU to load and compile


def main(arguments: Sequence[str] | None = None) -> int:
    options = report.parser("engine", __doc__ or "").parse_args(arguments)
    return report.tell(measure(QUICK if options.quick else Plan()), options)


def measure(plan: Plan) -> Report:
    data: dict[str, Any] = json.loads((HERE / "dialogue.json").read_text(encoding="utf-8"))
    sides = [_cold(FLOOR, _floor, data)]
    if importlib.util.find_spec("transitions"):
        sides.append(_cold(PEER, _peer, data))
    sides.append(_cold(ROMS, _roms, data))
    for side in sides:
        _check(side, data)
    rounds: dict[str, list[float]] = {side.name: [] for side in sides}
    for _ in range(plan.rounds):
        for side in sides:
            rounds[side.name].append(_speed(side, data["script"], plan.talks))
    table = Table("Twelve messages, session through JSON at every turn", COLUMNS)
    floor = Spread.of(rounds[FLOOR]).median
    for side in sides:
        speed = Spread.of(rounds[side.name])
        table.rows.append((side.name, speed, floor / speed.median, 1e6 / speed.median, side.cold * 1000))
    times = floor / Spread.of(rounds[ROMS]).median
    return Report("engine", [table], [Goal("floor ÷ ROMS", times, MOST_TIMES)])


def _cold(name: str, make: Callable[[dict[str, Any]], tuple[str, Turn]], data: dict[str, Any]) -> Side:
    begun = time.process_time()
    fresh, turn = make(data)
    return Side(name, fresh, turn, time.process_time() - begun)


def _floor(data: dict[str, Any]) -> tuple[str, Turn]:
    return dialogue.fresh(), dialogue.Dialogue(data).turn


def _peer(data: dict[str, Any]) -> tuple[str, Turn]:
    from bench.floors.transitions_peer import Peer

    return dialogue.fresh(), Peer(data).turn


def _roms(_data: dict[str, Any]) -> tuple[str, Turn]:
    files = {"dialogue.yaml": (HERE / "dialogue.yaml").read_text(encoding="utf-8")}
    files["lifecycle.yaml"] = (ROOT / "flows" / "lifecycle.yaml").read_text(encoding="utf-8")
    release = compile_release(files, 1)

    def turn(stored: str, text: str) -> tuple[str, list[str]]:
        before = session.load(json.loads(stored), FACTS)
        decision = lifecycle.decide(release, before, MessageReceived(text), NOON)
        said = [effect.text for effect in decision.effects if isinstance(effect, SendMessage)]
        return json.dumps(session.dump(decision.session)), said

    return json.dumps(session.dump(lifecycle.begin(release, NOON, FACTS))), turn


def _check(side: Side, data: dict[str, Any]) -> None:
    """What is not answered as it should be is not worth measuring. ROMS numbers a menu's options below its prompt."""
    stored = side.fresh
    for text, expected in zip(data["script"], data["expected"], strict=True):
        stored, said = side.turn(stored, text)
        wanted = [data["texts"][name].format(name="Budi Santoso", order="AB-12345") for name in expected]
        if [one.splitlines()[0] for one in said] != wanted:
            raise SystemExit(f"{side.name} answers {text!r} with {said}, not {wanted}")


def _speed(side: Side, script: Sequence[str], talks: int) -> float:
    """Turns per CPU-second."""
    begun = time.process_time()
    for _ in range(talks):
        stored = side.fresh
        for text in script:
            stored, _said = side.turn(stored, text)
    return talks * len(script) / (time.process_time() - begun)


if __name__ == "__main__":
    sys.exit(main())
