"""Where the bytes of files stand, each under a key of 64 hexadecimal digits: a folder, or an S3-compatible server."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import BinaryIO, Protocol

from roms.storage.failures import Gone, NoSpace, Unreachable
from roms.storage.local import Folder

__all__ = ["Gone", "NoSpace", "Storage", "Unreachable", "opened"]


class Storage(Protocol):
    """All raise NoSpace or Unreachable; what is put is there as a whole or not at all."""

    def put(self, key: str, source: Path) -> None:
        """Keep the content of this file; one that is there already is written anew."""

    def open(self, key: str) -> BinaryIO:
        """The content, to be read from any place. Raises Gone."""

    def exists(self, key: str) -> bool:
        """Is it there?"""

    def delete(self, key: str) -> None:
        """Forget it; one that is not there is forgotten already."""


def opened(where: str, s3: Mapping[str, str]) -> Storage:
    """`where` is a folder, or `s3://bucket/prefix` with the endpoint, region, key and secret of `s3`."""
    if not where.startswith("s3://"):
        return Folder(Path(where))
    from roms.storage.s3 import Bucket  # half a second, and only who keeps files there needs it

    return Bucket(where, s3)
