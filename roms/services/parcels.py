"""What the adapter is handed of a message that waits: only what its channel can show, and with its file."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from sqlalchemy import select

from roms.channels.base import Abilities, Parcel
from roms.channels.failures import Permanent
from roms.db import db
from roms.models import Attachment
from roms.services import channels, media
from roms.services.abilities import shows_choices
from roms.services.channels import Line

Payload = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Made:
    """A parcel, and the hash of what the storage has of it: that is read when no transaction is open."""

    parcel: Parcel
    file: str = ""


def made(line: Line, rows: Iterable[Any], addresses: Mapping[int, str]) -> list[Made]:
    """One for each row (id, conversation_id, kind, text, payload), in their order; files of flows are in it already."""
    rows = list(rows)
    own = _attachments(filter(None, (_file(row.payload).get("file") for row in rows)))
    data = media.data_of(filter(None, (_file(row.payload).get("hash", "") for row in rows)))
    found = []
    for row in rows:
        file = _file(row.payload)
        kind, payload = _shown(line.abilities, row.kind, row.payload or {})
        link = _link(file) if line.abilities.needs_links else ""
        quotes = str((payload.get("quoted") or {}).get("id", ""))
        address, bytes_ = addresses[row.conversation_id], data.get(file.get("hash", ""))
        parcel = Parcel(row.id, address, row.text, kind, payload, bytes_, link, quotes)
        found.append(Made(parcel, own.get(file.get("file", ""), "")))
    return found


def read(hash_: str) -> bytes:
    """The bytes that the storage has under this hash. Raises Permanent when they are not there any more."""
    found = media.data_of([hash_]).get(hash_)
    if found is None:
        raise Permanent("The file of this message is not stored any more.", "file_gone")
    return found


def _shown(abilities: Abilities, kind: str, payload: Payload) -> tuple[str, Payload]:
    """As plain text what the channel shows no better: a template where there are none, choices that are no buttons."""
    if kind == "template" and not abilities.templates:
        return "text", {}
    if kind == "buttons":
        kind = "text"
    options = payload.get("options") or []
    if options and not shows_choices(abilities, str(payload.get("prompt", "")), options):
        payload = {name: value for name, value in payload.items() if name not in ("prompt", "options")}
    return kind, payload


def _file(payload: Payload | None) -> Payload:
    """The part of a message that names a file: its content, or the header of a template."""
    content = (payload or {}).get("content") or {}
    parameters = content.get("parameters")
    header = parameters.get("header") if isinstance(parameters, Mapping) else None
    return header or content


def _attachments(public_ids: Iterable[str]) -> dict[str, str]:
    """The hash of each of these files."""
    wanted = set(public_ids)
    if not wanted:
        return {}
    columns = (Attachment.public_id, Attachment.hash)
    found = db.session.execute(select(*columns).where(Attachment.public_id.in_(wanted)))
    return {row.public_id: row.hash for row in found}


def _link(file: Payload) -> str:
    """Where a provider that fetches for itself finds the file of a flow, which is open to all."""
    if hash_ := file.get("hash"):
        return f"{channels.config().public_url}/media/{hash_}/{quote(str(file.get('name', 'file')), safe='')}"
    return ""
