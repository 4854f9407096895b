"""What contacts wrote that no trigger and no answer took: grouped by likeness, the most frequent first."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta

from rapidfuzz import fuzz, process
from sqlalchemy import select, update

from roms import clock
from roms.db import db, table
from roms.engine.words import words_of
from roms.models import Message, Sender

ALIKE = 85  # of 100, by rapidfuzz's token_sort_ratio: `brp ongkir ke bandung` and `ongkir ke bandung brp ya`
MOST = 20_000  # messages looked at, the newest
MOST_GROUPS = 2_000  # what is rarer than these is not compared with them any more


@dataclass(slots=True)
class Group:
    """Messages that say about the same; `example` is how most of them put it."""

    example: str
    count: int = 0
    others: list[str] = field(default_factory=list)  # up to four other ways of putting it


def mark(conversation: int, count: int) -> None:
    """The contact's latest messages, so many of them: what they came to was taken by nothing."""
    theirs = select(Message.id).where(Message.conversation_id == conversation, Message.sender == Sender.CONTACT)
    latest = theirs.order_by(Message.seq.desc()).limit(count)
    db.session.execute(update(table(Message)).where(Message.id.in_(latest)).values(unmatched=True))


def groups(ago: timedelta) -> list[Group]:
    """Everything of this time that was not understood."""
    recent = select(Message.text).where(Message.unmatched, Message.created_at >= clock.now() - ago)
    return alike(list(db.session.scalars(recent.order_by(Message.created_at.desc()).limit(MOST))))


def alike(texts: list[str]) -> list[Group]:
    """Equal words first; then each wording joins the most frequent one that it is like."""
    written: dict[str, Counter[str]] = {}
    for text in texts:
        written.setdefault(" ".join(words_of(text)) or text.strip(), Counter())[text.strip()] += 1
    found: dict[str, Group] = {}
    for words, ways in sorted(written.items(), key=lambda item: (-item[1].total(), item[0])):
        near = process.extractOne(words, found.keys(), scorer=fuzz.token_sort_ratio, score_cutoff=ALIKE)
        if near is None and len(found) < MOST_GROUPS:
            found[words] = Group(ways.most_common(1)[0][0])
            near = (words, 100, 0)
        if near is not None:
            group = found[near[0]]
            group.count += ways.total()
            group.others += [way for way in ways if way != group.example][: 4 - len(group.others)]
    return sorted(found.values(), key=lambda group: -group.count)
