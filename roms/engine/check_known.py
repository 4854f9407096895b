"""What flows name and people make: teams must be there, labels come into being when they are first put on."""

from __future__ import annotations

from roms.engine import teams
from roms.engine.book import Book


def check(book: Book) -> None:
    """Nothing where nobody said what there is: the files alone are sound then."""
    known = book.known
    if known is None:
        return
    for word, spot in book.teams:
        if word not in known.teams:
            book.add(spot, "unknown-team", word=word, known=known.teams)
    seen: set[str] = set()
    for word, spot in book.labels:
        if word not in known.labels and word not in seen:
            seen.add(word)
            book.warn(spot, "unknown-label", word=word, known=known.labels)


def named(book: Book) -> frozenset[str]:
    """The teams that the files speak of, as they speak of them."""
    handed = {word for word, _ in book.teams}
    spelled = {teams.spelled(word) for word in handed}
    asked = {read.name.split(".")[1] for read in book.reads if read.name.startswith("teams.")}
    return frozenset(handed | (asked - spelled))
