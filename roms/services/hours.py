"""Which opening hours are in force for which team: known in memory, and derived again for any moment of the past.

Every message passes here, so nothing is asked of the database but, every other second, whether anything is new. What is
new begins to hold a little later than it is written down (LEAD): by then every process knows of it, so that a message
is judged by the same hours when it comes and when it is played again.
"""

from __future__ import annotations

import logging
import time
from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from flask import current_app
from sqlalchemy import func, select

from roms import clock
from roms.db import after_commit, db, serialize, table, transaction
from roms.engine import build_hours, shape, teams
from roms.engine import hours as calendar
from roms.engine.book import Book, Desk
from roms.engine.hours import Hours
from roms.engine.problems import Problem
from roms.engine.teams import OWN, Rota
from roms.engine.types import JSON
from roms.engine.yamltext import Document
from roms.models import Arrangement, Channel, Conversation, HoursVersion, Team

log = logging.getLogger(__name__)

READ_AFRESH = 2.0  # seconds after which a process looks for what others changed
LEAD = timedelta(seconds=5)  # what is written down holds from then: longer than any process needs to hear of it
NEWEST = select(select(func.max(HoursVersion.id)).scalar_subquery(), select(func.max(Arrangement.id)).scalar_subquery())
Teams = Mapping[str, Rota]


@dataclass(slots=True)
class Memory:
    """All versions and arrangements, by when they begin; what held in between is put together when it is asked for."""

    newest: tuple[Any, ...] = (None, None)
    asked_at: float = field(default_factory=time.monotonic)
    begins: list[datetime] = field(default_factory=list)
    versions: dict[int, list[tuple[datetime, Hours | None]]] = field(default_factory=dict)
    arranged: list[tuple[datetime, str, JSON]] = field(default_factory=list)
    known: dict[tuple[int, int], Teams] = field(default_factory=dict)


def known(channel_id: int, at: datetime) -> Teams:
    """How every team works at this moment, by its key and as expressions spell it; under "" the channel's own."""
    memory = _memory()
    place = bisect_right(memory.begins, at)
    found = memory.known.get((channel_id, place))
    if found is None:
        found = memory.known[channel_id, place] = _known(memory, channel_id, at)
    return found


def of_team(channel_id: int, team: str, at: datetime) -> Hours | None:
    """The hours of this team, or for "" of the channel's own; None: the release says it."""
    return known(channel_id, at).get(team, teams.NOTHING).hours


def rests(conversation: Conversation, usual: Hours) -> list[tuple[datetime, datetime]]:
    """When the running response clock stands still, because its team is not there."""
    start, end = conversation.answer_from, conversation.answer_by
    if start is None or end is None:
        return []
    own = of_team(conversation.channel_id, conversation.team, start)
    return list(_rests(own or usual, start, end))


_rests = lru_cache(maxsize=4096)(calendar.rests)  # the same few clocks in every frame of their conversations


def read(spec: Any) -> tuple[Hours, Sequence[Problem]]:
    """Hours as hours.yaml has them, and what is wrong with them; then they are not to be used."""
    document, book = Document("hours", spec), Book()
    book.problems += [problem for _, problem in shape.misshapen(document, "hours.schema.json")]
    if book.problems:
        return calendar.always(), book.problems
    return build_hours.hours(Desk(book, document)), book.problems


def forget() -> None:
    """This process has just written something."""
    current_app.extensions.pop("roms.hours", None)


def _memory() -> Memory:
    kept = current_app.extensions
    memory: Memory | None = kept.get("roms.hours")
    if memory is not None and time.monotonic() - memory.asked_at < READ_AFRESH:
        return memory
    newest = tuple(db.session.execute(NEWEST).one())
    if memory is not None and memory.newest == newest:
        memory.asked_at = time.monotonic()
        return memory
    kept["roms.hours"] = memory = _read(newest)
    return memory


def _read(newest: tuple[Any, ...]) -> Memory:
    memory = Memory(newest)
    versions = select(HoursVersion.hours_id, HoursVersion.spec, HoursVersion.from_at)
    for row in db.session.execute(versions.order_by(HoursVersion.from_at, HoursVersion.id)):
        memory.versions.setdefault(row.hours_id, []).append((row.from_at, _compiled(row.spec)))
    arranged = select(Arrangement.from_at, Arrangement.subject, Arrangement.value)
    rows = db.session.execute(arranged.order_by(Arrangement.from_at, Arrangement.id))
    memory.arranged = [(row.from_at, row.subject, row.value) for row in rows]
    begins = {at for each in memory.versions.values() for at, _ in each} | {at for at, _, _ in memory.arranged}
    memory.begins = sorted(begins)
    return memory


def _compiled(spec: Any) -> Hours | None:
    found, problems = read(spec)
    if problems:  # of another version of the program
        log.error("opening hours cannot be read any more: %s", problems[0])
        return None
    return found


def _known(memory: Memory, channel_id: int, at: datetime) -> Teams:
    rotas: dict[str, Rota] = {}
    own = ""
    for begins, subject, value in memory.arranged:
        if begins > at:
            break
        kind, _, name = subject.partition(":")
        if kind == "team":
            rotas[name] = Rota(_version(memory, value.get("hours"), at), value.get("within"))
        elif name == str(channel_id):
            own = value.get("team") or ""
    found = teams.by_name(rotas)
    return found | {OWN: found[own]} if own in found else found


def _version(memory: Memory, hours_id: int | None, at: datetime) -> Hours | None:
    """The newest that had begun; before the first, the first: whoever is given hours has some."""
    several = memory.versions.get(hours_id or 0, [])
    begun = [hours for begins, hours in several if begins <= at]
    return begun[-1] if begun else several[0][1] if several else None


# --- what holds from now on -----------------------------------------------------------------------------------------


def notice() -> int:
    """Write down what was set of teams and channels since we last looked; how much that was. By the ticker, each beat,
    so that it holds whoever set it, and however."""
    if not _news():
        return 0
    return _write()


@transaction()
def _write() -> int:
    return written(clock.now())


def written(at: datetime) -> int:
    """The same within the transaction of whoever just set something."""
    serialize("arrangements")
    news = _news()
    for subject, value in news.items():
        db.session.add(Arrangement(subject=subject, value=value, from_at=at + LEAD))
    if news:
        after_commit(forget)
    return len(news)


def _news() -> dict[str, JSON]:
    """What is set now, where it is not what was last written down."""
    now = dict(_set())
    last: dict[str, JSON] = {}
    newest = select(func.max(Arrangement.id)).group_by(Arrangement.subject)
    for row in db.session.execute(select(Arrangement.subject, Arrangement.value).where(Arrangement.id.in_(newest))):
        last[row.subject] = row.value
    nothing = {"team": {"hours": None, "within": None}, "channel": {"team": ""}}
    return {
        subject: value
        for subject, value in now.items()
        if value != last.get(subject, nothing[subject.partition(":")[0]])
    }


def _set() -> Iterable[tuple[str, JSON]]:
    keys: dict[int, str] = {}
    for row in db.session.execute(select(Team.id, Team.key, Team.hours_id, Team.answer_within)):
        keys[row.id] = row.key
        yield f"team:{row.key}", {"hours": row.hours_id, "within": row.answer_within}
    channel = table(Channel).c
    for each in db.session.execute(select(channel.id, channel.default_team_id)):
        yield f"channel:{each.id}", {"team": keys.get(each.default_team_id, "")}
