"""The question before every publish: what would have gone differently?"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from sqlalchemy import select

from roms import clock
from roms.db import db
from roms.engine.flow import Release
from roms.engine.replay import Difference, replay
from roms.models import Conversation
from roms.services import recalling


def since(ago: timedelta, limit: int | None = None) -> list[int]:
    """Ids of the conversations in which something was said within this time; the latest ones when there are more."""
    recent = select(Conversation.id).where(Conversation.last_at >= clock.now() - ago)
    return list(db.session.scalars(recent.order_by(Conversation.last_at.desc(), Conversation.id).limit(limit)))


def differences(draft: Release, ids: list[int], ago: timedelta) -> Iterator[list[Difference]]:
    """For each of these conversations the turns within this time that the draft answers otherwise; nothing is sent."""
    now = clock.now()
    begin: datetime = now - ago
    for record in recalling.records(sorted(ids)):
        yield replay(draft, record, begin, now)
