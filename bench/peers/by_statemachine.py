"""The dialogue on `python-statemachine`."""

from __future__ import annotations

import importlib
from typing import Any

from bench.floors.dialogue import fresh
from bench.peers.loop import Turn
from bench.peers.machines import STATES, Machine, rows


def chart() -> Any:
    """The table as the library wants it: a class whose attributes are states and events."""
    library: Any = importlib.import_module("statemachine")
    states = {name: library.State(name, value=name, initial=name == "start") for name in STATES}
    body: dict[str, Any] = dict(states)
    for trigger, source, to in rows():
        for name in STATES if source == "*" else (source,):
            way = states[name].to(states[to])
            body[trigger] = body[trigger] | way if trigger in body else way
    return type("Chart", (library.StateMachine,), body)


class Peer(Machine):
    """One machine for all conversations: its state is set before every turn."""

    def __init__(self, data: dict[str, Any]) -> None:
        super().__init__(data)
        self._machine = chart()()

    def restore(self, state: str) -> None:
        self._machine.current_state_value = state

    def fire(self, trigger: str) -> str:
        self._machine.send(trigger)
        return str(self._machine.current_state_value)


def make(data: dict[str, Any]) -> tuple[str, Turn]:
    return fresh(), Peer(data).turn
