"""One file to make mistakes in, and what a mistake is."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass

from bench.mutation.twigs import Twig, grown


@dataclass(frozen=True, slots=True)
class Mutant:
    """A file with one mistake in it."""

    kind: str
    file: str
    line: int
    where: str  # the path of what was changed, e.g. steps.choose.menu.options.0.go
    what: str  # the change in a few words
    text: str


@dataclass(frozen=True, slots=True)
class Sheet:
    """A file of a folder as its author wrote it."""

    file: str
    text: str
    root: Twig

    @classmethod
    def of(cls, file: str, text: str) -> Sheet:
        return cls(file, text, grown(text))

    def named(self, *names: str) -> Iterator[Twig]:
        """Every value with one of these keys."""
        return (twig for twig in self.root.walk() if twig.name in names)

    def chance(self, twig: Twig) -> random.Random:
        """The same for the same place in every run, whatever else changes."""
        return random.Random(f"{self.file} {twig.where}")

    def mutant(self, kind: str, twig: Twig, what: str, text: str | None) -> Iterator[Mutant]:
        """None, where the change cannot be made or changes nothing."""
        if text is not None and text != self.text:
            yield Mutant(kind, self.file, twig.line, twig.where, what, text)
