"""What the state machine libraries have in common: texts and patterns are the floor's, the states are theirs."""

from __future__ import annotations

import json
from abc import abstractmethod
from typing import Any

from bench.floors.dialogue import ANSWERS, BAD, FORM, MENUS, Dialogue

STATES = ("start", "agent", *MENUS, *FORM)


def rows() -> list[tuple[str, str, str]]:
    """A trigger for each thing that may happen, the state it happens in (`*`: any), and the state that follows."""
    found = [("home", "*", "menu"), ("person", "*", "agent")]
    for menu, choices in MENUS.items():
        for key, target in choices.items():
            to = "menu" if target in ANSWERS else "agent" if target == "human" else target
            found.append((f"choice_{key}", menu, to))
    return [*found, ("accepted", "ask_name", "ask_order"), ("accepted", "ask_order", "menu")]


class Machine(Dialogue):
    """A dialogue whose state a library keeps."""

    @abstractmethod
    def restore(self, state: str) -> None:
        """Begin where the last turn ended."""

    @abstractmethod
    def fire(self, trigger: str) -> str:
        """The state that follows."""

    def turn(self, stored: str, text: str) -> tuple[str, list[str]]:
        kept = json.loads(stored)
        self.restore(kept["at"] or "start")
        said = self._decide(kept, text)
        return json.dumps(kept), [self._texts[name].format(**kept["vars"]) for name in said]

    def _decide(self, kept: dict[str, Any], text: str) -> list[str]:
        at = kept["at"]
        if text == "menu" or not at:
            return self._move(kept, "home", ["menu"])
        if at in FORM:
            if not self._rules[at].match(text):
                return self._miss(kept, [BAD[at]])
            name, following = FORM[at]
            kept["vars"][name] = text
            return self._move(kept, "accepted", ["done", "menu"] if following == "done" else [following])
        target = MENUS[at].get(text)
        if target is None:
            return self._miss(kept, ["sorry", at])
        return self._move(kept, f"choice_{text}", [target, "menu"] if target in ANSWERS else [target])

    def _miss(self, kept: dict[str, Any], said: list[str]) -> list[str]:
        kept["misses"] += 1
        return self._move(kept, "person", ["handoff"]) if kept["misses"] > 1 else said

    def _move(self, kept: dict[str, Any], trigger: str, said: list[str]) -> list[str]:
        kept["at"], kept["misses"] = self.fire(trigger), 0
        return said
