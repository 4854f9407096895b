"""The file that goes with a saved reply: its bytes stand in the storage once, however often it is said."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, BinaryIO

from sqlalchemy import insert, select

from roms import clock
from roms.db import db, table, transaction
from roms.engine.types import JSON
from roms.errors import NotFound
from roms.models import Attachment, Conversation, FileState, SavedReply
from roms.services import access, contents, editors, files, preparing, saved, uploads
from roms.services.actors import Actor
from roms.services.preparing import Prepared
from roms.services.serving import File
from roms.storage import Unreachable

KEPT = ("hash", "thumb", "type", "size", "width", "height", "kind", "name")


def upload(actor: Actor, reply_id: int, content: BinaryIO, name: str) -> JSON:
    """Have this saved reply show the file. Raises NotFound, Invalid with the limit, NotReady."""
    editors.require(actor)
    saved.by_id(reply_id)
    db.session.rollback()  # nothing is open while the file is drawn anew
    with uploads.looked_at(content, name) as (ready, row):
        kept = {each: row[each] for each in KEPT}
        before = _put(actor, reply_id, kept)
        _store(actor, reply_id, ready, before)
    return saved.shown(saved.by_id(reply_id))


def remove(actor: Actor, reply_id: int) -> JSON:
    editors.require(actor)
    _put(actor, reply_id, None)
    return saved.shown(saved.by_id(reply_id))


def _store(actor: Actor, reply_id: int, ready: Prepared, before: JSON | None) -> None:
    try:
        preparing.put(ready)
    except BaseException:
        _put(actor, reply_id, before)
        raise


@transaction()
def _put(actor: Actor, reply_id: int, content: JSON | None) -> JSON | None:
    """What was there before. The row first, so that nobody throws the content away that we are about to store."""
    if content is not None and not files.is_free(content["hash"]):
        raise Unreachable("the same file is just being thrown away")
    row = saved.by_id(reply_id)
    before, row.content, row.changed_at = row.content, content, clock.now()
    if before is not None and before["hash"] != (content or {}).get("hash"):
        files.discard(before)
    return before


def shown(actor: Actor, reply_id: int) -> File:
    """For whoever may say it. Raises NotFound."""
    found = db.session.scalars(select(SavedReply).where(SavedReply.id == reply_id, saved.usable_by(actor)))
    row = found.one_or_none()
    if row is None or row.content is None:
        raise NotFound("there is no such file")
    return File(row.content["hash"], row.content["type"], row.content["name"])


@transaction()
def attach(actor: Actor, cid: str, reply_id: int) -> JSON:
    """Put the file into this conversation as if the agent had uploaded it; no byte is copied. Raises NotFound."""
    access.check(actor, cid)
    there = select(Conversation.id, Conversation.channel_id).where(Conversation.public_id == cid)
    place = db.session.execute(there).one()
    row = db.session.scalars(select(SavedReply).where(SavedReply.id == reply_id, saved.usable_by(actor))).one_or_none()
    if row is None or row.content is None:
        raise NotFound("there is no such file")
    made = attached(actor, place.id, place.channel_id, row.content)
    return contents.uploaded(made["kind"], uploads.content_of(made))


def attached(actor: Actor, conversation_id: int, channel_id: int, content: Mapping[str, Any]) -> dict[str, Any]:
    """The row of an upload that waits to be sent, within the caller's transaction."""
    row: dict[str, Any] = {each: content[each] for each in KEPT}
    row |= {"public_id": files.new_id(), "ref": None, "state": FileState.READY, "created_at": clock.now()}
    row |= {"conversation_id": conversation_id, "channel_id": channel_id, "user_id": actor.id}
    db.session.execute(insert(table(Attachment)).values(row))
    return row


def keeps(hash_: str) -> bool:
    """Whether a saved reply has a file of this content."""
    kept = db.session.scalars(select(SavedReply.content).where(SavedReply.content.is_not(None)))
    return any(content["hash"] == hash_ for content in kept if content)
