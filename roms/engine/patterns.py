"""Patterns by RE2: whatever an author writes and a contact sends, a match takes linear time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import re2

MOST_MEMORY = 8 << 20


class PatternError(ValueError):
    """RE2 does not take this pattern; the text says why."""


def options() -> Any:
    """Bounded memory, and no lines on standard error."""
    chosen = re2.Options()
    chosen.max_mem = MOST_MEMORY
    chosen.log_errors = False
    return chosen


def compiled(pattern: str, *, any_case: bool = False) -> Any:
    """The pattern, ready to `search`. Raises PatternError."""
    chosen = options()
    chosen.case_sensitive = not any_case
    try:
        return re2.compile(pattern, chosen)
    except re2.error as problem:
        raise PatternError(_reason(problem)) from None


def occurs(pattern: Any, text: str) -> bool:
    """Whether it is found at all: in bytes, where RE2 need not tell at which letter."""
    return pattern.search(text.encode()) is not None


def _reason(problem: Exception) -> str:
    what = problem.args[0] if problem.args else problem
    return what.decode("utf-8", "replace") if isinstance(what, bytes) else str(what)


class PatternSet:
    """Many patterns searched at once, in one walk over the text."""

    __slots__ = ("_set",)

    def __init__(self, patterns: Sequence[str]) -> None:
        chosen = options()
        chosen.case_sensitive = False
        self._set = re2.Set.SearchSet(chosen) if patterns else None
        if self._set is not None:
            for pattern in patterns:
                self._set.Add(pattern)
            self._set.Compile()

    def matching(self, text: str) -> list[int]:
        """The numbers of the patterns that occur in the text, in order."""
        return sorted(self._set.Match(text) or ()) if self._set is not None else []
