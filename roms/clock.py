"""The only reader of the time."""

from __future__ import annotations

import mmap
import os
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

VARIABLE = "ROMS_CLOCK_SHIFT"
WIDTH = 24  # bytes of the file


def _real() -> datetime:
    """The present moment, aware, in UTC."""
    return datetime.now(UTC)


def _shifted(path: str) -> Callable[[], datetime]:
    """A clock that is wrong by as many seconds as stand in this file, which may change while we run."""
    with Path(path).open("rb") as file:
        seconds = mmap.mmap(file.fileno(), WIDTH, access=mmap.ACCESS_READ)
    return lambda: datetime.now(UTC) + timedelta(seconds=float(seconds[:WIDTH]))


def set_shift(path: Path, seconds: float) -> None:
    """Write such a file, in one piece."""
    text = f"{seconds:>{WIDTH}.3f}".encode()
    if not path.exists():
        path.write_bytes(text)
    with path.open("r+b") as file, mmap.mmap(file.fileno(), WIDTH) as shared:
        shared[:WIDTH] = text


# The present moment; tests replace this. Only `./dev chaos` sets the variable.
now: Callable[[], datetime] = _shifted(wrong) if (wrong := os.environ.get(VARIABLE, "")) else _real
