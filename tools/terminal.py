"""What ./dev says to the person: one line a stage with the time it took, and plain errors."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import NoReturn


def say(text: str = "") -> None:
    """One line, at once, also when the output is a pipe."""
    print(text, flush=True)


def give_up(text: str) -> NoReturn:
    """End with a line a person can act on."""
    raise SystemExit(f"./dev: {text}")


def transient(text: str) -> None:
    """A line that the next one overwrites; a pipe or a log file gets none of these."""
    if sys.stdout.isatty():
        print(f"\r\033[K{text}", end="", flush=True)


def stage_line(name: str, text: str, seconds: float) -> None:
    """A finished stage."""
    transient("")
    say(f"  {name:<12} {text:<52} {seconds:5.1f} s")


@contextmanager
def stage(name: str, text: str) -> Iterator[None]:
    """Time what happens inside and say so when it has gone well."""
    begun = time.monotonic()
    transient(f"  {name:<12} …")
    yield
    stage_line(name, text, time.monotonic() - begun)


def table(rows: Sequence[Sequence[str]]) -> None:
    """Rows in columns, indented."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        say("    " + "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())
