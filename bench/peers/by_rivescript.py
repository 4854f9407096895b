"""The dialogue in RiveScript: a topic for each state, misses counted in the script; patterns are checked outside.

RiveScript takes capitals and signs out of what it reads, so what a form keeps is given to it as a variable.
"""

from __future__ import annotations

import importlib
import json
from typing import Any

from bench.floors.dialogue import ANSWERS, BAD, FORM, MENUS, Dialogue
from bench.peers.loop import Turn


def script() -> str:
    """Every answer names the texts to say."""
    parts = ["! version = 2.0", "+ *\n- {topic=menu}menu"]
    for menu, choices in MENUS.items():
        lines = [f"+ {key}\n- {_reply(target)}" for key, target in choices.items()]
        parts.append(_topic(menu, lines, f"sorry {menu}"))
    for form, (_, following) in FORM.items():
        parts.append(_topic(form, [f"+ accepted\n- {_reply(following)}"], BAD[form]))
    return "\n\n".join(parts)


def _reply(target: str) -> str:
    if target == "human":
        return "{topic=agent}handoff"
    if target in ANSWERS or target == "done":
        return f"{{topic=menu}}<set misses=0>{target} menu"
    return f"{{topic={target}}}<set misses=0>{target}"


def _topic(name: str, lines: list[str], sorry: str) -> str:
    miss = f"+ *\n* <get misses> == 1 => {{topic=agent}}handoff\n- <set misses=1>{sorry}"
    home = "+ menu\n- {topic=menu}<set misses=0>menu"
    return "\n\n".join([f"> topic {name}", home, *lines, miss, "< topic"])


class Peer(Dialogue):
    """The library keeps topic, counter and history as the user's variables; they go through JSON."""

    def __init__(self, data: dict[str, Any]) -> None:
        super().__init__(data)
        library: Any = importlib.import_module("rivescript")
        self._bot = library.RiveScript(utf8=True)
        self._bot.stream(script())
        self._bot.sort_replies()

    def turn(self, stored: str, text: str) -> tuple[str, list[str]]:
        kept = json.loads(stored)
        rule = self._rules.get(kept.get("topic", ""))
        self._bot.clear_uservars()
        self._bot.set_uservars("x", kept)
        if rule and text != "menu":
            if accepted := rule.match(text):
                self._bot.set_uservar("x", FORM[kept["topic"]][0], text)
            text = "accepted" if accepted else "refused"
        said = self._bot.reply("x", text).split()
        after = self._bot.get_uservars("x")
        return json.dumps(after), [self._texts[name].format(**after) for name in said]


def make(data: dict[str, Any]) -> tuple[str, Turn]:
    return json.dumps({"topic": "random", "misses": "0"}), Peer(data).turn
