"""What is known of the contact, the channel, the conversation, the hours and the teams is a closed set."""

from __future__ import annotations

from roms.engine import hours, teams
from roms.engine.book import Book, Read
from roms.engine.scope import FACTS


def check(book: Book, read: Read) -> None:
    """A part that a fact does not have would be missing for ever."""
    root = read.name.partition(".")[0]
    if root == "teams":
        return _team(book, read)
    known = [f"{root}.{part}" for part in FACTS[root]]
    if read.name not in known:
        book.add(read.spot, "unknown-fact", word=read.name, known=known, choices=", ".join(known))


def _team(book: Book, read: Read) -> None:
    """Which teams there are is known only where a database is; what can be asked of one always is."""
    _, _, rest = read.name.partition(".")
    team, _, part = rest.rpartition(".")
    if part not in hours.FACTS or not team or "." in team:
        known = [f"teams.{team or part or 'sales'}.{name}" for name in hours.FACTS]
        book.add(read.spot, "unknown-fact", word=read.name, known=known, choices=", ".join(known))
    else:
        unknown(book, read, team)


def unknown(book: Book, read: Read, team: str) -> None:
    if book.known is not None:
        names = {teams.spelled(key) for key in book.known.teams}
        if team not in names:
            book.add(read.spot, "unknown-team", word=team, known=names)
