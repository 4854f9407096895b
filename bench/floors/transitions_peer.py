"""The measured dialogue on `transitions`, a state machine library: measured where it is installed, never required."""

from __future__ import annotations

import importlib
import json
from typing import Any

from bench.floors.dialogue import ANSWERS, BAD, FORM, MENUS, Dialogue

STATES = ["start", "agent", *MENUS, *FORM]


def rows() -> list[dict[str, Any]]:
    """The dialogue as the library wants it: a trigger per message, a source, a destination."""
    found = [{"trigger": "menu", "source": "*", "dest": "menu"}, {"trigger": "person", "source": "*", "dest": "agent"}]
    for menu, choices in MENUS.items():
        for key, target in choices.items():
            to = "menu" if target in ANSWERS else "agent" if target == "human" else target
            found.append({"trigger": f"choice {key}", "source": menu, "dest": to})
    found.append({"trigger": "accepted", "source": "ask_name", "dest": "ask_order"})
    found.append({"trigger": "accepted", "source": "ask_order", "dest": "menu"})
    return found


class Peer(Dialogue):
    """The same texts and patterns; which state follows is the library's to say."""

    def __init__(self, data: dict[str, Any]) -> None:
        super().__init__(data)
        library: Any = importlib.import_module("transitions")
        self.state = "start"
        self._machine = library.Machine(self, STATES, transitions=rows(), initial="start", auto_transitions=False)

    def turn(self, stored: str, text: str) -> tuple[str, list[str]]:
        kept = json.loads(stored)
        self._machine.set_state(kept["at"] or "start")
        said = self._decide(kept, text)
        kept["at"] = self.state
        return json.dumps(kept), [self._texts[name].format(**kept["vars"]) for name in said]

    def _decide(self, kept: dict[str, Any], text: str) -> list[str]:
        at = self.state
        if text == "menu" or at == "start":
            return self._move(kept, "menu", ["menu"])
        if at in FORM:
            if not self._rules[at].match(text):
                return self._miss(kept, [BAD[at]])
            name, following = FORM[at]
            kept["vars"][name] = text
            return self._move(kept, "accepted", ["done", "menu"] if following == "done" else [following])
        target = MENUS[at].get(text)
        if target is None:
            return self._miss(kept, ["sorry", at])
        return self._move(kept, f"choice {text}", [target, "menu"] if target in ANSWERS else [target])

    def _miss(self, kept: dict[str, Any], said: list[str]) -> list[str]:
        kept["misses"] += 1
        return self._move(kept, "person", ["handoff"]) if kept["misses"] > 1 else said

    def _move(self, kept: dict[str, Any], trigger: str, said: list[str]) -> list[str]:
        self.trigger(trigger)  # type: ignore[attr-defined]
        kept["misses"] = 0
        return said
