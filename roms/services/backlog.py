"""What waits for somebody with room: given out, the most urgent and the oldest first.

Everything with the same team and skill is a group: what its first one waits for, all of it waits for. So a look costs a
probe of the index for each group, and not for each that waits.
"""

from __future__ import annotations

import heapq
import logging
import time
from enum import Enum
from typing import Any, NamedTuple

from sqlalchemy import Select, select, update

from roms import clock, crash
from roms.db import db, table, transaction
from roms.engine.events import AgentFound
from roms.engine.types import Mode
from roms.models import Conversation
from roms.services import assignment, candidates, channels
from roms.services.choosing import Candidate, Choice, Wanted, choose
from roms.services.runner import advance
from roms.services.scene import finish, scene_of

log = logging.getLogger(__name__)

PLACE = "rank", "queued_at", "id"  # in a group
GROUP = "team", "skill"
Known = tuple[candidates.Side, list[Candidate]]


class Head(NamedTuple):
    """The first of its group."""

    rank: int
    queued_at: Any
    id: int
    team: str
    skill: str


class Came(Enum):
    """What came of looking at one."""

    GIVEN = "given"
    NOBODY = "nobody has room for it"
    MOVED = "it does not wait any more, or another came before it"


def drain(seconds: float = 1.0) -> int:
    """Give out what waits, as long as there is room and time; how many were given."""
    until, given = time.monotonic() + seconds, 0
    waiting, known = heads(), dict[str, Known]()
    heapq.heapify(waiting)
    while waiting and time.monotonic() < until:
        first = heapq.heappop(waiting)
        if not _may_find(first, known):
            continue
        came = _try(first)
        given += came is Came.GIVEN
        if came is not Came.NOBODY:
            known.clear()
            if following := head(first.team, first.skill):
                heapq.heappush(waiting, following)
    return given


def heads() -> list[Head]:
    """The first of every group: the index is entered once for each."""
    found = []
    following = _first(_in_order())
    while following:
        found.append(following)
        following = next(filter(None, map(_first, _next_groups(following))), None)
    return found


def head(team: str, skill: str) -> Head | None:
    """The first of this group."""
    return _first(_in_order().where(Conversation.team == team, Conversation.skill == skill))


def _first(rows: Select[Any]) -> Head | None:
    row = db.session.execute(rows).first()
    return Head(*row) if row else None


def _next_groups(last: Head) -> tuple[Select[Any], Select[Any]]:
    """Another skill of the team, else another team. Compared as a pair, SQLite would walk through all of the group."""
    same = _in_order().where(Conversation.team == last.team, Conversation.skill > last.skill)
    return same, _in_order().where(Conversation.team > last.team)


def _in_order() -> Select[Any]:
    columns = table(Conversation).c
    rows = select(*(columns[name] for name in (*PLACE, *GROUP))).where(columns.queued_at.is_not(None))
    return rows.order_by(*(columns[name] for name in (*GROUP, *PLACE))).limit(1)


def _may_find(head_: Head, known: dict[str, Known]) -> bool:
    """Without a lock, so that a full house costs nothing: whether somebody has room now. Read once for each team."""
    if head_.team not in known:
        side = candidates.side(head_.team)
        known[head_.team] = side, candidates.of(side)
    side, people = known[head_.team]
    return isinstance(choose(side.policy, people, Wanted(head_.skill)), Choice)


def _try(head_: Head) -> Came:
    try:
        return give(head_.id)
    except Exception:
        log.exception("the waiting conversation %s could not be given to anybody", head_.id)
        put_off(head_.id)
        return Came.NOBODY


@transaction()
def give(conversation_id: int) -> Came:
    """Give this one to whoever has room: found without a lock, it is looked at again under it."""
    conversation = Conversation.locked(
        Conversation.id == conversation_id, Conversation.queued_at.is_not(None), Conversation.mode == Mode.AGENT
    )
    if conversation is None or conversation.assignee_id is not None:
        return Came.MOVED
    scene = scene_of(conversation, channels.line(conversation.channel_id), clock.now())
    found = assignment.from_backlog(scene)
    if found is not None:
        return Came.MOVED if found == "behind_others" else Came.NOBODY
    advance(scene, AgentFound())
    finish(scene)
    crash.point("given")
    return Came.GIVEN


@transaction()
def put_off(conversation_id: int) -> None:
    """One that failed goes behind the others, so that it cannot stand in their way."""
    waits = table(Conversation).c.id == conversation_id, table(Conversation).c.queued_at.is_not(None)
    db.session.execute(update(table(Conversation)).where(*waits).values(queued_at=clock.now()))
