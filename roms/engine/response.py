"""Who asked for a person: what is promised, and how long it may take, in the hours of the team that is to answer."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from roms.engine import teams
from roms.engine.effects import StartWaiting, StopWaiting
from roms.engine.hours import is_open
from roms.engine.template import Text
from roms.engine.turn import Turn, running, start_clock, stop_clock

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
    begin_for(turn, turn.handoff.team if turn.handoff else teams.of_talk(turn.facts))


def begin_for(turn: Turn, team: Any) -> datetime:
    """From now, for this team, which may not have it yet; when it must have answered."""
    usual, within = turn.release.hours, turn.release.lifecycle.response_within
    due = teams.answer_by(turn.facts, team, usual, within, turn.now)
    start_clock(turn, CLOCK, due)
    return due


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
