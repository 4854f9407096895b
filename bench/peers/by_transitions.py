"""The dialogue on `transitions`, a state machine library."""

from __future__ import annotations

import importlib
from typing import Any

from bench.floors.dialogue import fresh
from bench.peers.loop import Turn
from bench.peers.machines import STATES, Machine, rows


class Peer(Machine):
    """The library writes the state into this object."""

    state: str

    def __init__(self, data: dict[str, Any]) -> None:
        super().__init__(data)
        library: Any = importlib.import_module("transitions")
        table = [{"trigger": trigger, "source": source, "dest": to} for trigger, source, to in rows()]
        self._machine = library.Machine(self, list(STATES), transitions=table, initial="start", auto_transitions=False)

    def restore(self, state: str) -> None:
        self._machine.set_state(state)

    def fire(self, trigger: str) -> str:
        self.trigger(trigger)  # type: ignore[attr-defined]
        return self.state


def make(data: dict[str, Any]) -> tuple[str, Turn]:
    return fresh(), Peer(data).turn
