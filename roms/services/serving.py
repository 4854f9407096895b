"""Files on their way to somebody's eyes: who may see them, and where their bytes are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, BinaryIO

from roms.db import db
from roms.errors import NotFound, NotReady
from roms.models import FileState
from roms.services import files, links
from roms.services.actors import Actor
from roms.services.stored import storage_here
from roms.storage import Gone, Unreachable


@dataclass(frozen=True, slots=True)
class File:
    """What may be shown: `key` is where it stands in the storage."""

    key: str
    type: str
    name: str


def for_actor(actor: Actor, public_id: str, thumb: bool = False) -> File:
    """Raises NotFound, also for what is not this person's to see."""
    return _file(files.seen_by(actor, public_id), thumb)


def for_pass(token: str) -> File:
    """For whoever holds a signed address. Raises NotFound."""
    opens = links.opened(token)
    row = files.by_id(opens.public_id)
    if row["conversation_id"] != opens.conversation_id:
        raise NotFound("there is no such file")
    return _file(row, opens.is_thumb)


def content(file: File) -> tuple[BinaryIO, int]:
    """The bytes and how many there are; no transaction stays open. Raises NotFound, NotReady."""
    db.session.rollback()
    try:
        opened = storage_here().open(file.key)
        size = opened.seek(0, 2)
        opened.seek(0)
    except Gone as error:
        raise NotFound("this file is not stored any more") from error
    except Unreachable as error:
        raise NotReady("the storage of files does not answer") from error
    return opened, size


def _file(row: Mapping[str, Any], thumb: bool) -> File:
    if row["state"] != FileState.READY or (thumb and not row["thumb"]):
        raise NotFound("there is no such file")
    if thumb:
        return File(row["thumb"], "image/webp", "thumb.webp")
    return File(row["hash"], row["type"], row["name"])
