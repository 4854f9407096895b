"""What contacts gave us, counted for each agent, team, release and day: how many were asked, and what they answered."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import Row, select

from roms import clock
from roms.db import db
from roms.engine.ratings import SCALE
from roms.engine.types import JSON
from roms.errors import NotAllowed
from roms.models import Conversation, Rating, Role, User
from roms.services import frames, journal
from roms.services.actors import Actor

DAYS, MOST_DAYS = 30, 366
COLUMNS = ("asked_at", "answered_at", "score", "comment", "agent", "team", "release", "conversation")
FORMULA = ("=", "+", "-", "@", "\t", "\r")  # a cell that begins so is run by spreadsheets


@dataclass(slots=True)
class _Tally:
    asked: int = 0
    scores: dict[int, int] = field(default_factory=lambda: dict.fromkeys(sorted(SCALE), 0))

    def add(self, score: int | None) -> None:
        self.asked += 1
        if score is not None:
            self.scores[score] += 1

    def shown(self) -> JSON:
        answered = sum(self.scores.values())
        total = sum(score * count for score, count in self.scores.items())
        return {
            "asked": self.asked,
            "answered": answered,
            "answer_rate": round(answered / self.asked, 3) if self.asked else None,
            "average": round(total / answered, 2) if answered else None,
            "scores": {str(score): count for score, count in self.scores.items()},
        }


def figures(actor: Actor, days: int) -> JSON:
    """Of the last so many days in the team's zone, today with them."""
    _require(actor)
    since, zone = _since(days), journal.zone()
    total = _Tally()
    by: dict[str, dict[Any, _Tally]] = {name: {} for name in ("agents", "teams", "releases", "days")}
    for row in db.session.execute(_rows(since)):
        total.add(row.score)
        keys = row.agent_id, row.team, row.release, row.asked_at.astimezone(zone).date().isoformat()
        for some, key in zip(by.values(), keys, strict=True):
            some.setdefault(key, _Tally()).add(row.score)
    names = {row.id: row.name for row in db.session.execute(select(User.id, User.name))}
    told: JSON = {"zone": str(zone), "since": frames.moment(since), "total": total.shown()}
    told["agents"] = _listed(by["agents"], lambda key: {"id": key, "name": names.get(key, "")})
    told["teams"] = _listed(by["teams"], lambda key: {"team": key})
    told["releases"] = _listed(by["releases"], lambda key: {"release": key})
    told["days"] = _listed(by["days"], lambda key: {"day": key})
    return told


def written(actor: Actor, days: int) -> Iterator[str]:
    """Every rating as a line of CSV, oldest first. Refuses before the first line is asked for."""
    _require(actor)
    rows = db.session.execute(_rows(_since(days))).all()
    zone = journal.zone()
    cells = ([_cell(row, name, zone) for name in COLUMNS] for row in rows)
    return (_line(each) for each in (list(COLUMNS), *cells))


def _require(actor: Actor) -> None:
    if actor.role not in (Role.ADMIN, Role.SUPERVISOR):
        raise NotAllowed("ratings are for supervisors and admins")


def _since(days: int) -> datetime:
    """The beginning of the first of these days."""
    zone = journal.zone()
    today: date = clock.now().astimezone(zone).date()
    return datetime.combine(today - timedelta(days=max(1, days) - 1), time(), zone)


def _rows(since: datetime) -> Any:
    columns = (Rating.agent_id, Rating.team, Rating.release, Rating.score, Rating.comment)
    moments = (Rating.asked_at, Rating.answered_at)
    names = Conversation.public_id.label("conversation"), User.name.label("agent")
    query: Any = select(*columns, *moments, *names)
    query = query.join(Conversation, Conversation.id == Rating.conversation_id)
    query = query.outerjoin(User, User.id == Rating.agent_id)
    return query.where(Rating.asked_at >= since).order_by(Rating.asked_at, Rating.id)


def _listed(tallies: dict[Any, _Tally], named: Callable[[Any], JSON]) -> list[JSON]:
    ordered = sorted(tallies.items(), key=lambda each: (each[0] is None, each[0]))
    return [named(key) | tally.shown() for key, tally in ordered]


def _cell(row: Row[Any], name: str, zone: Any) -> str:
    value = getattr(row, name)
    if isinstance(value, datetime):
        return value.astimezone(zone).isoformat(timespec="seconds")
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(FORMULA) else text


def _line(cells: list[str]) -> str:
    text = io.StringIO()
    csv.writer(text).writerow(cells)
    return text.getvalue()
