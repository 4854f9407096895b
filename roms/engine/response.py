"""The response clock: how long a contact waits for a person before somebody else is asked."""

from __future__ import annotations

from datetime import datetime

from roms.engine.effects import NotifyAgents
from roms.engine.events import AgentFound
from roms.engine.flow import Release
from roms.engine.turn import Turn, closed, later, opened, running, start_clock
from roms.engine.types import Decision, Mode, Session

CLOCK = "response_overdue"


def wind(turn: Turn) -> None:
    """From now on whoever has it has the whole time."""
    start_clock(turn, CLOCK, later(turn, turn.release.lifecycle.response_within))


def found(release: Release, session: Session, event: AgentFound, now: datetime) -> Decision:
    """Whoever has it now did not have it before: he is told, and a contact who waits gives him the whole time."""
    if session.mode is not Mode.AGENT:
        return Decision(session)
    turn = opened(release, session, event, now)
    turn.effects.append(NotifyAgents())
    if running(turn, CLOCK):
        wind(turn)
    return Decision(closed(turn), tuple(turn.effects))
