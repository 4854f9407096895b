"""What the processes write goes to files; what a person should see of it comes to the terminal."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

NOTEWORTHY = re.compile(r'\b(WARNING|ERROR|CRITICAL)\b|"level": ?"(warning|error|critical)"|^Traceback ', re.IGNORECASE)
NEEDLESS = "overcommit_memory"  # Redis's advice for servers, needless for someone trying ROMS
LARGEST = 5 * 1024 * 1024


def prepare(path: Path) -> None:
    """Begin a new file when the old one has grown large; one old one is kept."""
    if path.exists() and path.stat().st_size > LARGEST:
        path.rename(path.with_suffix(".old.log"))


def last_lines(path: Path, count: int = 10) -> list[str]:
    """The end of a log, for the person who must find out why a process died."""
    with path.open("rb") as log:
        log.seek(max(0, path.stat().st_size - 16384))
        return log.read().decode(errors="replace").splitlines()[-count:]


class Tail:
    """Follows one log from its present end; gives warnings, errors and whole tracebacks, or every line."""

    def __init__(self, path: Path, everything: bool = False) -> None:
        self._file = path.open("rb")
        self._file.seek(0, 2)
        self._everything = everything
        self._half = b""
        self._in_traceback = False

    def lines(self) -> Iterator[str]:
        """The noteworthy whole lines since the last call."""
        *whole, self._half = (self._half + self._file.read()).split(b"\n")
        for line in whole:
            text = line.decode(errors="replace")
            if self._shows(text):
                yield text

    def close(self) -> None:
        """Nobody looks any more."""
        self._file.close()

    def _shows(self, line: str) -> bool:
        """A traceback lasts until its first line that is not indented, which names the error and belongs to it."""
        if self._in_traceback:
            self._in_traceback = line.startswith(" ")
            return True
        self._in_traceback = line.startswith("Traceback ")
        return self._everything or (NEEDLESS not in line and bool(NOTEWORTHY.search(line)))
