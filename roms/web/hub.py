"""The live hub: one per process. It hears of every change once, builds each frame once, and tells all it is for.

Redis brings changes at once. While it is down, and now and then in any case, the hub looks in the database for what
moved; browsers fetch the rest. A browser that does not read is cut off: it costs nobody else anything.
"""

from __future__ import annotations

import json
import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import Flask
from sqlalchemy.exc import SQLAlchemyError

from roms import clock, metrics
from roms.db import db
from roms.services import accounts, heartbeats, inbox
from roms.services.actors import Actor
from roms.web.line import Line, frame
from roms.web.subscription import Subscription

log = logging.getLogger(__name__)

TICK = 1.0  # seconds
LOOK_EVERY = 2  # ticks, while Redis brings the changes; every tick while it does not
CHECK_EVERY = 3  # ticks between two looks whether the people are still signed in
REMEMBERED = 60.0  # seconds; longer than the overlap of inbox.moved_since

RESTART, SIGNED_OUT = 1012, 4401
COME_BACK_WITHIN = 20  # seconds over which browsers spread their coming back after a restart


@dataclass(frozen=True, slots=True)
class Seat:
    """One open socket and who sits there: a signed-in person, or a visitor's address."""

    line: Line
    actor: Actor | None
    visitor: str = ""


class Hub:
    """Who listens in this process."""

    def __init__(self, app: Flask) -> None:
        self.most = 200  # sockets; gunicorn.conf.py gives the real share of the threads
        self._app = app
        self._seats: dict[int, Seat] = {}
        self._lock = threading.Lock()
        self._stopping = threading.Event()
        self._announced: dict[str, tuple[int, float]] = {}
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
        with self._lock:
            self._seats.pop(id(seat), None)

    def stop(self) -> None:
        """Close all sockets soon. Only sets a flag, so that a signal handler may call it."""
        self._stopping.set()

    # --- telling

    def tell(self, message: bytes) -> None:
        """A change as roms.services.frames packs it: header, agents' frame, visitor's frame."""
        head, agents, visitor = message.split(b"\n", 2)
        header = json.loads(head)
        if header.get("s"):
            self._announced[header["c"]] = (header["s"], time.monotonic())
        self._send(header, frame(agents) if agents else b"", frame(visitor) if visitor else b"")

    def _send(self, header: dict[str, Any], agents: bytes, visitor: bytes) -> None:
        for seat in self._all():
            if seat.actor and agents and inbox.may_see(seat.actor, header):
                seat.line.send(agents)
            elif visitor and seat.visitor and seat.visitor == header["v"]:
                seat.line.send(visitor)

    def _all(self) -> list[Seat]:
        with self._lock:
            return list(self._seats.values())

    # --- looking after it

    def _watch(self) -> None:
        since, ticks = clock.now(), 0
        while not self._stopping.wait(TICK):
            ticks += 1
            if ticks % LOOK_EVERY == 0 or not self._subscription.is_up:
                since = self._safely(self._look, since) or since
            if ticks % CHECK_EVERY == 0:
                self._safely(self._check, None)
            self._round_at = time.monotonic()
        bye = frame(b'{"t":"bye","within":%d}' % COME_BACK_WITHIN)
        for seat in self._all():
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
        for cid, visitor, seq in inbox.moved_since(since):
            if self._announced.get(cid, (0, 0.0))[0] < seq:
                self._announced[cid] = (seq, time.monotonic())
                self._send(
                    {"c": cid, "v": visitor}, moved({"t": "moved", "c": cid, "s": seq}), moved({"t": "moved", "s": seq})
                )
        old = time.monotonic() - REMEMBERED
        self._announced = {cid: said for cid, said in self._announced.copy().items() if said[1] > old}
        return now

    def _check(self, _given: None) -> None:
        """Send away whose session has ended: one query for all of them."""
        seats = [seat for seat in self._all() if seat.actor]
        if not seats:
            return
        living = accounts.living({seat.actor.session_id for seat in seats if seat.actor})
        db.session.remove()
        for seat in seats:
            if seat.actor and seat.actor.session_id not in living:
                seat.line.end(SIGNED_OUT, "signed out")
                metrics.socket_cut("signed_out")


def moved(fact: dict[str, Any]) -> bytes:
    return frame(json.dumps(fact, separators=(",", ":")).encode())
