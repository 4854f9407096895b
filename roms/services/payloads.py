"""What a message that came in is besides its words, as its row keeps it: what it quotes, who wrote it, which file."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Any

from sqlalchemy import insert, select

from roms.channels.items import Incoming
from roms.channels.reading import printable
from roms.db import db, table
from roms.engine.types import JSON
from roms.models import Direction, FileState, Message, RawItem
from roms.services import redaction
from roms.services.scene import Row, Scene

QUOTED = 200  # characters of a quoted message
LONGEST_NAME = 255
NOT_KEPT = ("client_id",)  # has a column of its own


def of(scene: Scene, incoming: Incoming) -> JSON | None:
    """The payload of its row; None for mere words."""
    found: JSON = {name: value for name, value in incoming.extra.items() if name not in NOT_KEPT}
    if incoming.payload:
        found["tapped"] = incoming.payload
    quoted = found.get("quoted")
    if isinstance(quoted, Mapping) and quoted.get("id"):
        found["quoted"] = {**quoted, **_quoted(scene, str(quoted["id"]))}
    if incoming.is_group and not incoming.from_business:
        found["author"] = _author(incoming)
    if isinstance(found.get("media"), Mapping):
        found["media"] = {**found["media"], "file": secrets.token_hex(16)}
    return found or None


def _quoted(scene: Scene, provider_id: str) -> JSON:
    """What stands in our thread for the message that this one answers; nothing where we do not have it."""
    columns = table(Message).c
    found = (
        select(columns.seq, columns.text, columns.sender)
        .where(columns.channel_id == scene.line.id, columns.provider_id == provider_id)
        .where(columns.direction.in_([Direction.IN, Direction.OUT]))
        .where(columns.conversation_id == scene.conversation.id)
    )
    row = db.session.execute(found.limit(1)).one_or_none()
    return {} if row is None else {"seq": row.seq, "text": row.text[:QUOTED], "sender": row.sender.value}


def _author(incoming: Incoming) -> JSON:
    """Who wrote in a group: there the contact is the group."""
    phone = next((each.value for each in incoming.author if each.kind == "phone"), None)
    return {"name": incoming.name[:200], **({"phone": phone} if phone else {})}


def keep(scene: Scene, row: Row, incoming: Incoming) -> None:
    """Have the file of this new message fetched, and keep what nobody understood for a while."""
    media = (row["payload"] or {}).get("media")
    if isinstance(media, Mapping):
        scene.files.append(_attachment(scene, row, media))
    if incoming.raw is not None:
        body = redaction.without_people(incoming.raw)
        where = {"channel_id": scene.line.id, "conversation_id": scene.conversation.id, "seq": row["seq"]}
        db.session.execute(insert(table(RawItem)).values(**where, body=body, at=scene.at))


def _attachment(scene: Scene, row: Row, media: Mapping[str, Any]) -> Row:
    return {
        "public_id": media["file"],
        "channel_id": scene.line.id,
        "conversation_id": scene.conversation.id,
        "seq": row["seq"],
        "kind": row["kind"],
        "name": printable(str(media.get("name") or ""))[:LONGEST_NAME],
        "ref": {name: value for name, value in media.items() if name != "file"},
        "state": FileState.WAITING,
        "due_at": scene.at,
        "created_at": scene.at,
    }
