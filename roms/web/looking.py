"""Who looks at which conversation: in this process's memory alone, and told to the other processes now and then.

Nothing of it is written down. Browsers say every few seconds what they look at; who stops saying so is forgotten, and
so is a process that stops telling. A browser hears of what changes and of nothing else: who stays costs nobody a frame.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

JSON = dict[str, Any]
Lookers = tuple[tuple[int, bool], ...]  # who, and whether all their tabs with it are hidden

FORGOTTEN = 11.0  # seconds after which a browser that says nothing is gone; it speaks every 5
TELL_EVERY = 4.0  # seconds between two words to the other processes while somebody looks here
UNHEARD = 10.0  # seconds after which a process that says nothing is gone


@dataclass(frozen=True, slots=True)
class Look:
    """Somebody has this conversation open. `header` says who may know, as that of a live frame."""

    who: int
    header: JSON
    hidden: bool


@dataclass(slots=True)
class _Others:
    looks: list[Look]
    until: float


@dataclass(slots=True)
class Looks:
    """What is known in one process, whose name the others know it by. Moments are of a clock that never goes back."""

    name: str
    _here: dict[int, tuple[Look, float]] = field(default_factory=dict)
    _others: dict[str, _Others] = field(default_factory=dict)
    _told: dict[str, tuple[JSON, Lookers]] = field(default_factory=dict)
    _published: list[tuple[str, int, bool]] = field(default_factory=list)
    _published_at: float = 0.0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def of(self, seat: int) -> Look | None:
        """What this browser said last."""
        with self._lock:
            held = self._here.get(seat)
            return held[0] if held else None

    def beat(self, seat: int, look: Look | None, now: float) -> None:
        """A browser says what it looks at; None: at nothing."""
        with self._lock:
            if look is None:
                self._here.pop(seat, None)
            else:
                self._here[seat] = (look, now + FORGOTTEN)

    def heard(self, name: str, of: Iterable[Any], now: float) -> None:
        """Another process says who looks there: all of them."""
        if name != self.name:
            looks = [Look(who, header, hidden) for header, who, hidden in of]
            with self._lock:
                self._others[name] = _Others(looks, now + UNHEARD)

    def knows(self, header: JSON) -> None:
        """The conversation has changed, and perhaps who may see it; whose it was before does not matter here."""
        header = {name: value for name, value in header.items() if name != "was"} | {"s": 0}
        with self._lock:
            for seat, (look, until) in self._here.items():
                if look.header["c"] == header["c"]:
                    self._here[seat] = (Look(look.who, header, look.hidden), until)

    def news(self, now: float) -> list[tuple[JSON, Lookers]]:
        """Of every conversation where that changed: its header, and who looks at it now."""
        with self._lock:
            self._forget(now)
            all_ = self._all()
            before, self._told = self._told, all_
        gone: list[tuple[JSON, Lookers]] = [(header, ()) for cid, (header, _) in before.items() if cid not in all_]
        news = [(header, some) for cid, (header, some) in all_.items() if cid not in before or before[cid][1] != some]
        return gone + news

    def present(self) -> list[tuple[JSON, Lookers]]:
        """Everything, for a browser that has just come."""
        with self._lock:
            return list(self._all().values())

    def digest(self, now: float) -> JSON | None:
        """What the other processes are to be told now; None when they know, or nobody looks."""
        with self._lock:
            looks = [look for look, _ in self._here.values()]
            known = [(look.header["c"], look.who, look.hidden) for look in looks]
            if known == self._published and (not known or now - self._published_at < TELL_EVERY):
                return None
            self._published, self._published_at = known, now
        return {"looks": self.name, "of": [[look.header, look.who, look.hidden] for look in looks]}

    def _forget(self, now: float) -> None:
        self._here = {seat: held for seat, held in self._here.items() if held[1] > now}
        self._others = {name: other for name, other in self._others.items() if other.until > now}

    def _all(self) -> dict[str, tuple[JSON, Lookers]]:
        """One person may look with several tabs."""
        found: dict[str, tuple[JSON, dict[int, bool]]] = {}
        looks = [look for other in self._others.values() for look in other.looks]
        for look in [*looks, *(look for look, _ in self._here.values())]:
            _, some = found.setdefault(look.header["c"], (look.header, {}))
            some[look.who] = look.hidden and some.get(look.who, True)
        return {cid: (header, tuple(sorted(some.items()))) for cid, (header, some) in found.items()}
