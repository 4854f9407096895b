"""What the virtual days came to, read back from the tables alone: the timeline is the only witness."""

from __future__ import annotations

import statistics
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

from sqlalchemy import select

from roms.db import db
from roms.engine.types import Mode
from roms.models import Conversation, Direction, History, Message, Sender
from tools.day.people import WIB, Worker

BY_A_PERSON = ("claimed", "assigned", "transferred")
A_MOMENT = timedelta(seconds=2)
WORDS = {
    "round_robin": "waited longest for a turn",
    "least_loaded": "has fewest",
    "returning": "knows the contact",
    "backlog": "out of the backlog",
    "overdue": "nobody answered in time",
    "given_back": "was given back",
}


@dataclass(slots=True)
class Wait:
    """One time that a conversation waited for somebody with room: from, until, and for what."""

    conversation: int
    place: tuple[str, str, int]  # team, skill, rank
    since: datetime
    until: datetime | None = None


@dataclass(slots=True)
class Account:
    """Everything that the report tells, and what must not be."""

    handoffs: int = 0
    rules: Counter[str] = field(default_factory=Counter)
    waited_for: Counter[str] = field(default_factory=Counter)  # why nobody could take it at once
    escalated: int = 0
    given: dict[int, list[datetime]] = field(default_factory=lambda: defaultdict(list))
    waits: list[Wait] = field(default_factory=list)
    first_answers: list[float] = field(default_factory=list)  # seconds from the handoff to a person's first word
    samples: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)


def made(workers: Sequence[Worker]) -> Account:
    """Read all of it, conversation by conversation."""
    account, names = Account(), {worker.id: worker.login for worker in workers}
    spans: dict[int, list[tuple[datetime, datetime | None, bool]]] = defaultdict(list)
    for conversation in db.session.scalars(select(Conversation).order_by(Conversation.id)):
        _Reader(account, conversation, names, spans).read()
    _overfilled(account, workers, spans)
    _overtaken(account)
    db.session.rollback()
    return account


class _Reader:
    """One conversation's timeline."""

    def __init__(self, account: Account, conversation: Conversation, names: dict[int, str], spans: Any) -> None:
        self.account, self.conversation, self.names, self.spans = account, conversation, names, spans
        self.owner: int | None = None
        self.since: tuple[datetime, bool] | None = None
        self.wait: Wait | None = None
        self.asked: datetime | None = None

    def read(self) -> None:
        for at, event, data in _timeline(self.conversation.id):
            told = getattr(self, f"_{event}", None)
            if told is not None:
                told(at, data)
        if self.owner is not None and self.since is not None:
            self.spans[self.owner].append((self.since[0], None, self.since[1]))
        if self.wait is not None:
            self.account.waits.append(self.wait)
        if self.owner != self.conversation.assignee_id:
            self._say(f"the timeline ends with {self.owner}, the row with {self.conversation.assignee_id}")
        if self.conversation.mode is Mode.AGENT and self.owner is None and self.conversation.queued_at is None:
            self._say("waits for a person, has none and is not in the backlog")

    def _handoff(self, at: datetime, data: dict[str, Any]) -> None:
        self.account.handoffs += 1
        self.asked = at

    def _assigned(self, at: datetime, data: dict[str, Any]) -> None:
        self._ends(at)
        self.account.rules[data["rule"]] += 1
        self.owner, self.since = data["agent"], (at, data["rule"] in BY_A_PERSON)
        self.account.given[self.owner].append(at)
        if data["rule"] not in BY_A_PERSON and not {"open", "among"} <= data.keys():
            self._say(f"was assigned without saying why: {data}")
        self.account.samples.append(f"{at.astimezone(WIB):%d.%m. %H:%M:%S}  {self.names[self.owner]:<8}{words(data)}")
        if self.wait is not None:
            self.wait.until = at
            self.account.waits.append(self.wait)
            self.wait = None

    def _queued(self, at: datetime, data: dict[str, Any]) -> None:
        self._ends(at)
        self.account.waited_for[data["why"]] += 1
        if self.wait is None:
            place = data.get("team", ""), data.get("skill", ""), self.conversation.rank
            self.wait = Wait(self.conversation.id, place, at)
        said = select(Message.id).where(Message.conversation_id == self.conversation.id, Message.sender == Sender.BOT)
        now = db.session.scalar(said.where(Message.created_at >= at - A_MOMENT).limit(1))
        if now is None and not self._was_told():
            self._say(f"was put into the backlog at {at} and told nothing")

    def _was_told(self) -> bool:
        """Whether a person has written to the contact before: who was given back was not left without a word."""
        said = select(Message.id).where(Message.conversation_id == self.conversation.id)
        return db.session.scalar(said.where(Message.direction == Direction.OUT).limit(1)) is not None

    def _unassigned(self, at: datetime, data: dict[str, Any]) -> None:
        self._ends(at)

    def _escalated(self, at: datetime, data: dict[str, Any]) -> None:
        self.account.escalated += 1

    def _mode(self, at: datetime, data: dict[str, Any]) -> None:
        if data["to"] != Mode.AGENT and self.wait is not None:
            self.account.waits.append(self.wait)
            self.wait = None

    def _reply(self, at: datetime, data: dict[str, Any]) -> None:
        if self.asked is not None:
            self.account.first_answers.append((at - self.asked).total_seconds())
            self.asked = None

    def _ends(self, at: datetime) -> None:
        if self.owner is not None and self.since is not None:
            self.spans[self.owner].append((self.since[0], at, self.since[1]))
        self.owner = self.since = None

    def _say(self, what: str) -> None:
        self.account.wrong.append(f"conversation {self.conversation.id} {what}")


