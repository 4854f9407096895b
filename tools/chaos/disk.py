"""A small disk for the data of a chaos run, so that it can be full: really, where this user may mount one."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

MEGABYTES = 700
PIECE = 1 << 20


@dataclass(slots=True)
class Disk:
    """A folder; `real`: it is a disk of its own that ballast can fill."""

    folder: Path
    real: bool

    @contextmanager
    def full(self) -> Iterator[None]:
        """No byte more can be written for the time of this block."""
        ballast = self.folder / "ballast"
        try:
            with ballast.open("wb", buffering=0) as file:
                for size in (PIECE, 4096, 1):
                    _fill(file, b"x" * size)
                yield
        finally:
            ballast.unlink(missing_ok=True)


def _fill(file: object, piece: bytes) -> None:
    try:
        while file.write(piece):  # type: ignore[attr-defined]
            continue
    except OSError:
        return


@contextmanager
def small(folder: Path) -> Iterator[Disk]:
    """A disk in memory, else a plain folder that is never full."""
    folder.mkdir(parents=True)
    size = f"size={MEGABYTES}m"
    command = ["mount", "-t", "tmpfs", "-o", size, "roms-chaos", str(folder)]
    try:
        mounted = subprocess.run(command, capture_output=True, check=False).returncode == 0
    except OSError:
        mounted = False
    try:
        yield Disk(folder, mounted)
    finally:
        if mounted:
            subprocess.run(["umount", "-l", str(folder)], check=False)
