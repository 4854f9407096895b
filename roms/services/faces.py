"""Pictures of contacts: asked for in the background, at most once a week or when the provider tells of a new one.

A picture has a key of its own in the storage, never made twice, so only contacts that were joined share one. What may
stand in the storage for nobody is noted before it is put there, and thrown away when no contact has it.
"""

from __future__ import annotations

import hashlib
import logging
import secrets
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
from sqlalchemy import exists, or_, select, update

from roms import clock
from roms.channels import ADAPTERS
from roms.channels.failures import Permanent, SendFailed
from roms.db import db, found_once, insert_once, table, transaction
from roms.engine.media import MEGABYTE
from roms.errors import NotFound
from roms.models import Channel, Contact, ContactAddress, ContactPicture, Conversation
from roms.outside import download
from roms.services import access, channels, pictures, preparing
from roms.services.actors import Actor
from roms.services.scene import finish, scene_of
from roms.services.serving import File
from roms.services.stored import storage_here
from roms.storage import NoSpace, Unreachable

log = logging.getLogger(__name__)

SELDOM = timedelta(days=7)
LEASE = timedelta(seconds=90)
PAUSES = (timedelta(minutes=5), timedelta(hours=1), timedelta(hours=6))  # then it waits for its week
AT_ONCE, MOST, SECONDS = 20, 5 * MEGABYTE, 30.0


@dataclass(frozen=True, slots=True)
class Claimed:
    """A contact whose picture is ours to ask for until the lease ends."""

    contact_id: int
    channel_id: int
    address: str
    told: str
    attempts: int
    lease: str
    digest: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """digest, key: of the picture there is now; both "": there is none. again: nobody knows, ask later."""

    digest: str = ""
    key: str = ""
    again: bool = False


def shown(actor: Actor, contact_id: int) -> File:
    """What is shown of this contact. Raises NotFound."""
    here = Contact.id == contact_id, Contact.merged_into.is_(None), access.visible_contacts(actor)
    key = db.session.scalar(select(Contact.picture).where(*here))
    if not key:
        raise NotFound("there is no such picture")
    return File(key, "image/jpeg", "picture.jpg")


def told(contact_id: int, channel_id: int, url: str, at: datetime) -> None:
    """The provider tells of a picture, within the caller's transaction. A fresh signature is no news."""
    found = select(Conversation.address).filter_by(contact_id=contact_id, channel_id=channel_id)
    address = db.session.scalar(found.order_by(Conversation.last_at.desc()).limit(1))
    if not url or address is None or channels.line(channel_id).adapter.picture is None:
        return
    row = _row(contact_id)
    if row is None:
        _note(contact_id, channel_id, address, at, url)
    elif urlsplit(row.told).path != urlsplit(url).path:
        row.channel_id, row.address, row.told, row.due_at, row.attempts = channel_id, address, url, at, 0


@transaction()
def plan() -> None:
    """Have those asked for who wrote this week and were not looked at for a week."""
    at, speaks = clock.now(), [kind for kind, adapter in ADAPTERS.items() if adapter.picture]
    groups = select(ContactAddress.contact_id).where(ContactAddress.kind == "group")
    known = ContactPicture.contact_id == Conversation.contact_id
    old = or_(ContactPicture.looked_at.is_(None), ContactPicture.looked_at < at - SELDOM)
    wanted = (
        select(Conversation.contact_id, Conversation.channel_id, Conversation.address, ContactPicture.looked_at)
        .join(Channel, Channel.id == Conversation.channel_id)
        .outerjoin(ContactPicture, known)
        .where(Channel.kind.in_(speaks), Channel.is_enabled, Conversation.last_at > at - SELDOM)
        .where(or_(ContactPicture.contact_id.is_(None), ContactPicture.due_at.is_(None) & old))
        .where(Conversation.contact_id.not_in(groups))
        .order_by(Conversation.last_at.desc())
        .limit(AT_ONCE)
    )
    for row in db.session.execute(wanted).all():
        again = update(ContactPicture).where(ContactPicture.contact_id == row.contact_id)
        values = {"due_at": at, "attempts": 0, "channel_id": row.channel_id, "address": row.address}
        if not _note(row.contact_id, row.channel_id, row.address, at):
            db.session.execute(again.values(values))


def _note(contact_id: int, channel_id: int, address: str, at: datetime, url: str = "") -> bool:
    row = {"contact_id": contact_id, "channel_id": channel_id, "address": address, "told": url, "due_at": at}
    row |= {"attempts": 0, "digest": "", "loose": ""}
    return insert_once(table(ContactPicture), row, "contact_id") is not None


def waiting() -> bool:
    """Is there a picture to ask for, or one to throw away?"""
    at = clock.now()
    return bool(db.session.scalar(select(or_(exists().where(*_due(at)), exists().where(*_loose(at))))))


def _due(at: datetime) -> tuple[Any, ...]:
    return ContactPicture.due_at <= at, or_(ContactPicture.lease_until.is_(None), ContactPicture.lease_until < at)


def _loose(at: datetime) -> tuple[Any, ...]:
    return ContactPicture.loose != "", or_(ContactPicture.lease_until.is_(None), ContactPicture.lease_until < at)


