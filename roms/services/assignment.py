"""Whose turn it is: decided in the database, one at a time, and explained.

Functions here run inside the transaction of whoever calls them; the conversation is locked already.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import func, select, update

from roms.db import db, serialize
from roms.errors import Invalid
from roms.models import Role, User
from roms.services import frames
from roms.services.scene import Scene, add_history


def to_next(scene: Scene, rule: str) -> None:
    """Round robin: the agent whose last assignment is longest ago; never the one who has it now, if there is another.

    One transaction at a time looks and takes, so that two handoffs at once go to two people.
    """
    serialize("assignment")
    agents = db.session.execute(
        select(User.id, User.last_assigned_at)
        .where(User.role == Role.AGENT, User.is_active)
        .order_by(User.last_assigned_at.asc().nulls_first(), User.id)
    ).all()
    others = [row for row in agents if row.id != scene.conversation.assignee_id]
    if not others:
        if not agents:
            scene.conversation.reason = {"rule": "nobody"}
            add_history(scene, "unassigned", {"rule": "nobody"})
        return
    chosen, since = others[0]
    _take(scene, chosen, {"rule": rule, "among": len(agents), "since": frames.moment(since)})


def to(scene: Scene, agent: int, by: int | None) -> None:
    """A person took it (by is None) or gave it to someone."""
    if db.session.scalar(select(func.count()).select_from(User).filter_by(id=agent, is_active=True)) == 0:
        raise Invalid("there is no such agent", agent=agent)
    if by is None:
        if scene.conversation.assignee_id == agent:
            return
        _take(scene, agent, {"rule": "claimed"})
    else:
        _take(scene, agent, {"rule": "assigned", "by": by})


def to_nobody(scene: Scene) -> None:
    if scene.conversation.assignee_id is None:
        return
    scene.conversation.assignee_id = None
    scene.conversation.reason = None
    add_history(scene, "unassigned", {}, scene.actor)


def _take(scene: Scene, agent: int, reason: dict[str, Any]) -> None:
    db.session.execute(update(User).where(User.id == agent).values(last_assigned_at=scene.at))
    scene.conversation.assignee_id = agent
    scene.conversation.reason = reason
    add_history(scene, "assigned", {"agent": agent} | reason, scene.actor)
