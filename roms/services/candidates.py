"""Who could be given a conversation: the people of a team as they are this moment."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, bindparam, exists, func, select

from roms.db import db
from roms.engine.types import Mode
from roms.models import Conversation, Policy, Presence, Role, Team, TeamMember, User, UserSkill
from roms.services.choosing import Candidate

BETWEEN = "\n"  # no skill has one


@dataclass(frozen=True, slots=True)
class Side:
    """A team, or everybody; `note` says why everybody where a team was named."""

    team: int | None = None
    policy: str = Policy.ROUND_ROBIN
    note: str = ""


def side(key: str) -> Side:
    """The team with this key; a conversation never waits for one that does not exist, or has nobody in it."""
    if not key:
        return Side()
    found = db.session.execute(_team(), {"key": key}).first()
    if found is None:
        return Side(note="unknown_team")
    if not found.is_active:
        return Side(note="inactive_team")
    return Side(found.id, found.policy) if found.has_people else Side(policy=found.policy, note="empty_team")


def of(side: Side, but: int = 0) -> list[Candidate]:
    """Members of this team, or else all agents, with what they have open, not counting the conversation `but`."""
    asked = {"team": side.team, "but": but, "agent": Mode.AGENT}
    return [
        Candidate(
            row.id,
            row.open,
            row.capacity,
            row.last_assigned_at,
            frozenset((row.skills or "").split(BETWEEN)) - {""},
            row.presence is Presence.AVAILABLE,
        )
        for row in db.session.execute(_people(side.team is None), asked)
    ]


@functools.cache
def _team() -> Select[int, Policy, bool, bool]:
    people = exists().where(TeamMember.team_id == Team.id, TeamMember.user_id == User.id, User.is_active)
    found = select(Team.id, Team.policy, Team.is_active, people.label("has_people"))
    return found.where(Team.key == bindparam("key"))


@functools.cache
def _people(everybody: bool) -> Select[Any]:
    """Made once: every handoff asks this."""
    under_way = select(func.count()).select_from(Conversation)
    under_way = under_way.where(Conversation.assignee_id == User.id, Conversation.mode == bindparam("agent"))
    under_way = under_way.where(Conversation.snoozed_until.is_(None), Conversation.id != bindparam("but"))
    skills = select(func.aggregate_strings(UserSkill.skill, BETWEEN)).where(UserSkill.user_id == User.id)
    columns = User.id, User.capacity, User.last_assigned_at, User.presence
    found = select(*columns, under_way.scalar_subquery().label("open"), skills.scalar_subquery().label("skills"))
    if everybody:
        found = found.where(User.role == Role.AGENT)
    else:
        member = TeamMember.user_id == User.id, TeamMember.team_id == bindparam("team")
        found = found.where(exists().where(*member))
    return found.where(User.is_active).order_by(User.id)
