"""How our accounts are, as the providers tell it: kept with the channel, and each change of it for admins to read."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from flask import current_app
from sqlalchemy import select, update
from sqlalchemy.exc import SQLAlchemyError

from roms import clock
from roms.channels.items import AccountState
from roms.db import db, table, transaction
from roms.models import Channel, ChannelEvent
from roms.services import channels

log = logging.getLogger(__name__)

CONNECTED, NEEDS_PERSON = "connected", "needs_person"
STATES = ("unknown", CONNECTED, "starting", "needs_scan", NEEDS_PERSON, "stopped", "failed", "restricted")
TOUCH_EVERY = timedelta(minutes=1)


@transaction()
def record(channel_id: int, told: AccountState) -> None:
    """Remember how the account is. What was so before what we know already is no news."""
    at = clock.now()
    row = _locked(channel_id)
    when = min(told.at or at, at)
    if told.state in STATES and (row.state_at is None or row.state_at <= when):
        _be(row, told.state, told.code, told.text, dict(told.data), when)


def trouble(channel_id: int, code: str, text: str, at: datetime) -> None:
    """A send failed because of the account itself: a person has to look at it. Inside a transaction.

    A state that says more exactly what is wrong stays.
    """
    row = _locked(channel_id)
    if row.state in ("unknown", CONNECTED):
        _be(row, NEEDS_PERSON, code, text, {}, at)


def _locked(channel_id: int) -> Channel:
    found = select(Channel).where(Channel.id == channel_id).with_for_update()
    return db.session.scalars(found.execution_options(populate_existing=True)).one()


def _be(row: Channel, state: str, code: str, text: str, data: Mapping[str, Any], at: datetime) -> None:
    was = (row.state, row.state_code)
    if was != (state, code):
        news = {"from": row.state, "to": state, "code": code, "text": text}
        db.session.add(ChannelEvent(channel_id=row.id, event="state", data=news, at=at))
        row.version += 1
        channels.forget()
    row.state, row.state_code, row.state_text, row.state_at = state, code[:60], text, at
    row.state_data = dict(data) or None
    if state == CONNECTED:
        row.restarted_at = None


def heard(channel_id: int) -> None:
    """The provider knocked; written down at most once a minute, and never at the cost of what it brought."""
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
