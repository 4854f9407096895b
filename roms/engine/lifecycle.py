"""decide(): what a conversation becomes when something happens to it, and what must be done."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from roms.engine import bursts, finding, looping, modes, moving, outside, response, snoozing, steps, undoing, waits
from roms.engine.effects import (
    AssignTo,
    FindAgent,
    FindNextAgent,
    LockOwner,
    NotifyAgents,
    Reopen,
    SendReply,
    Transfer,
    Unassign,
)
from roms.engine.events import (
    AgentFound,
    Event,
    Looped,
    MessageReceived,
    OutsideAnswered,
    ReleaseChanged,
    Released,
    TimerFired,
    Transferred,
    Undone,
)
from roms.engine.flow import Handoff, Release
from roms.engine.session import load
from roms.engine.table import PERSON_EVENTS, Row
from roms.engine.triggers import holds
from roms.engine.turn import Turn, cancel_unsent, closed, opened, running, stop_clock
from roms.engine.types import Decision, Mode, Place, Refused, Session

_TAKEOVERS = frozenset(PERSON_EVENTS) - {"snoozed", "woken"}  # whoever has it only looks away
_BACK = Row(None, True, (), None, 0)


def begin(release: Release, now: datetime, facts: Mapping[str, Any]) -> Session:
    """A conversation nobody has said anything in yet."""
    return Session(release.lifecycle.initial, now, facts=facts)


def allowed(release: Release, mode: Mode) -> tuple[str, ...]:
    """The events that a person may cause in this mode: the buttons of the inbox."""
    return release.lifecycle.allowed[mode]


def decide(release: Release, session: Session, event: Event, now: datetime) -> Decision:
    """Pure and total: the same values in, the same decision out. Raises Refused where the lifecycle has no row."""
    own = OF_THE_SYSTEM.get(type(event))
    if own is not None:
        return own(release, session, event, now)
    turn = opened(release, session, event, now)
    row = _row(turn, event.name)
    if row is None:
        raise Refused(session.mode, event.name)
    if event.name in _TAKEOVERS:
        cancel_unsent(turn)
    if isinstance(event, Released) and event.step:
        _released(turn, row, event.step)
    else:
        _apply(turn, row)
    if isinstance(event, MessageReceived):
        turn.heard = now
    return _decided(turn)


def _decided(turn: Turn) -> Decision:
    modes.wind_clocks(turn)
    return Decision(closed(turn), tuple(turn.effects), turn.unmatched, tuple(turn.walked), turn.gathered)


def _row(turn: Turn, event: str) -> Row | None:
    for row in turn.release.lifecycle.rows.get((turn.mode, event), ()):
        if row.when is None or holds(row.when, turn):
            return row
    return None


def _apply(turn: Turn, row: Row) -> None:
    to = (turn.previous or turn.release.lifecycle.initial) if row.back else row.to
    if to is not None and to is not turn.mode:
        modes.change(turn, to)
    for action in row.do:
        ACTIONS[action](turn)
    if turn.outcome:
        _flow_caused(turn)


def _released(turn: Turn, row: Row, step: str) -> None:
    """The bot goes on where it is told to, with what it knows; what it stood at is over."""
    flow, _, name = step.partition(".")
    steps.end_talk(turn)
    _apply(turn, row)
    if turn.mode is Mode.BOT:
        turn.pinned = turn.release.number
        steps.guarded(turn, lambda: steps.walk(turn, Place(flow, name), "released here"))
        if turn.outcome:
            _flow_caused(turn)


def _flow_caused(turn: Turn) -> None:
    """The flow asked for a person, or ended the conversation: the lifecycle says what that means."""
    event, turn.outcome = turn.outcome, ""
    row = _row(turn, event)
    if row is not None:
        _apply(turn, row)


def _timer_fired(release: Release, session: Session, event: TimerFired, now: datetime) -> Decision:
    """A timer that was outlived does nothing; `idle` that the contact outran is set anew."""
    if event.turn % 2 == 0 or session.clocks.get(event.kind, 0) != event.turn:
        return Decision(session)
    turn = opened(release, session, event, now)
    if event.kind == response.CLOCK:
        row = None if running(turn, snoozing.CLOCK) else _row(turn, event.kind)
        if row is None:  # a pause: the contact still waits, and the clock begins anew when people answer again
            return Decision(session)
        stop_clock(turn, event.kind)
        _apply(turn, row)
    elif event.kind == "question":
        _question_timed_out(turn)
    elif event.kind == waits.CLOCK:
        stop_clock(turn, event.kind)
        _stood(turn)
    elif event.kind == outside.CLOCK:
        outside.arrives(turn, None)
        _stood(turn)
    elif event.kind == bursts.CLOCK:
        _burst_over(turn)
    elif event.kind == snoozing.CLOCK:
        if (row := _row(turn, "woken")) is not None:
            _apply(turn, row)
        snoozing.wake(turn)
    else:
        _mode_timed_out(turn, event.kind)
    return _decided(turn)


def _release_changed(release: Release, session: Session, event: ReleaseChanged, now: datetime) -> Decision:
    """Only a waiting question is touched, and `handoff` only where the bot answers: a pause stays a pause."""
    if session.place is None or (event.plan == "handoff" and session.mode is not Mode.BOT):
        return Decision(session)
    turn = opened(release, session, event, now)
    if event.plan == "handoff":
        moving.to_person(turn)
    else:
        moving.to_release(turn)
    if turn.outcome:
        _flow_caused(turn)
    return _decided(turn)


def _looped(release: Release, session: Session, event: Looped, now: datetime) -> Decision:
    if session.mode is not Mode.BOT:
        return Decision(session)
    turn = opened(release, session, event, now)
    looping.stop(turn)
    _flow_caused(turn)
    return _decided(turn)


def _undone(release: Release, session: Session, event: Undone, now: datetime) -> Decision:
    """Whoever asks for this has made sure that nothing happened since. Raises Unreadable."""
    turn, before = opened(release, session, event, now), load(event.before, session.facts)
    if before.mode is not turn.mode:
        cancel_unsent(turn)
        modes.change(turn, before.mode)
    undoing.take_back(turn, event, before)
    if turn.outcome:
        _flow_caused(turn)
    return _decided(turn)


def _question_timed_out(turn: Turn) -> None:
    stop_clock(turn, "question")
    if turn.mode is Mode.BOT and turn.place is not None:
        steps.timed_out(turn)
        if turn.outcome:
            _flow_caused(turn)


def _outside_answered(release: Release, session: Session, event: OutsideAnswered, now: datetime) -> Decision:
    """An answer that was outlived does nothing, like a timer."""
    if event.turn % 2 == 0 or session.clocks.get(outside.CLOCK, 0) != event.turn:
        return Decision(session)
    turn = opened(release, session, event, now)
    outside.arrives(turn, event)
    _stood(turn)
    return _decided(turn)


def _stood(turn: Turn) -> None:
    """What the talk stood for is over: found out after a pause, a side talk or what the contact is just writing."""
    if turn.mode is Mode.BOT and not turn.pending:
        steps.go_on(turn)
        if turn.outcome:
            _flow_caused(turn)


def _burst_over(turn: Turn) -> None:
    bursts.over(turn)
    if turn.outcome:
        _flow_caused(turn)


def _mode_timed_out(turn: Turn, kind: str) -> None:
    stop_clock(turn, kind)
    if kind == "stay" and turn.until is not None:
        if turn.now >= turn.until:
            _apply(turn, _row(turn, "resumed") or _BACK)
        return
    for after in turn.release.lifecycle.after[turn.mode]:
        if after.kind == kind and turn.now >= modes.due(turn, kind, after.seconds):
            _apply(turn, after.row)
            return


def _talk(turn: Turn) -> None:
    if isinstance(turn.event, MessageReceived) and not turn.outcome:
        bursts.talk(turn, turn.event)


def _queue(turn: Turn) -> None:
    asked = turn.handoff or Handoff("", "normal", ())
    turn.effects.append(FindAgent(asked.team, asked.priority, turn.reason, asked.skill, turn.told))
    response.start(turn)


def _assign(turn: Turn) -> None:
    """`by` is who gave it; whoever takes it himself gives it to nobody else."""
    agent = getattr(turn.event, "agent", None)
    if agent is not None:
        turn.effects.append(AssignTo(agent, getattr(turn.event, "by", None)))


def _transfer(turn: Turn) -> None:
    """Another team answers in its own time and hours, from now on; another person goes on with what is left."""
    event = turn.event
    if isinstance(event, Transferred):
        is_awaited = bool(event.team) and running(turn, response.CLOCK)
        due = response.begin_for(turn, event.team) if is_awaited else None
        turn.effects.append(Transfer(event.agent, event.team, event.by, due))


def _send(turn: Turn) -> None:
    """An answer ends the wait, whatever the lifecycle says next."""
    said: Any = turn.event
    turn.effects.append(SendReply(said.text, said.agent, said.sent, said.kind, said.content))
    response.answered(turn)


def _reassign(turn: Turn) -> None:
    """On to the next one, who has as long to answer."""
    turn.effects.append(FindNextAgent())
    response.begin(turn)


def _survey(turn: Turn) -> None:
    """An agent is done; where a flow wants to know how it was, the bot has the word for as long as that takes."""
    match = None if getattr(turn.event, "unasked", "") else turn.release.triggers.afterwards(turn)
    if match is not None:
        modes.change(turn, Mode.BOT)
        steps.begin(turn, match)


OF_THE_SYSTEM: dict[type[Event], Callable[[Release, Session, Any, datetime], Decision]] = {
    TimerFired: _timer_fired,
    OutsideAnswered: _outside_answered,
    ReleaseChanged: _release_changed,
    Looped: _looped,
    Undone: _undone,
    AgentFound: finding.found,
}
ACTIONS: dict[str, Callable[[Turn], None]] = {
    "talk": _talk,
    "queue": _queue,
    "assign_actor": _assign,
    "assign": _assign,
    "transfer": _transfer,
    "snooze": snoozing.snooze,
    "wake": snoozing.wake,
    "send": _send,
    "notify": lambda turn: turn.effects.append(NotifyAgents()),
    "start_response_clock": response.start,
    "stop_response_clock": response.stop,
    "lock_owner": lambda turn: turn.effects.append(LockOwner()),
    "reassign": _reassign,
    "unassign": lambda turn: turn.effects.append(Unassign()),
    "reopen": lambda turn: turn.effects.append(Reopen()),
    "survey": _survey,
}
