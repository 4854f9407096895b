"""The dialogue on chatsky: a node for each state, and one for each after a miss; patterns are conditions."""

from __future__ import annotations

import asyncio
import importlib
import json
from typing import Any

from bench.floors.dialogue import ANSWERS, BAD, FORM, MENUS, Dialogue
from bench.peers.loop import Turn

FIELDS = ("labels", "requests", "responses")


class Peer(Dialogue):
    """The library's own memory storage holds one conversation, filled from JSON before a turn and read after it."""

    def __init__(self, data: dict[str, Any]) -> None:
        super().__init__(data)
        self._api: Any = importlib.import_module("chatsky")
        self._data = data
        self._storage = importlib.import_module("chatsky.context_storages").MemoryContextStorage()
        start = ("talk", "start")
        self._pipeline = self._api.Pipeline(
            script={"talk": self._script()}, start_label=start, fallback_label=start, context_storage=self._storage
        )
        self._info: Any = importlib.import_module("chatsky.core.ctx_utils").ContextMainInfo
        self._loop = asyncio.new_event_loop()

    def _script(self) -> dict[str, Any]:
        nodes = {"start": self._node("", [self._way("menu")]), "agent": self._node("handoff", [])}
        for menu, choices in MENUS.items():
            ways = [self._way(_node_of(target), key) for key, target in choices.items()]
            nodes[menu] = self._node(menu, [*ways, self._way(f"{menu}_missed")])
            nodes[f"{menu}_missed"] = self._node(f"sorry {menu}", [*ways, self._way("agent")])
        for form, (_, following) in FORM.items():
            ways = [self._way(following, pattern=self._data[FORM[form][0] + "_re"])]
            nodes[form] = self._node(form, [*ways, self._way(f"{form}_missed")])
            nodes[f"{form}_missed"] = self._node(BAD[form], [*ways, self._way("agent")])
        home = [self._way(_node_of(target), key) for key, target in MENUS["menu"].items()]
        for answer in (*ANSWERS, "done"):
            nodes[answer] = self._node(f"{answer} menu", [*home, self._way("menu_missed")])
        return nodes

    def _node(self, says: str, ways: list[Any]) -> dict[Any, Any]:
        home = [self._way("menu", "menu")]
        return {self._api.RESPONSE: says, self._api.TRANSITIONS: [*home, *ways]}

    def _way(self, to: str, text: str | None = None, pattern: str | None = None) -> Any:
        conditions = self._api.conditions
        if pattern is not None:
            condition: Any = conditions.Regexp(pattern)
        else:
            condition = True if text is None else conditions.ExactMatch(text)
        return self._api.Transition(dst=("talk", to), cnd=condition)

    def turn(self, stored: str, text: str) -> tuple[str, list[str]]:
        kept = json.loads(stored)
        self._fill(kept)
        done = self._loop.run_until_complete(self._pipeline._run_pipeline(self._api.Message(text=text), "x"))
        at, node = kept["at"], done.last_label.node_name
        if at in FORM and node == FORM[at][1]:
            kept["vars"][FORM[at][0]] = text
        said = done.last_response.text.split()
        now = {"at": node.removesuffix("_missed"), "vars": kept["vars"]} | self._drained()
        return json.dumps(now), [self._texts[name].format(**now["vars"]) for name in said]

    def _fill(self, kept: dict[str, Any]) -> None:
        main = kept.get("main")
        self._storage._main_storage = {"x": self._info.model_validate(main)} if main else {}
        for field in FIELDS:
            last = kept.get(field)
            self._storage._aux_storage[field] = {"x": {last[0]: last[1].encode()}} if last else {}

    def _drained(self) -> dict[str, Any]:
        """Only the newest turn: the whole past would make every turn dearer than the one before."""
        last: dict[str, Any] = {"main": self._storage._main_storage["x"].model_dump(mode="json")}
        for field in FIELDS:
            number, value = max(self._storage._aux_storage[field]["x"].items())
            last[field] = [number, value.decode()]
        return last


def _node_of(target: str) -> str:
    return "agent" if target == "human" else target


def make(data: dict[str, Any]) -> tuple[str, Turn]:
    return json.dumps({"at": "", "vars": {}}), Peer(data).turn
