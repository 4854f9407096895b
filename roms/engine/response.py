"""Who asked for a person: what is promised, and how long it may take, in the hours of the team that is to answer."""

from __future__ import annotations

from datetime import datetime

from roms.engine import teams
from roms.engine.effects import NotifyAgents, StartWaiting, StopWaiting
from roms.engine.events import AgentFound
from roms.engine.flow import Release
from roms.engine.hours import is_open
from roms.engine.template import Text
from roms.engine.turn import Turn, closed, opened, running, start_clock, stop_clock
from roms.engine.types import Decision, Mode, Session

CLOCK = "response_overdue"


def promise(turn: Turn) -> tuple[Text, ...]:
    """What is said to whoever gets a person: nobody is promised at once when nobody is there.

    By the hours of the channel's own team, since no flow has named another; the text then speaks of those.
    """
    person, own = turn.release.person, teams.rota(turn.facts, teams.OWN).hours
    if not person.closed or is_open(own or turn.release.hours, turn.now):
        return person.says
    turn.keeps, turn.told = own, True
    return person.closed


def start(turn: Turn) -> None:
    """Unless it runs: who asks a second time waits since the first."""
    if not running(turn, CLOCK):
        turn.effects.append(StartWaiting())
        begin(turn)


def begin(turn: Turn) -> None:
    """From now, for the team of the talk or of the handoff that is just happening."""
    handoff, lifecycle = turn.handoff, turn.release.lifecycle
    team = handoff.team if handoff else teams.of_talk(turn.facts)
    usual, within = turn.release.hours, lifecycle.response_within
    start_clock(turn, CLOCK, teams.answer_by(turn.facts, team, usual, within, turn.now))


def answered(turn: Turn) -> None:
    """An answer, or the end, ends the wait if there was one."""
    if running(turn, CLOCK):
        stop_clock(turn, CLOCK)
        turn.effects.append(StopWaiting())


def stop(turn: Turn) -> None:
    """As the lifecycle asks for it: nobody waits after this, whatever was."""
    stop_clock(turn, CLOCK)
    if StopWaiting() not in turn.effects:
        turn.effects.append(StopWaiting())


def found(release: Release, session: Session, event: AgentFound, now: datetime) -> Decision:
    """Whoever has it now did not have it before: he is told, and a contact who waits gives him the whole time."""
    if session.mode is not Mode.AGENT:
        return Decision(session)
    turn = opened(release, session, event, now)
    turn.effects.append(NotifyAgents())
    if running(turn, CLOCK):
        begin(turn)
    return Decision(closed(turn), tuple(turn.effects))
