"""What a flow may learn of the contact: the name, and the language that is spoken from then on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from roms.engine.effects import SetContact
from roms.engine.occasions import LANGUAGES
from roms.engine.scope import Broken, shown
from roms.engine.turn import Turn
from roms.engine.words import clean

LONGEST_NAME = 200


def learn(turn: Turn, name: str, value: Any) -> None:
    """Remember it for good, and answer by it from here on. An empty name changes nothing. Raises Broken."""
    field, text = name.partition(".")[2], " ".join(clean(shown(value)).split())[:LONGEST_NAME]
    if field == "language":
        if text not in LANGUAGES:
            raise Broken(f"contact.language can be {' or '.join(LANGUAGES)}, not {value!r:.40}")
        turn.language = text
    elif not text:
        return
    turn.facts = {**turn.facts, "contact": changed(turn.facts.get("contact") or {}, field, text)}
    turn.effects.append(SetContact(field, text))


def changed(contact: Mapping[str, Any], field: str, value: str) -> dict[str, Any]:
    """The facts of a contact with one of them changed, and whatever follows from it."""
    first = {"first_name": value.split(" ")[0]} if field == "name" else {}
    return {**contact, field: value, **first}
