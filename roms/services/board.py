"""The supervisors' board: who is there, what each has, what waits for somebody. One look, in statements whose number
does not grow.

Up to ALL open conversations are told whole, and a browser counts them itself. Of more it gets those that matter first
(each column's head, the longest waiting, the overdue) and the figures of the rest.
"""

from __future__ import annotations

import functools
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, case, func, literal, or_, select

from roms import clock
from roms.db import db
from roms.engine.hours import Hours
from roms.engine.types import JSON, Mode
from roms.models import Contact, Conversation, Label, Team, TeamMember, User, UserSkill
from roms.services import channels, frames, hours, publishing

ALL = 1000  # open conversations that are told one by one
HEAD = 20  # of each column, where there are more
LONGEST_WAITING = 20
MOST_OVERDUE = 100

OPEN = (Conversation.mode == Mode.AGENT, Conversation.snoozed_until.is_(None))  # somebody's, or waits for somebody
Usual = Callable[[Any], Hours]
FIGURES = ("open", "overdue", "team_open", "team_overdue")
NOTHING = dict.fromkeys(FIGURES, 0)
CARD = (
    *("id", "public_id", "seq", "channel_id", "address", "mode", "mode_since", "team", "priority", "rank", "skill"),
    *("queued_at", "assignee_id", "unread", "labels", "waiting_since", "answer_from", "answer_by", "last"),
    *("opened_at", "created_at"),
)


def look(team: str = "") -> JSON:
    """Everything that the board shows; with a team, as much of that team's as there is room for."""
    now = clock.now()
    rows = db.session.execute(_open(team, now)).all()
    figures = {row.assignee_id: {name: getattr(row, name) for name in FIGURES} for row in rows}
    total, usual = rows[0].total if rows else 0, _usual()
    return {
        "at": frames.moment(now),
        "team": team,
        "total": total,
        "whole": total == len(rows),
        "most": ALL,
        "next_due": frames.moment(rows[0].next_due) if rows else None,
        "agents": _people(figures),
        "backlog": figures.get(None, NOTHING),
        "teams": _teams(),
        "labels": {row.key: row.colour for row in db.session.execute(select(Label.key, Label.colour))},
        "cards": [_card(row, usual) for row in rows],
    }


def _open(team: str, now: datetime) -> Select[Any]:
    """Conversations that are somebody's or wait for somebody, and on each row the figures of its column."""
    chosen = _numbered(team, now).subquery()
    shown = or_(
        chosen.c.total <= ALL,
        chosen.c.place <= HEAD,
        and_(chosen.c.is_teams, chosen.c.team_place <= HEAD),
        chosen.c.wait_place <= LONGEST_WAITING,
        chosen.c.due_place <= MOST_OVERDUE,
    )
    figures = [chosen.c[name] for name in ("total", "next_due", *FIGURES)]
    card = [getattr(Conversation, name) for name in CARD]
    card.append(case((Conversation.answer_by.is_not(None), Conversation.state)).label("state"))  # for its hours
    who = [Contact.id.label("contact_id"), Contact.name, Contact.phone, Contact.picture]
    return (
        select(*card, *who, *figures)
        .join(chosen, chosen.c.id == Conversation.id)
        .join(Contact, Contact.id == Conversation.contact_id)
        .where(shown, *OPEN)
        .order_by(Conversation.id)
    )


def _numbered(team: str, now: datetime) -> Select[Any]:
    """Narrow rows, because all of them are sorted: places within a column, among those who wait, among what is due."""
    is_teams = Conversation.team == team if team else literal(False)
    is_over = and_(Conversation.answer_by.is_not(None), Conversation.answer_by <= now)
    column: Any = {"partition_by": Conversation.assignee_id}
    part: Any = {"partition_by": (Conversation.assignee_id, is_teams)}
    waits: Any = {"order_by": (Conversation.waiting_since.asc().nulls_last(), Conversation.id)}
    due: Any = {"order_by": (Conversation.answer_by.asc().nulls_last(), Conversation.id)}
    to_come = case((Conversation.answer_by > now, Conversation.answer_by))
    return select(
        Conversation.id,
        is_teams.label("is_teams"),
        func.count().over().label("total"),
        func.min(to_come).over().label("next_due"),
        func.count().over(**column).label("open"),
        func.count().filter(is_over).over(**column).label("overdue"),
        func.count().filter(is_teams).over(**column).label("team_open"),
        func.count().filter(and_(is_teams, is_over)).over(**column).label("team_overdue"),
        func.row_number().over(**column, order_by=_order()).label("place"),
        func.row_number().over(**part, order_by=_order()).label("team_place"),
        func.row_number().over(**waits).label("wait_place"),
        func.row_number().over(**due).label("due_place"),
    ).where(*OPEN)