@transaction()
def claim(limit: int) -> list[Claimed]:
    at, lease = clock.now(), secrets.token_urlsafe(12)
    due = select(ContactPicture.contact_id).where(*_due(at)).order_by(ContactPicture.due_at).limit(limit)
    mine = found_once(due.with_for_update(skip_locked=True))
    taken = update(table(ContactPicture)).where(ContactPicture.contact_id.in_(mine))
    taken = taken.values(lease=lease, lease_until=at + LEASE, attempts=ContactPicture.attempts + 1)
    rows = db.session.execute(taken.returning(*(table(ContactPicture).c[name] for name in Claimed.__slots__)))
    return [Claimed(**row) for row in rows.mappings()]


def fetched(claimed: Claimed, client: httpx.Client) -> Outcome | None:
    """Ask, fetch, draw small, store; None: as far as anybody knows it is as it was. No transaction is open meanwhile.

    The address that was told is tried once: it ends, and then the provider is asked for a new one.
    """
    line = channels.line(claimed.channel_id)
    if line.adapter.picture is None:
        return None
    try:
        url = claimed.told if claimed.attempts == 1 else ""
        source = line.adapter.picture(line.account, client, claimed.address, url)
        if source is None:
            return Outcome()
        with tempfile.TemporaryDirectory(prefix="roms-face-") as name:
            raw, face = Path(name) / "raw", Path(name) / "face"
            wanted = download.Wanted(source.url, source.headers, source.hosts, MOST, SECONDS)
            with raw.open("xb") as file:
                download.fetch(wanted, file, lambda: None)
            return _stored(claimed, face) if pictures.face(raw, face) else None
    except (Permanent, pictures.TooManyPixels, pictures.Damaged) as error:
        log.info("the picture of contact %s is not taken: %s", claimed.contact_id, type(error).__name__)
        return None
    except (SendFailed, download.NotFetched, NoSpace, Unreachable) as error:
        log.info("the picture of contact %s did not come: %s", claimed.contact_id, type(error).__name__)
        return Outcome(again=True)


def _stored(claimed: Claimed, face: Path) -> Outcome | None:
    digest = preparing.digest(face)
    if digest == claimed.digest:
        return None
    key = hashlib.sha256(f"face {claimed.contact_id} {digest} {claimed.lease}".encode()).hexdigest()
    if not announce(claimed, key):
        return None
    storage_here().put(key, face)
    return Outcome(digest, key)


@transaction()
def announce(claimed: Claimed, key: str) -> bool:
    """Say what we are about to store; False when it is not ours any more."""
    row = _mine(claimed)
    if row is None:
        return False
    row.loose, row.lease_until = f"{row.loose} {key}".strip(), clock.now() + LEASE
    return True


def _row(contact_id: int) -> ContactPicture | None:
    """Locked, as it is now."""
    found = select(ContactPicture).filter_by(contact_id=contact_id).with_for_update()
    return db.session.scalars(found.execution_options(populate_existing=True)).one_or_none()


def _mine(claimed: Claimed) -> ContactPicture | None:
    row = _row(claimed.contact_id)
    if row is None or row.lease != claimed.lease or row.lease_until is None or row.lease_until < clock.now():
        return None  # what was stored too late is thrown away
    return row


@transaction()
def record(claimed: Claimed, outcome: Outcome | None) -> None:
    """Have the contact show it, wherever it is looked at."""
    at = clock.now()
    ids = set(db.session.scalars(select(Conversation.id).filter_by(contact_id=claimed.contact_id)))
    locked = Conversation.all_locked(ids).values() if ids else ()
    scenes = [scene_of(each, channels.line(each.channel_id), at) for each in locked]
    mine = select(Contact).where(Contact.id == claimed.contact_id).with_for_update()
    contact = db.session.scalars(mine.execution_options(populate_existing=True)).one()
    row = _mine(claimed)
    if row is None:
        return
    row.lease, row.lease_until, row.looked_at, row.due_at = None, None, at, None
    if outcome is not None and outcome.again and row.attempts <= len(PAUSES):
        row.due_at = at + PAUSES[row.attempts - 1]
    if outcome is None or outcome.again or contact.merged_into is not None or contact.picture == outcome.key:
        return
    row.loose, row.digest = f"{row.loose} {contact.picture}".strip(), outcome.digest
    contact.picture, contact.changed_at = outcome.key, at
    db.session.flush()
    here = [scene for scene in scenes if scene.conversation.contact_id == contact.id]
    for scene in here:
        scene.next_seq()
    finish(*here)


def tidy() -> None:
    """Throw away what no contact shows any more; what the storage refuses is tried again."""
    found = select(ContactPicture.contact_id, ContactPicture.loose).where(*_loose(clock.now()))
    for row in db.session.execute(found.limit(AT_ONCE)).all():
        keys = row.loose.split()
        kept = set(db.session.scalars(select(Contact.picture).where(Contact.picture.in_(keys))))
        db.session.rollback()
        try:
            for key in set(keys) - kept:
                storage_here().delete(key)
        except Unreachable as error:
            log.warning("a picture could not be thrown away yet: %s", error)
            continue
        _settle(row.contact_id, keys)


@transaction()
def _settle(contact_id: int, keys: Sequence[str]) -> None:
    """Those are gone, or shown by somebody, who will note them anew when he shows another."""
    row = _row(contact_id)
    assert row is not None
    row.loose = " ".join(key for key in row.loose.split() if key not in keys)
