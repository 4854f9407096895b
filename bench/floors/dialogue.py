"""The measured dialogue by hand: a dict table, a JSON state, nothing else. What no engine can be faster than."""

from __future__ import annotations

import json
import re
from typing import Any

MENUS = {
    "menu": {"1": "prices", "2": "location", "3": "human", "4": "ask_name"},
    "prices": {"1": "products", "2": "shipping", "0": "menu"},
    "products": {"1": "basic", "2": "pro", "0": "prices"},
    "location": {"1": "jakarta", "2": "bandung", "0": "menu"},
}
ANSWERS = {"basic", "pro", "shipping", "jakarta", "bandung"}
FORM = {"ask_name": ("name", "ask_order"), "ask_order": ("order", "done")}
BAD = {"ask_name": "bad_name", "ask_order": "bad_order"}


class Dialogue:
    """The texts and patterns; the state is the caller's."""

    def __init__(self, data: dict[str, Any]) -> None:
        self._texts: dict[str, str] = data["texts"]
        self._rules = {"ask_name": re.compile(data["name_re"]), "ask_order": re.compile(data["order_re"])}

    def turn(self, stored: str, text: str) -> tuple[str, list[str]]:
        """A webhook's worth: the session out of JSON, a step, the session into JSON."""
        state = json.loads(stored)
        said = self._decide(state, text)
        return json.dumps(state), [self._texts[name].format(**state["vars"]) for name in said]

    def _decide(self, state: dict[str, Any], text: str) -> list[str]:
        at = state["at"]
        if at == "agent":
            return []
        if text == "menu" or not at:
            return self._go(state, "menu")
        if text == "agent":
            return self._go(state, "human")
        if at in FORM:
            return self._form(state, at, text)
        target = MENUS[at].get(text)
        return self._go(state, target) if target else self._miss(state, ["sorry", at])

    def _form(self, state: dict[str, Any], at: str, text: str) -> list[str]:
        if not self._rules[at].match(text):
            return self._miss(state, [BAD[at]])
        name, following = FORM[at]
        state["vars"][name] = text
        return self._go(state, following)

    def _miss(self, state: dict[str, Any], said: list[str]) -> list[str]:
        state["misses"] += 1
        return self._go(state, "human") if state["misses"] > 1 else said

    def _go(self, state: dict[str, Any], target: str) -> list[str]:
        state["misses"] = 0
        if target == "human":
            state["at"] = "agent"
            return ["handoff"]
        if target in ANSWERS or target == "done":
            state["at"] = "menu"
            return [target, "menu"]
        state["at"] = target
        return [target]


def fresh() -> str:
    return json.dumps({"at": "", "vars": {}, "misses": 0})
