"""The file that a message carries, loaded when it is sent: outside of any transaction, by the thread that sends it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import quote

from roms.channels.base import Parcel
from roms.channels.failures import Permanent, Transient
from roms.db import db
from roms.errors import NotFound
from roms.models import FileState
from roms.services import channels, files, links, media
from roms.services.channels import Line
from roms.services.stored import storage_here
from roms.storage import Gone, Unreachable


def carries(parcel: Parcel) -> bool:
    """Is there a file of ours to load?"""
    return bool(_hash(parcel) or _file(parcel))


def loaded(line: Line, parcel: Parcel) -> Parcel:
    """With its bytes or, where the provider fetches them itself, their address. Raises Permanent and Transient."""
    try:
        return _released(line, parcel) if _hash(parcel) else _uploaded(line, parcel)
    except (NotFound, Gone) as error:
        raise Permanent("The file of this message is not there any more.", "file_gone") from error
    except Unreachable as error:
        raise Transient(f"The storage of files does not work: {error}", "storage") from error
    finally:
        db.session.rollback()


def _released(line: Line, parcel: Parcel) -> Parcel:
    """A file of the flows, which everybody may see."""
    hash_ = _hash(parcel)
    if line.abilities.needs_links:
        name = quote(str(_named(parcel).get("name", "file")), safe="")
        return replace(parcel, link=f"{channels.config().public_url}/media/{hash_}/{name}")
    return replace(parcel, data=media.found(hash_)[1])


def _uploaded(line: Line, parcel: Parcel) -> Parcel:
    row = files.by_id(_file(parcel))
    if row["state"] != FileState.READY:
        raise Gone
    if line.abilities.needs_links:
        opens = links.Pass(row["public_id"], row["conversation_id"])
        return replace(parcel, link=channels.config().public_url + links.signed(opens, row["name"]))
    db.session.rollback()  # reading may take a while, and nobody's view of the database waits for it
    with storage_here().open(row["hash"]) as file:
        return replace(parcel, data=file.read())


def _content(parcel: Parcel) -> Mapping[str, Any]:
    content = parcel.payload.get("content") if parcel.kind != "text" else None
    return content if isinstance(content, Mapping) else {}


def _hash(parcel: Parcel) -> str:
    return str(_named(parcel).get("hash") or "")


def _file(parcel: Parcel) -> str:
    return str(_named(parcel).get("file") or "")


def _named(parcel: Parcel) -> Mapping[str, Any]:
    """What names the file: the content itself, or a template's header."""
    parameters = _content(parcel).get("parameters")
    header = parameters.get("header") if isinstance(parameters, Mapping) else None
    return header if isinstance(header, Mapping) and header else _content(parcel)
