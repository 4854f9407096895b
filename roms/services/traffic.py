"""When we last heard of an account: written down seldom, and never at the cost of what it brought."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from flask import current_app
from sqlalchemy import update
from sqlalchemy.exc import SQLAlchemyError

from roms import clock
from roms.db import db, table, transaction
from roms.models import Channel

log = logging.getLogger(__name__)

TOUCH_EVERY = timedelta(minutes=1)


def heard(channel_id: int) -> None:
    """The provider knocked; written down at most once a minute."""
    known: dict[int, datetime] = current_app.extensions.setdefault("roms.heard", {})
    at = clock.now()
    if channel_id in known and abs(at - known[channel_id]) < TOUCH_EVERY:
        return
    known[channel_id] = at
    try:
        _touch(channel_id, at)
    except SQLAlchemyError as error:
        log.warning("when channel %s was last heard of could not be written down: %s", channel_id, error)


@transaction()
def _touch(channel_id: int, at: datetime) -> None:
    db.session.execute(update(table(Channel)).where(table(Channel).c.id == channel_id).values(last_in_at=at))