def _order() -> tuple[ColumnElement[Any], ...]:
    """The backlog as it is drained; what somebody has, by when it is to be answered. board.js has the same order."""
    is_nobodys = Conversation.assignee_id.is_(None)
    since = func.coalesce(Conversation.queued_at, Conversation.mode_since)
    return (
        case((is_nobodys, Conversation.rank)),
        case((is_nobodys, since), else_=Conversation.answer_by).asc().nulls_last(),
        case((is_nobodys, None), else_=Conversation.waiting_since).asc().nulls_last(),
        Conversation.created_at.asc(),
        Conversation.public_id.asc(),
    )


def _card(row: Row[Any], usual: Usual) -> JSON:
    """As much of frames.summary as a card shows, under the same names: a live frame takes its place."""
    times = ("mode_since", "queued_at", "waiting_since", "answer_from", "answer_by", "opened_at", "created_at")
    same = ("seq", "team", "priority", "rank", "skill", "unread", "labels", "last")
    return {
        "id": row.public_id,
        "mode": row.mode.value,
        "assignee": row.assignee_id,
        "snoozed_until": None,
        "contact": {
            "id": row.contact_id,
            "name": row.name,
            "phone_text": frames.phone_text(row.phone),
            "picture": frames.picture_at(row.contact_id, row.picture),
            "is_group": frames.of_group(row.address, row.phone),
        },
        "channel": channels.line(row.channel_id).facts,
        "answer_rests": _rests(row, usual),
        **{name: getattr(row, name) for name in same},
        **{name: frames.moment(getattr(row, name)) for name in times},
    }


def _rests(row: Any, usual: Usual) -> list[list[str | None]]:
    if row.answer_by is None:
        return []
    release = row.state.get("release") if isinstance(row.state, Mapping) else None
    return [[frames.moment(begin), frames.moment(end)] for begin, end in hours.rests(row, usual(release))]


def _usual() -> Usual:
    """The hours of a release by its number; asked for once in a look, not once for each card."""
    return functools.cache(lambda number: publishing.of_state({"release": number}).hours)


def _people(figures: dict[int | None, dict[str, int]]) -> list[JSON]:
    """All who work here, and whoever holds something though he does not any more."""
    holders = [agent for agent in figures if agent is not None]
    people = select(User).where(or_(User.is_active, User.id.in_(holders))).order_by(User.name, User.id)
    skills = _by_person(select(UserSkill.user_id, UserSkill.skill).order_by(UserSkill.skill))
    member = select(TeamMember.user_id, Team.key).join(Team, Team.id == TeamMember.team_id)
    teams = _by_person(member.where(Team.is_active).order_by(Team.name, Team.id))
    return [
        {
            "id": user.id,
            "name": user.name,
            "role": user.role.value,
            "is_active": user.is_active,
            "presence": user.presence.value,
            "since": frames.moment(user.presence_since),
            "connected_at": frames.moment(user.connected_at),
            "capacity": user.capacity,
            "skills": skills[user.id],
            "teams": teams[user.id],
            **figures.get(user.id, NOTHING),
        }
        for user in db.session.scalars(people)
    ]


def _by_person(query: Any) -> dict[int, list[str]]:
    found: dict[int, list[str]] = defaultdict(list)
    rows: Iterable[Any] = db.session.execute(query)
    for user, word in rows:
        found[user].append(word)
    return found


def _teams() -> list[JSON]:
    rows = db.session.execute(select(Team.key, Team.name).where(Team.is_active).order_by(Team.name, Team.id))
    return [{"key": row.key, "name": row.name} for row in rows]
