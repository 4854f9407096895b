"""Files that agents put into a conversation: looked at, made fit for its channel, and kept until they are sent."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any, BinaryIO

from sqlalchemy import delete, func, insert, select, update

from roms import clock
from roms.channels.base import Abilities
from roms.db import db, table, transaction
from roms.engine.media import MEGABYTE
from roms.engine.types import JSON
from roms.errors import Invalid, NotFound, NotReady, TooMany
from roms.models import Attachment, Conversation, FileState
from roms.services import access, channels, contents, filenames, files, filewords, pictures, preparing, sniffing
from roms.services.actors import Actor
from roms.services.files import Stored
from roms.services.preparing import Prepared
from roms.storage import Unreachable

Kinds = Mapping[str, tuple[tuple[str, ...], int]]

LARGEST = 100 * MEGABYTE
USUAL: Kinds = {  # where a channel names nothing of its own
    "image": (("image/jpeg", "image/png", "image/webp", "image/gif"), 5 * MEGABYTE),
    "video": (("video/mp4",), 16 * MEGABYTE),
    "audio": (("audio/mpeg", "audio/ogg"), 16 * MEGABYTE),
    "document": (("*/*",), LARGEST),
}
SOUND_ALONE = (".m4a", ".m4b")
MOST, WITHIN = 60, timedelta(minutes=10)  # uploads of one person


def upload(actor: Actor, cid: str, content: BinaryIO, name: str, voice: bool = False) -> JSON:
    """Keep a file for a message to come. Raises NotFound, Invalid with the limit, TooMany, NotReady."""
    conversation_id, channel_id = _place(actor, cid)
    kinds = kinds_of(channels.line(channel_id).abilities)
    db.session.rollback()  # nothing is open while the file is drawn anew
    with looked_at(content, name, kinds, voice) as (ready, row):
        row |= {"conversation_id": conversation_id, "channel_id": channel_id, "user_id": actor.id}
        _keep(row, ready)
    return contents.uploaded(row["kind"], content_of(row))


@contextmanager
def looked_at(
    content: BinaryIO, name: str, kinds: Kinds = USUAL, voice: bool = False
) -> Iterator[tuple[Prepared, dict[str, Any]]]:
    """The file made fit to be stored, and what is to be written down of it; what hinders storing it is told alike."""
    with tempfile.TemporaryDirectory(prefix="roms-file-") as folder:
        try:
            raw = Path(folder) / "raw"
            _received(content, raw)
            ready = _prepared(raw, Path(folder), name, kinds, voice)
            kind = _fitting(ready.stored, kinds)
            yield ready, _row(ready.stored, kind, name, voice or sniffing.is_voice(raw))
        except pictures.TooManyPixels as error:
            raise _refused("upload_too_many_pixels") from error
        except (Unreachable, OSError) as error:
            raise NotReady(f"the file could not be stored ({preparing.failure(error).code}); try again") from error


def kinds_of(abilities: Abilities) -> Kinds:
    return abilities.files or USUAL


def content_of(row: Mapping[str, Any]) -> JSON:
    """What the payload of the message will say of it."""
    facts = {"file": row["public_id"], "name": row["name"], "mime": row["type"], "size": row["size"]}
    facts |= {"width": row["width"], "height": row["height"]} if row["width"] else {}
    return facts | (row["ref"] or {})


@transaction()
def withdraw(actor: Actor, public_id: str) -> None:
    """Take an upload back before it is sent. Raises NotFound."""
    mine = select(Conversation.id).where(access.visible_to(actor))
    gone = update(table(Attachment)).where(*_own(actor, public_id), Attachment.conversation_id.in_(mine))
    gone = gone.values(state=FileState.REFUSED)
    if db.session.execute(gone.returning(Attachment.id)).first() is None:
        raise NotFound("there is no such upload")


def _own(actor: Actor, public_id: str) -> tuple[Any, ...]:
    if not files.ID.fullmatch(public_id):
        raise NotFound
    mine = Attachment.user_id == actor.id, Attachment.seq.is_(None)
    return Attachment.public_id == public_id, *mine, Attachment.state == FileState.READY


def _place(actor: Actor, cid: str) -> tuple[int, int]:
    found = select(Conversation.id, Conversation.channel_id).where(Conversation.public_id == cid)
    row = db.session.execute(found.where(access.visible_to(actor))).one_or_none()
    if row is None:
        raise NotFound("there is no such conversation")
    recent = select(func.count()).select_from(Attachment)
    recent = recent.where(Attachment.user_id == actor.id, Attachment.created_at > clock.now() - WITHIN)
    if (db.session.scalar(recent) or 0) >= MOST:
        raise TooMany("that was a lot of files; please wait a few minutes", retry_after=60)
    return row.id, row.channel_id


def _received(content: BinaryIO, raw: Path) -> None:
    left = LARGEST
    with raw.open("xb") as file:
        while chunk := content.read(1 << 20):
            left -= len(chunk)
            if left < 0:
                raise _refused("upload_too_large", most=LARGEST)
            file.write(chunk)
    if left == LARGEST:
        raise _refused("upload_empty")


def _prepared(raw: Path, folder: Path, name: str, kinds: Kinds, voice: bool) -> Prepared:
    """A recording of sound alone is told from a film by who recorded it or by its name: the container is the same."""
    may_be = kinds["image"][0] if "image" in kinds else ()
    ready = preparing.prepared(raw, folder, name, may_be)
    if (voice or name.lower().endswith(SOUND_ALONE)) and ready.stored.type == "video/mp4":
        return replace(ready, stored=replace(ready.stored, type="audio/mp4"))
    return ready


def _fitting(stored: Stored, kinds: Kinds) -> str:
    """The kind it goes as: what is too large for its own goes as a document where that may be. Raises Invalid."""
    first = stored.type.split("/")[0]
    possible = [
        kind
        for kind in ((first, "document") if first in ("image", "video", "audio") else ("document",))
        if kind in kinds and any(fnmatchcase(stored.type, each) for each in kinds[kind][0] or ("*",))
    ]
    for kind in possible:
        if stored.size <= kinds[kind][1]:
            return kind
    if possible:
        raise _refused("upload_too_large", most=max(kinds[kind][1] for kind in possible))
    raise _refused("upload_type", types=sorted({each for types, _ in kinds.values() for each in types}))


def _refused(code: str, **data: Any) -> Invalid:
    """With what the channel takes, and what to do, in both languages."""
    said = filewords.upload(code, **data)
    return Invalid(said["en"], field="file", reason=code, say=said, **data)


def _row(stored: Stored, kind: str, name: str, voice: bool) -> dict[str, Any]:
    kept = {each: getattr(stored, each) for each in Stored.__slots__}
    return kept | {
        "public_id": files.new_id(),
        "kind": kind,
        "name": filenames.safe(name, stored.type, kind),
        "ref": {"voice": True} if voice and kind == "audio" else None,
        "state": FileState.READY,
        "created_at": clock.now(),
    }


def _keep(row: Mapping[str, Any], ready: Prepared) -> None:
    """The row first, so that nobody throws the content away that we are about to store."""
    if not _announce(row):
        raise Unreachable("the same file is just being thrown away")
    try:
        preparing.put(ready)
    except BaseException:
        _take_back(str(row["public_id"]))
        raise


@transaction()
def _announce(row: Mapping[str, Any]) -> bool:
    if not files.is_free(str(row["hash"])):
        return False
    db.session.execute(insert(table(Attachment)).values(row))
    return True


@transaction()
def _take_back(public_id: str) -> None:
    db.session.execute(delete(Attachment).where(Attachment.public_id == public_id))
