"""The virtual days themselves: everything happens at its moment, and the ticker's chores as soon as they are due."""

from __future__ import annotations

import heapq
import itertools
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial

from sqlalchemy import func, select

from roms.db import db
from roms.engine.types import Mode
from roms.errors import Conflict
from roms.models import Conversation, Presence, Role, Timer
from roms.services import availability, backlog, handoff, replies, timers, webchat
from roms.services.actors import Actor
from tools.day.people import FORGETS, TALKS_ON, Worker, arrivals, comings

BEFORE = datetime.min.replace(tzinfo=UTC)
THEN = timedelta(hours=3)  # after the last event: whoever is still waiting has been answered


@dataclass(slots=True)
class Course:
    """A heap of what is to happen, and what was counted on the way. `set_clock` tells ROMS what time it is."""

    workers: list[Worker]
    set_clock: Callable[[datetime], None]
    dice: random.Random
    now: datetime = BEFORE
    most_open: dict[str, int] = field(default_factory=dict)  # login -> conversations at once, by assignments
    forgotten: set[tuple[int, int]] = field(default_factory=set)  # conversations that this agent overlooks
    _heap: list[tuple[datetime, int, Callable[[], None]]] = field(default_factory=list)
    _numbers: itertools.count[int] = field(default_factory=itertools.count)
    _since: dict[str, datetime] = field(default_factory=dict)  # login -> when they last came or went
    _looked: set[tuple[int, int]] = field(default_factory=set)

    def at(self, moment: datetime, what: Callable[[], None]) -> None:
        heapq.heappush(self._heap, (moment, next(self._numbers), what))

    def plan(self, customers: int) -> None:
        """Everybody's comings and goings, and every first message."""
        for worker in self.workers:
            for moment, state in comings(worker):
                self.at(moment, partial(self._comes, worker, state))
        for moment, who, wish in arrivals(customers, self.dice):
            self.at(moment, partial(self._writes, who, wish))

    def run(self) -> None:
        """Until nothing is left to happen but clocks that run for a day."""
        end = max(moment for moment, _, _ in self._heap) + THEN
        while self._heap:
            self._chores(self._heap[0][0])
            moment, _, what = heapq.heappop(self._heap)
            if moment > end:
                return
            self._go(moment)
            what()
            self._drain()

    # --- time

    def _go(self, moment: datetime) -> None:
        self.now = max(moment, self.now)
        self.set_clock(self.now)

    def _due(self, until: datetime) -> datetime | None:
        first = db.session.scalar(select(func.min(Timer.due_at)).where(Timer.fired_at.is_(None)))
        db.session.rollback()
        return first if first is not None and first <= until else None

    def _chores(self, until: datetime) -> None:
        """Fire what comes due before then, each at its time."""
        while (due := self._due(until)) is not None:
            self._go(due)
            for timer in timers.due():
                timers.fire(timer)
            self._drain()

    def _drain(self) -> None:
        backlog.drain()
        for worker in self.workers:
            self._works(worker)

    # --- agents

    def _comes(self, worker: Worker, state: str) -> None:
        if worker.is_there and state != "available":
            worker.present += self.now - self._since[worker.login]
        self._since[worker.login] = self.now
        worker.is_there = state == "available"
        how = Presence.AVAILABLE if worker.is_there else Presence.AWAY
        availability.set_presence(_actor(worker), worker.id, how, state == "give_back")

    def _works(self, worker: Worker) -> None:
        """Take the one of his who has waited longest, if he is free to."""
        mine = select(Conversation.public_id, Conversation.id, Conversation.waiting_since)
        mine = mine.where(Conversation.assignee_id == worker.id, Conversation.mode == Mode.AGENT)
        rows = db.session.execute(mine.order_by(Conversation.waiting_since)).all()
        db.session.rollback()
        self.most_open[worker.login] = max(self.most_open.get(worker.login, 0), len(rows))
        if worker.is_busy or not worker.is_there:
            return
        for row in rows:
            if row.waiting_since is not None and not self._overlooks(worker, row.id):
                worker.is_busy = True
                pause = timedelta(seconds=self.dice.uniform(15, 75))
                self.at(self.now + pause, partial(self._answers, worker, row.public_id))
                return

    def _overlooks(self, worker: Worker, conversation: int) -> bool:
        key = conversation, worker.id
        if key not in self._looked:
            self._looked.add(key)
            if self.dice.random() < FORGETS:
                self.forgotten.add(key)
        return key in self.forgotten

    def _answers(self, worker: Worker, cid: str) -> None:
        worker.is_busy = False
        if not worker.is_there:
            return
        found = db.session.execute(
            select(Conversation.seq, Conversation.assignee_id, Conversation.address).filter_by(public_id=cid)
        ).one()
        db.session.rollback()
        if found.assignee_id != worker.id:
            return
        replies.send(_actor(worker), cid, f"{cid}-{found.seq}", "Baik, kami bantu.", found.seq)
        soon = self.now + timedelta(seconds=self.dice.uniform(20, 120))
        if self.dice.random() < TALKS_ON:
            self.at(soon, partial(self._writes, found.address, "lalu bagaimana"))
        else:
            self.at(soon, partial(self._closes, worker, cid))

    def _closes(self, worker: Worker, cid: str) -> None:
        found = db.session.execute(
            select(Conversation.assignee_id, Conversation.waiting_since).filter_by(public_id=cid)
        ).one()
        db.session.rollback()
        if found.assignee_id == worker.id and found.waiting_since is None:
            try:
                handoff.close(_actor(worker), cid)
            except Conflict:  # closed meanwhile, or given back to the bot: nothing is left to do
                return

    # --- customers

    def _writes(self, who: str, text: str) -> None:
        webchat.say(who, f"m{next(self._numbers)}", text, None, "id")


def _actor(worker: Worker) -> Actor:
    return Actor(worker.id, worker.login.title(), worker.login, Role.AGENT, "id")
