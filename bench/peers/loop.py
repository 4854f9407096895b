"""One side of the dialogue in a process of its own: python -m bench.peers.loop NAME.

It makes itself ready, checks that it answers as it should, and says so; then it holds as many talks as each line of its
input names and says what that cost. Only the standard library and the side's own package are needed.
"""

from __future__ import annotations

import gc
import importlib
import json
import re
import resource
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent.parent
HERE = ROOT / "tests" / "engine"  # the same dialogue is a test of the engine

Turn = Callable[[str, str], tuple[str, Sequence[str]]]


def main() -> None:
    """Ready, check, talk."""
    data: dict[str, Any] = json.loads((HERE / "dialogue.json").read_text(encoding="utf-8"))
    fresh, turn = importlib.import_module(f"bench.peers.by_{sys.argv[1]}").make(data)
    ready = time.process_time()
    check(sys.argv[1], data, fresh, turn)
    tell({"ready": ready})
    for line in sys.stdin:
        gc.collect()  # every round begins alike
        begun = time.process_time()
        for _ in range(int(line)):
            talk(data["script"], fresh, turn)
        spent = time.process_time() - begun
        tell({"spent": spent, "peak": peak_mb()})


def peak_mb() -> float:
    """Linux's own figure where there is one: the other remembers the process that started this one."""
    status = Path("/proc/self/status")
    found = re.search(r"VmHWM:\s+(\d+)", status.read_text()) if status.exists() else None
    return (int(found[1]) if found else resource.getrusage(resource.RUSAGE_SELF).ru_maxrss) / 1024


def tell(facts: dict[str, float]) -> None:
    print(json.dumps(facts), flush=True)


def talk(script: Sequence[str], stored: str, turn: Turn) -> None:
    for text in script:
        stored, _said = turn(stored, text)


def check(name: str, data: dict[str, Any], stored: str, turn: Turn) -> None:
    """What is not answered as it should be is not worth measuring. ROMS numbers a menu's options below its prompt."""
    for text, expected in zip(data["script"], data["expected"], strict=True):
        stored, said = turn(stored, text)
        wanted = [data["texts"][one].format(name="Budi Santoso", order="AB-12345") for one in expected]
        if [one.splitlines()[0] for one in said] != wanted:
            raise SystemExit(f"{name} answers {text!r} with {said}, not {wanted}")


if __name__ == "__main__":
    main()
