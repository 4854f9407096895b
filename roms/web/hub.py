"""The live hub: one per process. It hears of every change once, builds each frame once, and tells all it is for.

Redis brings changes at once. While it is down, and now and then in any case, the hub looks in the database for what
moved; browsers fetch the rest. A browser that does not read is cut off: it costs nobody else anything.
"""

from __future__ import annotations

import json
import logging
import math
import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import Flask
from sqlalchemy.exc import SQLAlchemyError

from roms import clock, metrics, queue
from roms.db import db
from roms.services import access, accounts, attendance, availability, frames, heartbeats, inbox
from roms.services.actors import Actor
from roms.web.audience import RIGHTS, Moved, Told, packed
from roms.web.line import Line, frame
from roms.web.looking import Look, Lookers, Looks
from roms.web.subscription import Subscription

log = logging.getLogger(__name__)

TICK = 1.0  # seconds
LOOK_EVERY = 2  # ticks, while Redis brings the changes; every tick while it does not
CHECK_EVERY = 3  # ticks between two looks whether the people are still signed in
NOTE_EVERY = 30.0  # seconds: at most so often it is written down that somebody has a live line
REMEMBERED = 60.0  # seconds; longer than the overlap of inbox.moved_since

RESTART, SIGNED_OUT = 1012, 4401
TO_START, A_SECOND = 2, 15  # seconds until a server is back, and browsers that it then takes in a second


@dataclass(slots=True)
class Seat:
    """One open socket and who sits there: a signed-in person as of the last round, or a visitor's address."""

    line: Line
    actor: Actor | None
    visitor: str = ""
    hears_all: bool = False  # whole frames of everything: reckoned once, because each frame asks each seat

    def __post_init__(self) -> None:
        self.hears_all = self.actor is not None and access.sees_all(self.actor) and self.actor.sees_numbers

    def allow(self, actor: Actor) -> bool:
        """From now on they hear what this actor may; whether that is something else than before."""
        before, self.actor = self.actor, actor
        self.__post_init__()
        return before is None or _rights(before) != _rights(actor)


def come_back_within(browsers: int) -> int:
    """Seconds over which so many spread their coming back after a restart (static/common/reconnect.js)."""
    return TO_START + math.ceil(browsers / A_SECOND)


def _rights(actor: Actor) -> tuple[Any, ...]:
    return (actor.role, actor.sees, actor.teams, actor.sees_numbers)


