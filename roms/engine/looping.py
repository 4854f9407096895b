"""Another machine answers the bot: what is left to do."""

from __future__ import annotations

from roms.engine.effects import AddNote, NotifyAgents
from roms.engine.flow import Handoff
from roms.engine.steps import hand_over
from roms.engine.turn import Turn

NOTE = (
    "The bot stopped: another machine seems to answer it. Release this to the bot if it is a person. / "
    "Bot berhenti: tampaknya mesin lain yang membalas. Lepaskan ke bot bila ternyata orang."
)


def stop(turn: Turn) -> None:
    """Nobody reads what the bot says: it says nothing more, not even goodbye, and a person looks."""
    turn.effects += (AddNote(NOTE), NotifyAgents())
    hand_over(turn, Handoff("", "normal", ()), "loop")
    turn.heard = turn.now
