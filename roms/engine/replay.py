"""The past, once more: what happened to a conversation goes through a draft, its answers are laid beside the old ones.

Nothing is sent. On the release that made the record the answers are the same, to the letter: the proof that the record
is complete.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from roms.engine.contacts import changed
from roms.engine.effects import SendMessage, SetContact, StartTimer
from roms.engine.events import Event, MessageReceived, TimerFired
from roms.engine.flow import Release
from roms.engine.play import Player
from roms.engine.types import Decision, Mode, Refused

Labelled = tuple[str, str]  # the label that went, the one that came; "" for none


@dataclass(frozen=True, slots=True)
class Past:
    """One thing that happened, with what was known of the contact then, and what came of it."""

    at: datetime
    event: Event
    contact: Mapping[str, Any]
    said: tuple[str, ...]
    step: str  # flow.step that answered, "" when none did
    mode: Mode  # afterwards
    release: int = 0  # the one that answered, 0 when nothing was said
    seq: int = 0  # number of the newest entry before what came of it
    learned: Mapping[str, str] = field(default_factory=dict)  # what it changed of the contact
    labels: Sequence[Labelled] = ()  # what people did to the conversation's labels before it
    teams: Mapping[str, Any] = field(default_factory=dict)  # how each worked at that moment


@dataclass(frozen=True, slots=True)
class Record:
    """A conversation as it is stored. `timers` are those that were set: kind, turn and due time of each."""

    name: str
    began: datetime
    initial: Mode
    channel: Mapping[str, Any]
    past: Sequence[Past]
    timers: frozenset[tuple[str, int, datetime]]


@dataclass(frozen=True, slots=True)
class Difference:
    """A turn that goes another way with the draft; `turn` counts from 1."""

    conversation: str
    turn: int
    at: datetime
    heard: str
    old: tuple[str, ...]
    new: tuple[str, ...]
    old_step: str
    new_step: str
    old_mode: Mode
    new_mode: Mode

    @property
    def kind(self) -> str:
        """What this comes to, in a few words for the summary."""
        if self.old_mode != self.new_mode:
            return f"now {self.new_mode}, was {self.old_mode}"
        if self.old_step == self.new_step:
            return "answers in other words"
        return f"answered by {self.new_step or 'nobody'}"


@dataclass(slots=True)
class _Now:
    """What the draft does between one thing that happened and the next."""

    said: list[str] = field(default_factory=list)
    step: str = ""
    learned: dict[str, str] = field(default_factory=dict)

    def take(self, decision: Decision) -> None:
        for effect in decision.effects:
            if isinstance(effect, SendMessage):
                self.said.append(effect.text)
                self.step = f"{effect.why.flow}.{effect.why.step}"
            elif isinstance(effect, SetContact):
                self.learned[effect.field] = effect.value


def replay(release: Release, record: Record, since: datetime, until: datetime) -> list[Difference]:
    """Every turn after `since` that the draft answers otherwise; timers of the draft fire up to `until`."""
    adopted: set[tuple[str, int]] = set()

    def due(timer: StartTimer) -> datetime | None:
        """A timer that was set in the past too fires when it did; the draft's own fire at their time."""
        if (timer.kind, timer.turn, timer.due) in record.timers:
            adopted.add((timer.kind, timer.turn))
            return None
        return timer.due

    facts = {"contact": {}, "channel": record.channel, "conversation": {"priority": "normal", "labels": ()}}
    player = Player(release, record.began, facts, due)
    player.session = replace(player.session, mode=record.initial)
    differences = []
    otherwise: dict[str, str] = {}
    for turn, past in enumerate(record.past):
        after = record.past[turn + 1].at if turn + 1 < len(record.past) else until
        now = _turn(player, past, after, adopted, otherwise)
        _learned(past, now, otherwise)
        mode = player.session.mode
        if past.at >= since and (tuple(now.said) != past.said or mode is not past.mode):
            differences.append(_difference(record, turn, past, now, mode))
    return differences


def _turn(
    player: Player, past: Past, after: datetime, adopted: set[tuple[str, int]], otherwise: Mapping[str, str]
) -> _Now:
    """What happened then happens now; then the draft's own timers, until the next thing happens."""
    now, event = _Now(), past.event
    player.now = past.at
    contact = past.contact
    for name, value in otherwise.items():
        contact = changed(contact, name, value)
    before = player.facts["conversation"]
    labels = relabelled(before["labels"], past.labels)
    player.facts = {**player.facts, "contact": contact, "teams": past.teams}
    player.facts["conversation"] = {**before, "labels": labels}
    if not isinstance(event, TimerFired) or (event.kind, event.turn) in adopted:
        try:
            now.take(player.happens(event))
        except Refused:
            now.step = ""  # the draft is in another mode, where this cannot happen
    while (decision := player.fires_before(after)) is not None:
        now.take(decision)
    return now


def relabelled(labels: Iterable[str], done: Iterable[Labelled]) -> tuple[str, ...]:
    """The labels after people took some off, put some on, or called some another name."""
    held = tuple(labels)
    for went, came in done:
        if went and came:
            held = tuple(came if each == went else each for each in held)
        else:
            held = tuple(each for each in held if each != went)
            held = (*held, came) if came and came not in held else held
    return held


def _learned(past: Past, now: _Now, otherwise: dict[str, str]) -> None:
    """`otherwise` keeps what the draft knows of the contact and the record does not: only there they go apart."""
    for name in {**past.learned, **now.learned, **otherwise}:
        then = past.learned.get(name, past.contact.get(name, ""))
        here = now.learned.get(name, otherwise.get(name, past.contact.get(name, "")))
        if here == then:
            otherwise.pop(name, None)
        else:
            otherwise[name] = here


def _difference(record: Record, turn: int, past: Past, now: _Now, mode: Mode) -> Difference:
    event = past.event
    heard = event.text if isinstance(event, MessageReceived) else event.name
    old, new = past.said, tuple(now.said)
    return Difference(record.name, turn + 1, past.at, heard, old, new, past.step, now.step, past.mode, mode)


def summary(differences: Iterable[Sequence[Difference]]) -> list[tuple[str, str, int]]:
    """Per step that answered before: what became of it, and in how many conversations. Each counts by its first turn
    that went another way; what follows from that would only be counted twice."""
    counted = Counter((found[0].old_step, found[0].kind) for found in differences if found)
    return [
        (step, kind, count) for (step, kind), count in sorted(counted.items(), key=lambda item: (-item[1], item[0]))
    ]
