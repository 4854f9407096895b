"""Somebody has it now who did not have it before, by turn."""

from __future__ import annotations

from datetime import datetime

from roms.engine import response, snoozing
from roms.engine.effects import NotifyAgents
from roms.engine.events import AgentFound
from roms.engine.flow import Release
from roms.engine.turn import closed, opened, running
from roms.engine.types import Decision, Mode, Session


def found(release: Release, session: Session, event: AgentFound, now: datetime) -> Decision:
    """He is told and sees it, and a contact who waits gives him the whole time."""
    if session.mode is not Mode.AGENT:
        return Decision(session)
    turn = opened(release, session, event, now)
    snoozing.end(turn, "person")
    turn.effects.append(NotifyAgents())
    if running(turn, response.CLOCK):
        response.begin(turn)
    return Decision(closed(turn), tuple(turn.effects))
