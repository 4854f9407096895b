"""The floor: a dict table written by hand."""

from __future__ import annotations

from typing import Any

from bench.floors.dialogue import Dialogue, fresh
from bench.peers.loop import Turn


def make(data: dict[str, Any]) -> tuple[str, Turn]:
    return fresh(), Dialogue(data).turn
