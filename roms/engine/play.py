"""A conversation on a virtual clock, by the same decide() as in production: flow tests and replay stand on it."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from roms.engine.contacts import changed
from roms.engine.effects import AddLabel, CallOut, FindAgent, SetContact, StartTimer, Transfer
from roms.engine.events import Event, TimerFired
from roms.engine.flow import Release
from roms.engine.lifecycle import begin, decide
from roms.engine.session import dump, load
from roms.engine.types import Decision, Session

Due = tuple[datetime, int, StartTimer]
Lag = Callable[[StartTimer], datetime | None]


def facts_of(contact: Mapping[str, Any], channel: Mapping[str, Any]) -> dict[str, Any]:
    """What a flow may read of the world, in the form it has everywhere; the services hand in the same."""
    name = str(contact.get("name") or "")
    known = {"name": name, "first_name": name.split(" ")[0], "phone": "", "language": "id", "labels": ()}
    return {
        "contact": known | {key: value for key, value in contact.items() if value},
        "channel": dict(channel),
        "conversation": {"priority": "normal", "labels": (), "team": ""},
        "teams": {},
    }


@dataclass(slots=True)
class Player:
    """Plays one conversation with a release. Every session goes through its stored form on the way to the next event.

    `due` tells when a timer fires that was set, None for never; without it a timer fires at its time to the second.
    """

    release: Release
    now: datetime
    facts: dict[str, Any]
    due: Lag | None = None
    session: Session = field(init=False)
    timers: list[Due] = field(default_factory=list)
    calls: dict[int, CallOut] = field(default_factory=dict)  # what other systems were asked, by number
    count: int = 0

    def __post_init__(self) -> None:
        self.session = begin(self.release, self.now, self.facts)

    def happens(self, event: Event) -> Decision:
        """Let this happen now. Raises Refused where the lifecycle has no row for it; then nothing has changed."""
        decision = decide(self.release, load(dump(self.session), self.facts), event, self.now)
        self.session = decision.session
        for effect in decision.effects:
            if isinstance(effect, StartTimer):
                self._set(effect)
            elif isinstance(effect, AddLabel):
                self._learn(labels=tuple(dict.fromkeys((*self.facts["conversation"]["labels"], effect.label))))
            elif isinstance(effect, SetContact):
                self.facts = {**self.facts, "contact": changed(self.facts["contact"], effect.field, effect.value)}
            elif isinstance(effect, CallOut):
                self.calls[effect.turn] = effect
            elif isinstance(effect, Transfer) and effect.team:
                self._learn(team=effect.team)
            elif isinstance(effect, FindAgent):
                self._learn(priority=effect.priority or "normal", team=effect.team)
        return decision

    def fires_before(self, moment: datetime) -> Decision | None:
        """Let the next timer fire that is due by then, and tell what came of it; None when there is none left."""
        if not self.timers or self.timers[0][0] > moment:
            return None
        at, _, timer = heapq.heappop(self.timers)
        self.now = max(self.now, at)
        return self.happens(TimerFired(timer.kind, timer.turn))

    def _set(self, timer: StartTimer) -> None:
        at = self.due(timer) if self.due else timer.due
        if at is not None:
            self.count += 1
            heapq.heappush(self.timers, (at, self.count, timer))

    def _learn(self, **news: Any) -> None:
        self.facts = {**self.facts, "conversation": {**self.facts["conversation"], **news}}
