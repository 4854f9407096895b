"""Whose webhook it is, also while the database is away: signatures are checked with what is known, never left out.

What a process has in memory comes first; one that has just started reads the sealed copy in the spool's folder.
"""

from __future__ import annotations

import json
import logging
from typing import Any

from flask import current_app
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from roms.channels.base import Account
from roms.db import db, hurried, table
from roms.errors import NotReady
from roms.models import Channel
from roms.services import arrivals, channels, outages

log = logging.getLogger(__name__)

KEPT = "roms.kept_accounts"  # what the copy was written from


def find(kind: str, key: str | None) -> Account:
    """As channels.find; NotReady where only the database could tell. It is not asked while webhooks wait for it."""
    channels.check_address(kind, key)
    known = None if arrivals.spool().is_empty() else remembered(kind, key)
    return known or asked(kind, key)


def asked(kind: str, key: str | None) -> Account:
    """As the database has it; what is remembered only where it cannot be asked."""
    try:
        with hurried(arrivals.PATIENCE, arrivals.ANSWER):
            return channels.find(kind, key)
    except SQLAlchemyError as error:
        if not outages.is_one(error):
            raise
        db.session.rollback()
    known = remembered(kind, key)
    if known is None:
        raise NotReady("the database cannot say whose webhook this is; try again")
    return known


def remembered(kind: str, key: str | None) -> Account | None:
    return channels.in_memory(kind, key) or _in_copy(kind, key)


def _in_copy(kind: str, key: str | None) -> Account | None:
    kept = arrivals.spool().accounts()
    for row in json.loads(kept) if kept else ():
        if row["kind"] == kind and key in (None, row["key"]):
            return Account(row["id"], kind, row["values"], channels.webhook_of(kind, row["key"]))
    return None


def keep() -> None:
    """Write the copy anew if the channels are not as it has them (seen by their versions)."""
    columns = table(Channel).c
    rows = db.session.execute(select(*columns).order_by(columns.id)).all()
    versions = {row.id: row.version for row in rows}
    spool = arrivals.spool()
    if current_app.extensions.get(KEPT) == versions or not spool.keys:
        return
    copy = [_copied(row) for row in rows]
    spool.keep_accounts(json.dumps([each for each in copy if each]).encode())
    current_app.extensions[KEPT] = versions


def _copied(row: Any) -> dict[str, Any] | None:
    """None for one whose credentials no key opens: nothing can be proven with it."""
    secrets, problem = channels.opened(row.secrets)
    if problem:
        return None
    return {"id": row.id, "kind": row.kind, "key": row.webhook_key, "values": row.settings | secrets}
