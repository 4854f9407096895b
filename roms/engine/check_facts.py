"""What is known of the contact, the channel, the conversation and the hours is a closed set."""

from __future__ import annotations

from roms.engine.book import Book, Read
from roms.engine.scope import FACTS


def check(book: Book, read: Read) -> None:
    """A part that a fact does not have would be missing for ever."""
    root = read.name.partition(".")[0]
    known = [f"{root}.{part}" for part in FACTS[root]]
    if read.name not in known:
        book.add(read.spot, "unknown-fact", word=read.name, known=known, choices=", ".join(known))
