"""Words that two want: of which one would never hear them."""

from __future__ import annotations

from roms.engine.book import Book, Said
from roms.engine.flow import Ask, Choice, Person
from roms.engine.words import folded, words_of

Phrase = tuple[str, ...]


def check(book: Book, person: Person | None) -> None:
    _triggers(book)
    _labels(book)
    if person is not None:
        _people(book, person)
    _interrupted(book)


def _triggers(book: Book) -> None:
    """Of two triggers that want the same unconditionally, the one that comes later never gets it."""
    first: dict[tuple[str, Phrase], list[Said]] = {}
    for said in sorted(book.said, key=lambda each: -each.priority):
        if said.phrase and said.alone:
            before = first.setdefault((said.kind, said.phrase), [])
            winner = next(
                (each for each in before if each.covers(said) and (each.interrupt or not said.interrupt)), None
            )
            if winner:
                book.warn(said.spot, "keyword-twice", word=" ".join(said.phrase), other=winner.flow)
            before.append(said)


def _labels(book: Book) -> None:
    """Two choices that look the same."""
    for choices, spots in book.offered:
        seen: dict[str, Choice] = {}
        for choice, spot in zip(choices.all, spots, strict=True):
            for template in choice.label.templates:
                words = folded(template.source) or template.source
                if seen.setdefault(words, choice) is not choice:
                    book.warn(spot, "label-twice", word=template.source, other=seen[words].key)
                    break


def _people(book: Book, person: Person) -> None:
    """The words that reach a person come before every trigger, and before every choice but a menu's."""
    for said in book.said:
        if said.kind == "keywords" and len(said.phrase) == 1 and said.phrase[0] in person.words:
            book.warn(said.spot, "keyword-person", word=said.phrase[0])
    asks = {id(step.control.choices) for step in book.built.values() if isinstance(step.control, Ask)}
    for choices, spots in book.offered:
        if id(choices) in asks:
            for choice, spot in zip(choices.all, spots, strict=True):
                taken = person.words & {phrase for phrase, each in choices.by_phrase.items() if each is choice}
                if taken:
                    book.warn(spot, "option-person", word=min(taken))


def _interrupted(book: Book) -> None:
    """An interrupting keyword within the label or word of a choice takes the answer away from the question."""
    keywords: dict[str, list[Said]] = {}
    for said in book.said:
        if said.kind == "keywords" and said.interrupt and said.alone and said.phrase:
            keywords.setdefault(said.phrase[0], []).append(said)
    if not keywords:
        return
    for choices, spots in book.offered:
        for choice, spot in zip(choices.all, spots, strict=True):
            phrases = [words_of(phrase) for phrase, each in choices.by_phrase.items() if each is choice]
            takers = [taker for phrase in phrases if (taker := _taker(phrase, keywords))]
            for taker in takers[:1]:
                book.warn(spot, "option-interrupted", word=" ".join(taker.phrase), other=taker.flow)


def _taker(words: list[str], keywords: dict[str, list[Said]]) -> Said | None:
    for position, word in enumerate(words):
        for said in keywords.get(word, ()):
            if tuple(words[position : position + len(said.phrase)]) == said.phrase:
                return said
    return None
