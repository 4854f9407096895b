"""Media files of releases: kept once by their content's hash, for as long as any release may be looked at."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite

from roms.db import db, table
from roms.engine.media import Files, Media, looked_at
from roms.errors import NotFound
from roms.models import MediaFile


def keep(files: Files) -> dict[str, str]:
    """Store what is not stored yet, within the caller's transaction; the hash of each file by its name."""
    named: dict[str, str] = {}
    for name, data in files.items():
        if isinstance(data, str):
            continue
        file = looked_at(data)
        named[name] = file.hash
        if isinstance(data, bytes):
            _store(file, data)
    return named


def _store(file: Media, data: bytes) -> None:
    insert = postgresql.insert if db.engine.dialect.name == "postgresql" else sqlite.insert
    row = {name: getattr(file, name) for name in ("hash", "type", "size", "width", "height")}
    db.session.execute(insert(table(MediaFile)).values(row | {"data": data}).on_conflict_do_nothing())


def described(named: Mapping[str, str]) -> dict[str, Media]:
    """What is known of each of these files, by name, without reading them."""
    columns = (MediaFile.hash, MediaFile.type, MediaFile.size, MediaFile.width, MediaFile.height)
    wanted = select(*columns).where(MediaFile.hash.in_(set(named.values())))
    known = {row.hash: Media(*row) for row in db.session.execute(wanted)} if named else {}
    return {name: known[hash_] for name, hash_ in named.items() if hash_ in known}


def data_of(hashes: Iterable[str]) -> dict[str, bytes]:
    """The bytes of these files, each once."""
    wanted = set(hashes)
    if not wanted:
        return {}
    rows = db.session.execute(select(MediaFile.hash, MediaFile.data).where(MediaFile.hash.in_(wanted)))
    return {row.hash: row.data for row in rows}


def found(hash_: str) -> tuple[str, bytes]:
    """Type and bytes of one file. Raises NotFound."""
    row = db.session.execute(select(MediaFile.type, MediaFile.data).where(MediaFile.hash == hash_)).one_or_none()
    if row is None:
        raise NotFound
    return row.type, row.data
