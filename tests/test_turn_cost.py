"""What a turn costs, counted and not timed: the same on any machine, however busy."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

from bench.peers import by_roms, by_roms_large
from bench.peers.loop import HERE, Turn, talk
from bench.rig import instructions

DIALOGUE = json.loads((HERE / "dialogue.json").read_text(encoding="utf-8"))
ENGINE = str(Path(by_roms.lifecycle.__file__).parent)


def statements(fresh: str, turn: Turn) -> int:
    """How many lines of the engine one talk runs through."""
    count = 0

    def line(_frame: FrameType, event: str, _argument: Any) -> Any:
        nonlocal count
        count += event == "line"
        return line

    def called(frame: FrameType, _event: str, _argument: Any) -> Any:
        return line if frame.f_code.co_filename.startswith(ENGINE) else None

    before = sys.gettrace()
    sys.settrace(called)
    try:
        talk(DIALOGUE["script"], fresh, turn)
    finally:
        sys.settrace(before)
    return count


def test_a_thousand_flows_and_ten_thousand_keywords_cost_a_turn_nothing() -> None:
    small = statements(*by_roms.make(DIALOGUE))
    large = statements(*by_roms_large.make(DIALOGUE))
    assert small > 1000
    assert large <= 1.5 * small


@pytest.mark.skipif(not instructions.available(), reason="valgrind is not installed")
def test_a_turn_takes_no_more_instructions_than_it_may() -> None:
    assert instructions.a_turn("roms") <= instructions.MOST
