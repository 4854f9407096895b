"""What is said and noted when a flow breaks."""

from __future__ import annotations

from typing import Any

from roms.engine.effects import AddNote, SendMessage
from roms.engine.scope import Broken
from roms.engine.template import plain_text
from roms.engine.turn import MOST_MESSAGES, Runaway, Turn, why

SORRY = plain_text(
    "Maaf, ada kendala di sistem kami. Saya sambungkan dengan CS ya, mohon tunggu sebentar.",
    "Sorry, something went wrong on our side. One moment please, a colleague will answer you.",
)


def apologize(turn: Turn, problem: Broken) -> None:
    """A kind sentence for the contact, and a note for people that names file, line and step."""
    if isinstance(problem, Runaway):
        turn.effects = _without_repeats(turn.effects)
    turn.rule = turn.rule or "the flow broke"
    turn.effects.append(AddNote(_note(turn, problem)))
    turn.effects.append(SendMessage(SORRY.read(turn, turn.language), why(turn)))


def _note(turn: Turn, problem: Broken) -> str:
    step = turn.step
    where = f"{step.file}:{step.line}, {step.place.flow}.{step.place.step}" if step else "before the first step"
    return f"The flow broke ({where}): {problem}. / Alur rusak di sana; percakapan diserahkan ke orang."


def _without_repeats(effects: list[Any]) -> list[Any]:
    """What a runaway flow said once is sent once, and the apology still fits under the limit."""
    kept: dict[Any, Any] = {}
    for position, effect in enumerate(effects):
        kept.setdefault(effect.text if isinstance(effect, SendMessage) else position, effect)
    spoken = [effect for effect in kept.values() if isinstance(effect, SendMessage)][MOST_MESSAGES - 1 :]
    return [effect for effect in kept.values() if effect not in spoken]
