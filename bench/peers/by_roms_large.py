"""ROMS with a thousand other flows and ten thousand other keywords in the release."""

from __future__ import annotations

from typing import Any

from bench.peers import by_roms
from bench.peers.loop import Turn
from roms.engine.flowfile import compile_release

FLOWS, KEYWORDS = 1000, 10


def make(_data: dict[str, Any]) -> tuple[str, Turn]:
    more = {f"other{number}.yaml": _flow(number) for number in range(FLOWS)}
    return by_roms.talking(compile_release(by_roms.files() | more, 1))


def _flow(number: int) -> str:
    """Words that look like nothing in the dialogue, a few of them breaking in anywhere."""
    words = ", ".join(f"kata{_letters(number)}{'abcdefghij'[place]}" for place in range(KEYWORDS))
    breaking = "true" if number % 20 == 0 else "false"
    trigger = f"triggers: [{{keywords: [{words}], interrupt: {breaking}}}]"
    return f"flow: other{number}\n{trigger}\nsteps:\n  only: {{say: Nomor {number}, end: true}}\n"


def _letters(number: int) -> str:
    return "".join("klmnopqrst"[int(digit)] for digit in f"{number:03}")
