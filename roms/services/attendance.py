"""How our people are there, told: to themselves on every page, and to those who see to the work."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, Select, func, or_, select

from roms import queue
from roms.db import after_commit, db
from roms.engine.types import JSON
from roms.models import Conversation, User
from roms.services import frames
from roms.services.board import OPEN

OVERLAP = timedelta(seconds=10)  # longer than any transaction: a change may be committed after its own time


def tell(*user_ids: int) -> None:
    """Inside of a transaction: when it is committed, open pages show how these people are there now."""
    news = [frame(row) for row in db.session.execute(_people().where(User.id.in_(user_ids)))]
    after_commit(lambda: queue.wake(changes=news))


def frame(row: Row[Any]) -> bytes:
    """For the hub: about a person (`u`) and about no conversation, so for no visitor."""
    header = {"c": "", "v": "", "s": 0, "u": row.id}
    return frames.pack(header, {"t": "presence", "user": row.id} | _shown(row), None)


def moved_since(moment: datetime) -> list[Row[Any]]:
    """Who came, went or was connected since, with an overlap."""
    moved = or_(User.presence_since >= moment - OVERLAP, User.connected_at >= moment - OVERLAP)
    return list(db.session.execute(_people().where(moved, User.is_active)))


def _people() -> Select[Any]:
    held = select(func.count()).select_from(Conversation).where(Conversation.assignee_id == User.id, *OPEN)
    return select(User.id, User.presence, User.presence_since, User.connected_at, held.scalar_subquery().label("open"))


def _shown(row: Row[Any]) -> JSON:
    return {
        "presence": row.presence.value,
        "since": frames.moment(row.presence_since),
        "connected_at": frames.moment(row.connected_at),
        "open": row.open,
    }
