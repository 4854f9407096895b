"""What is thrown away when its time is over."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import delete, exists

from roms import clock
from roms.db import db, transaction
from roms.models import (
    AsideState,
    BulkAction,
    ChannelEvent,
    ChannelTally,
    Heartbeat,
    HttpCall,
    LiveTicket,
    LoginAttempt,
    LoginSession,
    PendingReceipt,
    RawItem,
    SetAside,
    SetAsideBody,
    Timer,
)
from roms.services import queued

KEEP = {
    PendingReceipt.at: timedelta(days=7),
    LoginAttempt.at: timedelta(days=1),
    LoginSession.created_at: timedelta(days=7),
    LiveTicket.expires_at: timedelta(0),
    HttpCall.created_at: timedelta(days=30),  # as long as timers, for replay
    Heartbeat.told_at: timedelta(days=1),
    ChannelTally.slot: timedelta(days=60),
    RawItem.at: timedelta(days=30),  # to learn from; without what names people
    Timer.fired_at: timedelta(days=30),  # replay needs to know when they fired
}
ASIDE = timedelta(days=30)  # what was set aside and came through; what did not waits for a person


@transaction()
def clean() -> None:
    """Delete receipts nobody claimed, old sign-ins and tickets, timers that have fired, old calls, what was unknown."""
    at = clock.now()
    for column, age in KEEP.items():
        db.session.execute(delete(column.class_).where(column < at - age))
    queued.forget_paces()
    said = ChannelEvent.user_id.is_(None), ChannelEvent.event != "connected"  # what people did is kept
    done = SetAside.state == AsideState.DONE, SetAside.changed_at < at - ASIDE
    db.session.execute(delete(SetAside).where(*done))
    db.session.execute(delete(SetAsideBody).where(~exists().where(SetAside.body_id == SetAsideBody.id)))
    kept = BulkAction.undone_at.is_(None), BulkAction.at < at - timedelta(days=1)  # replay asks what was taken back
    db.session.execute(delete(BulkAction).where(*kept))
    db.session.execute(delete(ChannelEvent).where(ChannelEvent.at < at - timedelta(days=90), *said))
