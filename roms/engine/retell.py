"""One turn of a record, told in full: what was known before and after it, and which rules lost and why.

Nothing of this is kept while contacts are answered; it is found out again when somebody asks.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

from roms.engine import bursts
from roms.engine.events import Event, MessageReceived, TimerFired
from roms.engine.flow import Release
from roms.engine.play import Player
from roms.engine.replay import Past, Record
from roms.engine.turn import opened
from roms.engine.types import Refused
from roms.engine.words import clean, words_of


@dataclass(frozen=True, slots=True)
class Told:
    heard: str
    lost: tuple[str, ...]
    before: Mapping[str, Any]
    after: Mapping[str, Any]


def turn(record: Record, release: Callable[[int], Release], number: int) -> Told:
    """The last turn of the record, which release `number` answered; each turn before it by the release of its time."""
    *earlier, last = record.past
    numbers = [past.release for past in record.past]
    player = Player(release(next(filter(None, numbers), number)), record.began, {"contact": {}, "channel": {}})
    player.facts = {"contact": {}, "channel": record.channel, "conversation": {"priority": "normal", "labels": ()}}
    player.session = replace(player.session, mode=record.initial)
    for past in earlier:
        if past.release:
            player.release = release(past.release)
        _play(player, past)
    player.release = release(number)
    before = player.session
    event = _event(player, last)
    lost = _lost(player, last, event)
    _play(player, last)
    heard = event.text if isinstance(event, MessageReceived) else event.name
    return Told(heard, lost, before.variables, player.session.variables)


def _play(player: Player, past: Past) -> None:
    player.now, player.facts = past.at, {**player.facts, "contact": past.contact}
    player.timers.clear()  # what fired stands in the record
    with suppress(Refused):  # then nothing has changed
        player.happens(past.event)


def _event(player: Player, past: Past) -> Event:
    """The end of a burst is the message that it comes to."""
    event = past.event
    if isinstance(event, TimerFired) and event.kind == bursts.CLOCK and player.session.pending:
        return bursts.answered(player.release, player.session)
    return event


def _lost(player: Player, past: Past, event: Event) -> tuple[str, ...]:
    """What else fits the message, best first, and why it did not get it. While a question waits only interrupts may."""
    session = replace(player.session, facts=player.facts)
    if not isinstance(event, MessageReceived):
        return ()
    scope = opened(player.release, session, event, past.at)
    text = clean(event.text)
    step = player.release.steps.get(session.place) if session.place else None
    index = player.release.interrupts if step else player.release.triggers
    fit = index.candidates(text, words_of(text), event.payload, scope)
    won = next((match for match, holds in fit if holds), None)
    return tuple(
        f"{match.trigger.go.flow}, {match.rule}: {'something better won' if holds else 'its `when` does not hold'}"
        for match, holds in fit
        if match is not won
    )
