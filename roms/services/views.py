"""The views of the inbox, as statements: put together once, and asked again and again with the values of who looks.

Putting a statement together costs several times what a database needs to answer it, and after a restart every browser
asks at the same moment.
"""

from __future__ import annotations

import functools
from typing import Any

from sqlalchemy import ColumnElement, Integer, ScalarSelect, Select, and_, bindparam, func, literal, or_, select
from sqlalchemy.orm import contains_eager

from roms.engine.types import Mode
from roms.models import Conversation, Sees
from roms.services import access, mentions

MOST = bindparam("most", type_=Integer())  # rows
WITH_PEOPLE = Conversation.mode.in_((Mode.AGENT, Mode.PAUSED))
IN_SIGHT = Conversation.snoozed_until.is_(None)
OPEN = Conversation.mode != Mode.CLOSED
MINE = Conversation.assignee_id == access.ME
NOBODYS = Conversation.assignee_id.is_(None)

VIEWS: dict[str, ColumnElement[bool]] = {
    "mine": and_(MINE, WITH_PEOPLE, IN_SIGHT),
    "unassigned": and_(NOBODYS, WITH_PEOPLE, IN_SIGHT),
    "snoozed": and_(or_(MINE, NOBODYS), WITH_PEOPLE, ~IN_SIGHT),
    "all": OPEN,
    "bot": Conversation.mode == Mode.BOT,
    "closed": Conversation.mode == Mode.CLOSED,
    "mentioned": mentions.CALLED,
}
# Each by an index of its own: most conversations are closed, and the wide rows of those are not read to be counted.
COUNTED = VIEWS | {
    "mentioned": mentions.UNSEEN,  # those that wait for somebody to look
    "all": Conversation.mode.in_([mode for mode in Mode if mode is not Mode.CLOSED]),
}


@functools.cache
def page(view: str, sees: Sees) -> Select[Any]:
    """The newest `most` conversations of a view, each with how many every view has: in one statement, because a browser
    takes both for the same moment, and PostgreSQL shows each statement a world of its own."""
    counts = tallies(sees).subquery()
    found = conversations().add_columns(*counts.c).join(counts, literal(True))
    found = found.where(access.visible(sees), VIEWS[view])
    return found.order_by(Conversation.last_at.desc(), Conversation.id.desc()).limit(MOST)


@functools.cache
def tallies(sees: Sees) -> Select[Any]:
    """How many conversations each view has, in the order of VIEWS."""
    counts: list[Any] = [_tally(COUNTED[view], sees).label(view) for view in VIEWS]
    return select(*counts)


@functools.cache
def one(sees: Sees) -> Select[Conversation]:
    """The conversation `cid`."""
    return conversations().where(Conversation.public_id == bindparam("cid"), access.visible(sees))


@functools.cache
def conversations() -> Select[Conversation]:
    return select(Conversation).join(Conversation.contact).options(contains_eager(Conversation.contact))


def _tally(which: ColumnElement[bool], sees: Sees) -> ScalarSelect[int]:
    counted = select(func.count()).select_from(Conversation).where(access.visible(sees), which)
    return counted.correlate(None).scalar_subquery()
