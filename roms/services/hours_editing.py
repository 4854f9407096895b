"""Opening hours as people edit them: made, changed (a new version each time), filled with holidays, given to teams."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import select

from roms import clock
from roms.db import after_commit, db, transaction
from roms.engine import hours as calendar
from roms.engine.hours import DAY, DEFAULT_ZONE, Span
from roms.engine.types import JSON
from roms.errors import Conflict, Invalid, NotFound
from roms.models import Hours, HoursVersion, Team
from roms.services import frames, holidays, hours, publishing
from roms.services.actors import Actor
from roms.services.holidays import Day

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
USUAL = {day: ["08:00-17:00"] for day in DAYS[:5]} | {"sat": ["08:00-12:00"], "sun": []}
LONGEST_WITHIN = 30 * 24 * 3600  # seconds


def listed() -> JSON:
    """Everything the page shows."""
    now = clock.now()
    rows = db.session.scalars(select(Hours).order_by(Hours.name)).all()
    newest = {row.hours_id: row for row in db.session.scalars(select(HoursVersion).order_by(HoursVersion.id))}
    teams = db.session.scalars(select(Team).where(Team.is_active).order_by(Team.name)).all()
    return {
        "hours": [_shown(row, newest[row.id], now) for row in rows if row.id in newest],
        "teams": [_team(team) for team in teams],
        "usual": _facts(publishing.newest().hours, now),
        "usual_within": publishing.newest().lifecycle.response_within,
        "years": holidays.years(),
        "zones": list(calendar.ZONES),
    }


@transaction()
def create(actor: Actor, name: str) -> int:
    """New hours, as shops usually have them. Raises Conflict where others are called so."""
    at = clock.now()
    name = _named(name)
    row = Hours(name=name, created_at=at)
    db.session.add(row)
    db.session.flush()
    spec = {"hours": name, "zone": "WIB", "open": USUAL, "holidays": {}, "days": {}}
    _version(row.id, _spec(spec), at, actor)
    return row.id


@transaction()
def change(actor: Actor, hours_id: int, name: str, spec: Mapping[str, Any]) -> JSON:
    """They hold in a few seconds; what held before is kept. Raises Invalid with what is wrong."""
    row = _locked(hours_id)
    if name.strip() != row.name:
        row.name = _named(name)
    _version(row.id, _spec({**spec, "hours": row.name}), clock.now() + hours.LEAD, actor)
    return {"holds_in": hours.LEAD.total_seconds()}


@transaction()
def add_holidays(actor: Actor | None, hours_id: int, days: Iterable[Day]) -> int:
    """Days that are named already keep their own hours and names; how many are new."""
    row = _locked(hours_id)
    spec = dict(_newest(hours_id).spec)
    there = dict(spec.get("holidays") or {})
    new = {day.date.isoformat(): day.name for day in days if day.date.isoformat() not in there}
    if new:
        spec["holidays"] = dict(sorted((there | new).items()))
        _version(row.id, _spec(spec), clock.now() + hours.LEAD, actor)
    return len(new)


@transaction()
def give(team_id: int, hours_id: int | None, within: int | None) -> None:
    """Which hours a team keeps, and how many seconds of them it may take to answer; None: as the flows say."""
    team = db.session.get(Team, team_id, with_for_update=True)
    if team is None:
        raise NotFound("there is no such team")
    if hours_id is not None:
        _locked(hours_id)
    if within is not None and not 1 <= within <= LONGEST_WITHIN:
        raise Invalid("a team answers within a second to 30 days", field="answer_within")
    team.hours_id, team.answer_within = hours_id, within
    db.session.flush()
    hours.written(clock.now())


def named(name: str) -> int:
    """The id of the hours of this name. Raises NotFound."""
    found = db.session.scalar(select(Hours.id).filter_by(name=name))
    if found is None:
        raise NotFound(f"there are no hours called {name}")
    return found


def _version(hours_id: int, spec: JSON, from_at: datetime, actor: Actor | None) -> None:
    db.session.add(HoursVersion(hours_id=hours_id, spec=spec, from_at=from_at, user_id=actor.id if actor else None))
    after_commit(hours.forget)


def _locked(hours_id: int) -> Hours:
    row = db.session.get(Hours, hours_id, with_for_update=True)
    if row is None:
        raise NotFound("there are no such hours")
    return row


def _newest(hours_id: int) -> HoursVersion:
    several = select(HoursVersion).filter_by(hours_id=hours_id).order_by(HoursVersion.id.desc()).limit(1)
    return db.session.scalars(several).one()


def _named(name: str) -> str:
    name = " ".join(name.split())
    if not 1 <= len(name) <= 60:
        raise Invalid("hours need a name of at most 60 letters", field="name")
    if db.session.scalar(select(Hours.id).filter_by(name=name)) is not None:
        raise Conflict("there are hours of this name already", field="name")
    return name


def _spec(given: Mapping[str, Any]) -> JSON:
    """As hours.yaml would have it, or Invalid with the first thing that is wrong, in both languages."""
    week = {day: list(given.get("open", {}).get(day) or ["closed"]) for day in DAYS}
    spec = {"hours": given["hours"], "zone": given.get("zone") or DEFAULT_ZONE, "open": week}
    spec["holidays"] = {day: _holiday(value) for day, value in sorted((given.get("holidays") or {}).items())}
    spec["days"] = {day: list(value) or ["closed"] for day, value in sorted((given.get("days") or {}).items())}
    _, problems = hours.read(spec)
    if problems:
        first = problems[0]
        raise Invalid(first.message, field="hours", say={"en": first.message, "id": first.message_id})
    return spec


def _holiday(value: Any) -> Any:
    """A name alone where it is closed all day."""
    if isinstance(value, Mapping) and not value.get("open"):
        return value.get("name", "")
    return {"name": value["name"], "open": list(value["open"])} if isinstance(value, Mapping) else value


def _shown(row: Hours, version: HoursVersion, now: datetime) -> JSON:
    found, problems = hours.read(version.spec)
    spec = version.spec
    return {
        "id": row.id,
        "name": row.name,
        "zone": spec.get("zone", DEFAULT_ZONE),
        "open": {day: _spans(found.week[number]) for number, day in enumerate(DAYS)},
        "holidays": [
            {"date": day.isoformat(), "name": each.name, "open": _spans(each.spans), **_certainty(day, each.name)}
            for day, each in sorted(found.holidays.items())
        ],
        "days": [{"date": day.isoformat(), "open": _spans(spans)} for day, spans in sorted(found.days.items())],
        "now": _facts(found, now),
        "from": frames.moment(version.from_at),
        "by": version.user_id,
        "broken": bool(problems),
    }


def _certainty(day: date, name: str) -> JSON:
    found = next((each for each in holidays.indonesian() if each.date == day and each.name == name), None)
    return {"certainty": found.certainty} if found else {}


def _spans(spans: Iterable[Span]) -> list[str]:
    return [f"{_wall(start)}-{_wall(end)}" for start, end in spans]


def _wall(minutes: int) -> str:
    past = minutes - DAY if minutes > DAY else minutes
    return f"{past // 60:02}:{past % 60:02}"


def _facts(found: calendar.Hours, now: datetime) -> JSON:
    return {
        "open": calendar.is_open(found, now),
        "opens_at": frames.moment(calendar.opens_at(found, now)),
        "closes_at": frames.moment(calendar.closes_at(found, now)),
        "holiday": calendar.holiday(found, now),
    }


def _team(team: Team) -> JSON:
    return {
        "id": team.id,
        "key": team.key,
        "name": team.name,
        "hours": team.hours_id,
        "answer_within": team.answer_within,
    }
