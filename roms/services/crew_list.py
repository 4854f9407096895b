"""Our people and teams at a glance, for those who tend them."""

from __future__ import annotations

from collections import defaultdict

from sqlalchemy import func, select

from roms import clock
from roms.db import db
from roms.engine.types import JSON, Mode
from roms.errors import NotFound
from roms.models import Channel, Conversation, CrewEvent, Hours, LoginSession, Team, TeamMember, User, UserSkill
from roms.services import accounts, frames, teams

Listed = dict[int, list[int]]
NEWEST = 20  # changes that are shown


def people(only: int | None = None) -> list[JSON]:
    """Everybody, those who may come in first; or only this one."""
    wanted = select(User).order_by(User.is_active.desc(), func.lower(User.name), User.id)
    wanted = wanted if only is None else wanted.where(User.id == only)
    skills, memberships, counts, browsers = _skills(), _members()[1], _open(), _browsers()
    rows = db.session.scalars(wanted.execution_options(populate_existing=True))
    return [
        _person(row)
        | {
            "skills": skills.get(row.id, []),
            "teams": memberships.get(row.id, []),
            "open": counts.get(row.id, 0),
            "browsers": browsers.get(row.id, 0),
        }
        for row in rows
    ]


def person(user_id: int) -> JSON:
    found = people(user_id)
    if not found:
        raise NotFound("there is no such person")
    return found[0]


def all_teams(only: int | None = None) -> list[JSON]:
    """Every team, those in use first, with its members and where the newest flows name it; or only this one."""
    wanted = select(Team).order_by(Team.is_active.desc(), func.lower(Team.name), Team.id)
    wanted = wanted if only is None else wanted.where(Team.id == only)
    members, flows = _members()[0], teams.named_in_flows()
    return [
        {
            "id": row.id,
            "key": row.key,
            "name": row.name,
            "policy": row.policy.value,
            "answer_within": row.answer_within,
            "hours_id": row.hours_id,
            "is_active": row.is_active,
            "members": members.get(row.id, []),
            "flows": flows.get(row.key, []),
        }
        for row in db.session.scalars(wanted.execution_options(populate_existing=True))
    ]


def team(team_id: int) -> JSON:
    found = all_teams(team_id)
    if not found:
        raise NotFound("there is no such team")
    return found[0]


def unmade() -> list[str]:
    """Teams that the newest flows name and nobody made: what is handed to them is everybody's."""
    made = set(db.session.scalars(select(Team.key)))
    return sorted(teams.named_in_flows().keys() - made)


def skills_in_use() -> list[str]:
    """What people can do, and what conversations asked for, so that one thing is not spelled in two ways."""
    asked = select(Conversation.skill).where(Conversation.queued_at.is_not(None), Conversation.skill != "")
    return sorted({*db.session.scalars(select(UserSkill.skill)), *db.session.scalars(asked)})


def lines() -> list[JSON]:
    """Channels with the team that takes what no flow gives to another."""
    rows = db.session.execute(
        select(Channel.id, Channel.name, Channel.kind, Channel.default_team_id).order_by(Channel.id)
    )
    return [{"id": row.id, "name": row.name, "kind": row.kind, "team": row.default_team_id} for row in rows]


def hours() -> list[JSON]:
    rows = db.session.execute(select(Hours.id, Hours.name).order_by(func.lower(Hours.name)))
    return [{"id": row.id, "name": row.name} for row in rows]


def changes() -> list[JSON]:
    """What was done with people and teams, newest first; `by` None: in a shell."""
    rows = db.session.scalars(select(CrewEvent).order_by(CrewEvent.id.desc()).limit(NEWEST))
    return [
        {"id": row.id, "event": row.event, "data": row.data, "by": row.user_id, "at": frames.moment(row.at)}
        for row in rows
    ]


def _person(row: User) -> JSON:
    return {
        "id": row.id,
        "login": row.login,
        "name": row.name,
        "role": row.role.value,
        "language": row.language,
        "capacity": row.capacity,
        "sees": row.sees.value,
        "sees_numbers": row.sees_numbers,
        "is_active": row.is_active,
        "presence": row.presence.value,
        "connected_at": frames.moment(row.connected_at),
        "created_at": frames.moment(row.created_at),
    }


def _skills() -> dict[int, list[str]]:
    found: dict[int, list[str]] = defaultdict(list)
    for user_id, skill in db.session.execute(select(UserSkill.user_id, UserSkill.skill).order_by(UserSkill.skill)):
        found[user_id].append(skill)
    return found


def _members() -> tuple[Listed, Listed]:
    """Team -> people, person -> teams."""
    of_team: Listed = defaultdict(list)
    of_person: Listed = defaultdict(list)
    pairs = select(TeamMember.team_id, TeamMember.user_id).order_by(TeamMember.team_id, TeamMember.user_id)
    for team_id, user_id in db.session.execute(pairs):
        of_team[team_id].append(user_id)
        of_person[user_id].append(team_id)
    return of_team, of_person


def _open() -> dict[int, int]:
    """Person -> conversations that count against their capacity."""
    counted = select(Conversation.assignee_id, func.count()).group_by(Conversation.assignee_id)
    of_somebody = Conversation.assignee_id.is_not(None), Conversation.mode == Mode.AGENT
    rows = db.session.execute(counted.where(*of_somebody, Conversation.snoozed_until.is_(None)))
    return {person: number for person, number in rows if person is not None}


def _browsers() -> dict[int, int]:
    """Person -> browsers that are signed in."""
    counted = select(LoginSession.user_id, func.count().label("number")).join(User, User.id == LoginSession.user_id)
    counted = counted.where(*accounts.ALIVE).group_by(LoginSession.user_id)
    return {row.user_id: row.number for row in db.session.execute(counted, accounts.since(clock.now()))}
