"""Leave to open one socket: a browser sends no header of its own with a WebSocket, so the address carries a ticket.

An address ends up in logs; what is written there has been used up, or is of no use after half a minute.
"""

from __future__ import annotations

import secrets
from datetime import timedelta

from sqlalchemy import delete

from roms import clock
from roms.db import db, transaction
from roms.models import LiveTicket
from roms.services.accounts import hash_token

LIFE = timedelta(seconds=30)


@transaction()
def issue(subject: str) -> str:
    """A ticket for "session:<id>" or "visitor:<address>"."""
    now, ticket = clock.now(), secrets.token_urlsafe(32)
    db.session.execute(delete(LiveTicket).where(LiveTicket.expires_at <= now))
    db.session.add(LiveTicket(token_hash=hash_token(ticket), subject=subject, expires_at=now + LIFE))
    return ticket


@transaction()
def redeem(ticket: str) -> str | None:
    """The subject, once; None when the ticket is unknown, used or too old."""
    mine = LiveTicket.token_hash == hash_token(ticket)
    statement = delete(LiveTicket).where(mine, LiveTicket.expires_at > clock.now()).returning(LiveTicket.subject)
    return db.session.scalar(statement)
