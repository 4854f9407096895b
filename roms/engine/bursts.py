"""Several short messages in a row become one turn: kept in the session while more may come, then answered together."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from roms.engine import steps, waits
from roms.engine.events import MessageReceived
from roms.engine.flow import Http, Question, Release, Step
from roms.engine.person import wanted
from roms.engine.table import Burst
from roms.engine.turn import Turn, later, start_clock, stop_clock
from roms.engine.types import Mode, Place, Session
from roms.engine.words import LONGEST_TEXT, clean, words_of

CLOCK = "burst"
AT_ONCE = Burst("each", 0)
MOST = 20  # messages kept for one turn
AT_ONCE = Burst()
LONGEST = 5  # times the quiet that ends a burst: nobody waits longer than that


def talk(turn: Turn, event: MessageReceived) -> None:
    """Answer at once, or keep the message until the contact has been quiet for so long."""
    if not (turn.pending or turn.release.gathers):
        return steps.talk(turn, event)
    burst = rule(turn.release, turn.place)
    if burst.kind == "each" and not turn.pending:
        return steps.talk(turn, event)
    if event.kind != "text":
        return _answer_all(turn, event, burst)
    if event.payload or cannot_wait(turn, event.text):
        return _answer_alone(turn, event, burst)
    turn.pending = (*turn.pending, clean(event.text))
    if _full(turn, burst):
        return over(turn)
    return _keep(turn, burst)


def over(turn: Turn) -> None:
    """The contact is quiet: one turn for all that was kept."""
    burst, pending = rule(turn.release, turn.place), turn.pending
    forget(turn)
    if pending:
        _tell(turn, len(pending), burst)
        turn.event = event = MessageReceived(joined(pending, burst))
        steps.talk(turn, event)
        if turn.mode is Mode.BOT and not turn.outcome and waits.is_over(turn):
            steps.go_on(turn)


def forget(turn: Turn) -> None:
    """What was kept gets no answer any more; it stands in the conversation all the same."""
    turn.pending, turn.pending_since = (), None
    stop_clock(turn, CLOCK)


def rule(release: Release, place: Place | None) -> Burst:
    """That of the waiting question, or of the lifecycle; what is written while another system is asked is not kept."""
    step = release.steps.get(place) if place else None
    if step is not None and isinstance(step.control, Http):
        return AT_ONCE  # what is written while another system is asked is no answer to what is asked afterwards
    own = step.control.burst if step is not None and isinstance(step.control, Question) else None
    return own or release.lifecycle.burst


def gathers(step: Step) -> bool:
    """Does this question make one turn of several messages?"""
    own = step.control.burst if isinstance(step.control, Question) else None
    return own is not None and own.kind != "each"


def joined(pending: tuple[str, ...], burst: Burst) -> str:
    """The one text that several messages are read as."""
    return pending[-1] if burst.kind == "last" else "\n".join(pending)


def answered(release: Release, session: Session) -> MessageReceived:
    """The message that the end of this session's burst comes to."""
    return MessageReceived(joined(session.pending, rule(release, session.place)))


def cannot_wait(turn: Turn, text: str) -> bool:
    """Whoever wants a person, or breaks in, is answered at once."""
    text = clean(text)
    words = words_of(text)
    waiting = turn.release.steps.get(turn.place) if turn.place else None
    return wanted(turn.release.person, words, waiting) or (
        turn.release.interrupts.find(text, words, None, turn) is not None
    )


def _answer_alone(turn: Turn, event: MessageReceived, burst: Burst) -> None:
    """This message decides; the flow reads what came before it in `message.text`, unless only the last counts."""
    if turn.pending and burst.kind != "last":
        turn.event = _behind(turn.pending, event)
    forget(turn)
    steps.talk(turn, event)


def _answer_all(turn: Turn, event: MessageReceived, burst: Burst) -> None:
    """A picture or a place is not waited for: its caption ends the burst."""
    if turn.pending:
        _tell(turn, len(turn.pending) + 1, burst)
        if burst.kind != "last":
            turn.event = event = _behind(turn.pending, event)
    forget(turn)
    steps.talk(turn, event)


def _behind(pending: tuple[str, ...], event: MessageReceived) -> MessageReceived:
    """The message, with all that was kept before its own text."""
    return replace(event, text="\n".join(filter(None, (*pending, clean(event.text)))))


def _full(turn: Turn, burst: Burst) -> bool:
    """No more can be kept, or nobody may be kept waiting any longer."""
    since = turn.pending_since or turn.now
    waited = turn.now >= since + timedelta(seconds=LONGEST * burst.seconds)
    too_many = len(turn.pending) >= MOST or sum(map(len, turn.pending)) >= LONGEST_TEXT
    return burst.kind == "each" or waited or too_many


def _keep(turn: Turn, burst: Burst) -> None:
    """The contact has written: what else would happen on silence does not."""
    turn.pending_since = turn.pending_since or turn.now
    last = turn.pending_since + timedelta(seconds=LONGEST * burst.seconds)
    start_clock(turn, CLOCK, min(later(turn, burst.seconds), last))
    stop_clock(turn, "question")


def _tell(turn: Turn, count: int, burst: Burst) -> None:
    if count > 1:
        last = burst.kind == "last"
        turn.burst = f", the last of {count} messages" if last else f", {count} messages together"
        turn.gathered = 1 if last else count
