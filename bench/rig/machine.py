"""What the machine is, and how much of it some processes have used (Linux: /proc)."""

from __future__ import annotations

import os
import platform
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

TICK = os.sysconf("SC_CLK_TCK")


def shape() -> str:
    """Cores, Python and system: enough to compare, no names."""
    return f"{os.cpu_count()} cores, Python {platform.python_version()}, {platform.system()}"


def cpu_seconds(roots: Iterable[int]) -> float:
    """User and system time of these processes and all below them, the ended ones that were waited for included."""
    return sum(_times(pid) for pid in _trees(roots)) / TICK


def parent_of(pid: int) -> int | None:
    """The parent, or None when there is no such process here."""
    fields = _stat(pid)
    return int(fields[1]) if fields else None


def memory_mb(roots: Iterable[int]) -> float:
    """Resident memory of these processes and all below them; shared pages count for each."""
    pages = 0
    for pid in _trees(roots):
        fields = _stat(pid)
        pages += int(fields[21]) if fields else 0
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def _trees(roots: Iterable[int]) -> set[int]:
    below = defaultdict(list)
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and (fields := _stat(int(entry.name))):
            below[int(fields[1])].append(int(entry.name))
    found: set[int] = set()
    waiting = list(roots)
    while waiting:
        pid = waiting.pop()
        if pid not in found:
            found.add(pid)
            waiting += below[pid]
    return found


def _times(pid: int) -> int:
    fields = _stat(pid)
    return sum(int(fields[place]) for place in (11, 12, 13, 14)) if fields else 0


def _stat(pid: int) -> list[str]:
    """The fields from `state` on (proc(5): the name before them may hold anything)."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return []
