"""Files that nobody needs any more leave the storage: withdrawn, never sent, or taken back by their sender.

A refused row that still has a hash says: perhaps this is to be thrown away. The bytes go only when no other row has
them; whoever wants to store the same content meanwhile sees the lease on the row and waits (files.is_free).
"""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import Any

from sqlalchemy import Select, delete, exists, or_, select, update

from roms import clock
from roms.db import db, serialize, table, transaction
from roms.models import Attachment, DiscardedFile, FileState
from roms.services import preparing, saved_files
from roms.services.stored import storage_here
from roms.storage import Unreachable

log = logging.getLogger(__name__)

UNSENT_FOR = timedelta(days=1)
LEASE = timedelta(minutes=5)  # longer than a storage may take
AT_ONCE = 200


def waiting() -> bool:
    """Is there anything to throw away?"""
    old, left = exists().where(*_unsent()), exists(_left())
    return bool(db.session.scalar(select(or_(old, exists().where(*_doomed()), left))))


def discard() -> None:
    """Throw away what can be; what the storage refuses is tried again later."""
    _withdraw_unsent()
    hashes = set(db.session.scalars(select(Attachment.hash).where(*_doomed()).distinct().limit(AT_ONCE)))
    hashes |= set(db.session.scalars(_left().limit(AT_ONCE)))
    for hash_ in sorted(hashes):
        try:
            if _begin(hash_):
                storage_here().delete(hash_)
                storage_here().delete(preparing.thumb_of(hash_))
                _end(hash_)
        except Unreachable as error:
            log.warning("a file could not be thrown away yet: %s", error)


def _unsent() -> tuple[Any, ...]:
    return Attachment.seq.is_(None), Attachment.created_at < clock.now() - UNSENT_FOR, Attachment.state != "refused"


def _doomed() -> tuple[Any, ...]:
    free = or_(Attachment.lease_until.is_(None), Attachment.lease_until < clock.now())
    return Attachment.state == FileState.REFUSED, Attachment.hash != "", free


def _left() -> Select[str]:
    """What saved replies had, and nobody is throwing away yet."""
    free = or_(DiscardedFile.lease_until.is_(None), DiscardedFile.lease_until < clock.now())
    return select(DiscardedFile.hash).where(free)


@transaction()
def _withdraw_unsent() -> None:
    """What was uploaded and then forgotten."""
    db.session.execute(update(table(Attachment)).where(*_unsent()).values(state=FileState.REFUSED))


@transaction()
def _begin(hash_: str) -> bool:
    """Take the content for ourselves; False where somebody still has it."""
    serialize(f"file {hash_}")
    of_it = Attachment.hash == hash_
    is_needed = db.session.scalar(select(exists().where(of_it, Attachment.state != FileState.REFUSED)))
    if is_needed or saved_files.keeps(hash_):
        _forget(hash_)
        return False
    doomed = update(table(Attachment)).where(of_it, Attachment.state == FileState.REFUSED)
    left = update(table(DiscardedFile)).where(DiscardedFile.hash == hash_)
    for held in (doomed, left):
        db.session.execute(held.values(lease_until=clock.now() + LEASE))
    return True


@transaction()
def _end(hash_: str) -> None:
    _forget(hash_)


def _forget(hash_: str) -> None:
    """Uploads leave no trace; a message keeps the row that says its file was taken back."""
    db.session.execute(delete(DiscardedFile).where(DiscardedFile.hash == hash_))
    refused = Attachment.hash == hash_, Attachment.state == FileState.REFUSED
    db.session.execute(delete(Attachment).where(*refused, Attachment.seq.is_(None)))
    blank = {"hash": "", "thumb": "", "lease": None, "lease_until": None}
    db.session.execute(update(table(Attachment)).where(*refused).values(blank))