class Hub:
    """Who listens in this process."""

    def __init__(self, app: Flask) -> None:
        self.most = 200  # sockets; gunicorn.conf.py gives the real share of the threads
        self._app = app
        self._seats: dict[int, Seat] = {}
        self._lock = threading.Lock()
        self._stopping = threading.Event()
        self._announced: dict[str, tuple[int, float]] = {}
        self.looks = Looks(secrets.token_urlsafe(9))
        self._greeted: set[int] = set()  # seats that know who looks where
        self._people: dict[int, bytes] = {}  # what was told of each of ours last
        self._noted: dict[int, float] = {}
        self._subscription = Subscription(app.extensions["roms.config"].redis_url, self._stopping, self.tell)
        self._runs = False
        self._round_at = 0.0

    # --- coming and going

    @property
    def count(self) -> int:
        return len(self._seats)

    def beat(self) -> None:
        """Let it be known when we last got through our round; without a socket there is none to go."""
        heartbeats.beat("hub", TICK, self._round_at if self._runs else None)

    @property
    def is_full(self) -> bool:
        return self._stopping.is_set() or len(self._seats) >= self.most

    def join(self, seat: Seat) -> None:
        """From now on this socket hears; the first one starts the threads, after gunicorn's fork."""
        with self._lock:
            self._seats[id(seat)] = seat
            starts, self._runs = not self._runs, True
            self._round_at = time.monotonic() if starts else self._round_at
        if starts:
            for work in (self._subscription.run, self._watch):
                threading.Thread(target=work, name=f"hub {work.__name__}", daemon=True).start()

    def leave(self, seat: Seat) -> None:
        self.looks.beat(id(seat), None, time.monotonic())
        with self._lock:
            self._seats.pop(id(seat), None)
            self._greeted.discard(id(seat))

    def stop(self) -> None:
        """Close all sockets soon. Only sets a flag, so that a signal handler may call it."""
        self._stopping.set()

    # --- telling

    def tell(self, message: bytes) -> None:
        """A change as roms.services.frames packs it: header, agents' frame, visitor's frame."""
        head, agents, visitor = message.split(b"\n", 2)
        header = json.loads(head)
        if "looks" in header:
            return self.looks.heard(header["looks"], header["of"], time.monotonic())
        if "u" in header:
            self._people[header["u"]] = agents
        if header.get("s"):
            self.looks.knows(header)
            self._announced[header["c"]] = (header["s"], time.monotonic())
        return self._send(Told(header, agents), frame(visitor) if visitor else b"")

    def looking(self, seat: Seat, look: Look | None) -> None:
        """A browser says what it looks at; at its first word it is told who looks where, later in the round."""
        self.looks.beat(id(seat), look, time.monotonic())
        with self._lock:
            is_known = id(seat) in self._greeted
            self._greeted.add(id(seat))
        for header, some in [] if is_known else self.looks.present():
            if seat.actor and (said := looked(header, some).to(seat.actor)):
                seat.line.send(said)

    def _tell_looks(self, _given: None) -> None:
        """One frame for each conversation where it changed since the last round, and a word to the other processes."""
        now = time.monotonic()
        for header, some in self.looks.news(now):
            self._send(looked(header, some), b"")
        if (told := self.looks.digest(now)) is not None:
            queue.wake(changes=[frames.pack(told, None, None)])

    def _send(self, told: Told, visitor: bytes) -> None:
        to_all = told.to_all
        for seat in self._all():
            if seat.actor:
                if said := to_all if to_all is not None and seat.hears_all else told.to(seat.actor):
                    seat.line.send(said)
            elif visitor and seat.visitor and seat.visitor == told.header["v"]:
                seat.line.send(visitor)

    def _all(self) -> list[Seat]:
        with self._lock:
            return list(self._seats.values())

    # --- looking after it

    def _watch(self) -> None:
        since, ticks = clock.now(), 0
        while not self._stopping.wait(TICK):
            ticks += 1
            self._safely(self._tell_looks, None)
            if ticks % LOOK_EVERY == 0 or not self._subscription.is_up:
                since = self._safely(self._look, since) or since
            if ticks % CHECK_EVERY == 0:
                self._safely(self._check, None)
            self._round_at = time.monotonic()
        seats = self._all()
        bye = frame(b'{"t":"bye","within":%d}' % come_back_within(len(seats)))
        for seat in seats:
            seat.line.send(bye)
            seat.line.end(RESTART, "restart")

    def _safely(self, work: Callable[[Any], datetime | None], given: Any) -> datetime | None:
        """A database that does not answer now is asked again at the next tick."""
        try:
            with self._app.app_context():
                return work(given)
        except SQLAlchemyError:
            log.warning("the live hub could not ask the database", exc_info=True)
            return None

    def _look(self, since: datetime) -> datetime:
        """Say what moved and was not said yet."""
        now = clock.now()
        for header in inbox.moved_since(since):
            cid, seq = header["c"], header["s"]
            if self._announced.get(cid, (0, 0.0))[0] < seq:
                self._announced[cid] = (seq, time.monotonic())
                news = Moved(header, json.dumps({"t": "moved", "c": cid, "s": seq}, separators=(",", ":")).encode())
                self._send(news, packed({"t": "moved", "s": seq}))
        for told in map(attendance.frame, attendance.moved_since(since)):
            head, agents, _ = told.split(b"\n", 2)
            if self._people.get(json.loads(head)["u"]) != agents:
                self.tell(told)
        old = time.monotonic() - REMEMBERED
        self._announced = {cid: said for cid, said in self._announced.copy().items() if said[1] > old}
        return now

    def _check(self, _given: None) -> None:
        """Send away whose session has ended, and learn what the others may see now: one query for all of them."""
        seats = [seat for seat in self._all() if seat.actor]
        if not seats:
            return
        living = accounts.living({seat.actor.session_id for seat in seats if seat.actor})
        self._note({actor.id for actor in living.values()})
        db.session.remove()
        for seat in seats:
            actor = living.get(seat.actor.session_id) if seat.actor else None
            if actor is None:
                seat.line.end(SIGNED_OUT, "signed out")
                metrics.socket_cut("signed_out")
            elif seat.allow(actor):
                seat.line.send(RIGHTS)

    def _note(self, people: set[int]) -> None:
        """Write down who has a live line: one statement for all of this process, now and then."""
        now = time.monotonic()
        due = {each for each in people if now - self._noted.get(each, -NOTE_EVERY) >= NOTE_EVERY}
        if due:
            availability.connected(due)
            self._noted |= dict.fromkeys(due, now)


def looked(header: dict[str, Any], some: Lookers) -> Told:
    return Told(header, json.dumps({"t": "looking", "c": header["c"], "who": some}, separators=(",", ":")).encode())
