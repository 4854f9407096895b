"""Questions how it was: only where an agent has closed the chat, once, and with their comment behind them."""

from __future__ import annotations

from roms.engine.book import Book


def check(book: Book) -> None:
    first: dict[str, str] = {}
    for place, spot in book.rates:
        if place.flow not in book.afterwards:
            book.add(spot, "rate-place", word=place.flow)
        if (before := first.setdefault(place.flow, place.step)) != place.step:
            book.add(spot, "rate-twice", word=before)
    for place, spot in book.comments:
        if place.flow not in first:
            book.add(spot, "comment-place", word=place.flow)
