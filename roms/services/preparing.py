"""A file that came from somewhere, made into what we keep: told by its content, its pictures drawn anew."""

from __future__ import annotations

import errno
import hashlib
from dataclasses import dataclass
from pathlib import Path

from roms.channels import vcards
from roms.services import pictures, sniffing
from roms.services.files import Cards, NotStored, Stored
from roms.services.stored import storage_here
from roms.storage import NoSpace, Unreachable

FULL = (errno.ENOSPC, errno.EDQUOT)


@dataclass(frozen=True, slots=True)
class Prepared:
    """What is to be stored, still beside us."""

    path: Path
    thumb: Path | None
    stored: Stored


def prepared(raw: Path, folder: Path, name: str = "", may_be: tuple[str, ...] = ()) -> Prepared:
    """Look at a file and draw it anew where it is a picture. Raises pictures.TooManyPixels and OSError."""
    drawn, small = folder / "drawn", folder / "small"
    try:
        picture = pictures.made_safe(raw, drawn, small, may_be)
    except pictures.Damaged:
        return Prepared(raw, None, Stored(digest(raw), sniffing.UNKNOWN, raw.stat().st_size))
    if picture is None:
        with raw.open("rb") as file:
            head = file.read(sniffing.HEAD)
        type_, size = sniffing.type_of(head, name), raw.stat().st_size
        cards = tuple(vcards.contacts(head.decode(errors="replace"))) if type_ == sniffing.CARDS else ()
        return Prepared(raw, None, Cards(digest(raw), type_, size, contacts=cards))
    hash_ = digest(drawn)
    stored = Stored(hash_, picture.type, drawn.stat().st_size, picture.width, picture.height, thumb_of(hash_))
    return Prepared(drawn, small, stored)


def put(ready: Prepared) -> None:
    """Into the storage, under a hash that was announced. Raises NoSpace, Unreachable."""
    storage_here().put(ready.stored.hash, ready.path)
    if ready.thumb is not None:
        storage_here().put(ready.stored.thumb, ready.thumb)


def failure(error: Exception) -> NotStored:
    """What an error of preparing or storing means."""
    if isinstance(error, pictures.TooManyPixels):
        return NotStored("too_many_pixels", is_final=True)
    if isinstance(error, NoSpace) or (isinstance(error, OSError) and error.errno in FULL):
        return NotStored("no_space", str(error))
    return NotStored("storage" if isinstance(error, Unreachable) else "broke_us", f"{type(error).__name__}: {error}")


def digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def thumb_of(hash_: str) -> str:
    """The key of a picture's small one: it comes and goes with the picture itself."""
    return hashlib.sha256(f"small picture of {hash_}".encode()).hexdigest()