def _timeline(conversation: int) -> Iterator[tuple[datetime, str, dict[str, Any]]]:
    """History and agents' replies in the order of their numbers."""
    happened = select(History.seq, History.at, History.event, History.data).filter_by(conversation_id=conversation)
    rows = [(row.seq, row.at, row.event, row.data) for row in db.session.execute(happened)]
    wrote = select(Message.seq, Message.created_at).filter_by(conversation_id=conversation, sender=Sender.AGENT)
    rows += [(row.seq, row.created_at, "reply", {}) for row in db.session.execute(wrote)]
    for _, at, event, data in sorted(rows, key=lambda row: row[0]):
        yield at, event, data


def _overfilled(account: Account, workers: Sequence[Worker], spans: Any) -> None:
    """Nobody had more at once than fits, unless a person gave it."""
    for worker in workers:
        marks = [(since, 1) for since, _, by_a_person in spans[worker.id] if not by_a_person]
        marks += [(until, -1) for _, until, by_a_person in spans[worker.id] if until and not by_a_person]
        has = most = 0
        for _, step in sorted(marks):
            has += step
            most = max(most, has)
        if most > worker.capacity:
            account.wrong.append(f"{worker.login} had {most} at once, and {worker.capacity} fit")


def _overtaken(account: Account) -> None:
    """Within team, skill and rank nobody who came later was taken first."""
    by_place: dict[tuple[str, str, int], list[Wait]] = defaultdict(list)
    for wait in account.waits:
        by_place[wait.place].append(wait)
    for waits in by_place.values():
        waits.sort(key=lambda wait: wait.since)
        for first, second in pairwise(waits):
            if second.until and first.since < second.since and (first.until is None or first.until > second.until):
                account.wrong.append(f"conversation {second.conversation} overtook {first.conversation}")


def words(data: dict[str, Any]) -> str:
    """Why this one: as on the timeline, in a line."""
    if data["rule"] in BY_A_PERSON:
        return str(data["rule"])
    said = [WORDS[data[name]] for name in ("rule", "how") if name in data]
    said.append(f"{data['open']} of {data['capacity']} open, {data['present']} of {data['among']} there")
    said += [f"knows {data['skill']}"] if data.get("skill") else []
    said += [f"speaks {data['language']}"] if data.get("language") else []
    return ", ".join(said)


def quantiles(seconds: Sequence[float]) -> str:
    """Median, ninth tenth and longest, as people say times."""
    if not seconds:
        return "none"
    ninth = statistics.quantiles(seconds, n=10)[-1] if len(seconds) > 1 else seconds[0]
    return " · ".join(str(timedelta(seconds=round(each))) for each in (statistics.median(seconds), ninth, max(seconds)))
