"""Files in a folder: two levels of folders so that none grows too large, each file written beside its place first."""

from __future__ import annotations

import errno
import os
import re
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from roms.storage.failures import Gone, NoSpace, Unreachable

KEY = re.compile(r"[0-9a-f]{64}")
FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


class Folder:
    """A storage that is a folder of a local or shared disk."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def put(self, key: str, source: Path) -> None:
        """Written elsewhere, brought to the disk, and then put in its place: nobody ever reads half of it."""
        place = self._place(key)
        draft = place.with_name(f".{secrets.token_hex(8)}.part")
        with _told():
            place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            try:
                _copy(source, draft)
                draft.replace(place)
                _settle(place.parent)
            finally:
                draft.unlink(missing_ok=True)

    def open(self, key: str) -> BinaryIO:
        with _told():
            return self._place(key).open("rb")

    def exists(self, key: str) -> bool:
        return self._place(key).is_file()

    def delete(self, key: str) -> None:
        with _told():
            self._place(key).unlink(missing_ok=True)

    def _place(self, key: str) -> Path:
        """Keys are ours alone; whatever else comes here never becomes a path."""
        if not KEY.fullmatch(key):
            raise Gone("that is no key")
        return self._root / key[:2] / key[2:4] / key


def _copy(source: Path, draft: Path) -> None:
    with source.open("rb") as content, draft.open("xb") as file:
        shutil.copyfileobj(content, file, 1 << 20)
        file.flush()
        os.fsync(file.fileno())


def _settle(folder: Path) -> None:
    """Have the file's name survive a power cut, too."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def _told() -> Iterator[None]:
    """The system's errors in the words of this package."""
    try:
        yield
    except FileNotFoundError as error:
        raise Gone("the file is not in the storage") from error
    except OSError as error:
        kind = NoSpace if error.errno in FULL else Unreachable
        raise kind(f"the folder of the files: {error.strerror}") from error
