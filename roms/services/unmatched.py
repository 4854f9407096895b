"""What contacts wrote that no trigger and no answer took: grouped by likeness, the most frequent first."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from rapidfuzz import fuzz, process
from sqlalchemy import select, update

from roms import clock
from roms.db import db, table
from roms.engine.slang import standard
from roms.engine.types import JSON
from roms.engine.words import words_of
from roms.errors import Invalid, NotAllowed
from roms.models import Contact, Conversation, Message, Sender
from roms.services import frames
from roms.services.actors import Actor
from roms.services.shown import cut

ALIKE = 85  # of 100, by the words in order of the alphabet: `brp ongkir ke bandung` and `ongkir ke bandung brp ya`
MOST = 20_000  # messages looked at, the newest
MOST_GROUPS = 2_000  # what is rarer than these is not compared with them any more
MOST_OTHERS = 4  # other wordings that are shown
MOST_SHOWN = 100  # groups on the page
MOST_CONVERSATIONS = 20  # of a group on the page, the newest
COURTESIES = frozenset(
    "kak kakak min gan sis bang mas mbak pak bu ya yah dong deh sih nih kok halo hai please pls".split()
)
WINDOWS = {"24h": timedelta(days=1), "7d": timedelta(days=7), "30d": timedelta(days=30)}


@dataclass(frozen=True, slots=True)
class Group:
    """Messages that say about the same, the newest first; `example` is how most of them put it."""

    example: str
    others: tuple[str, ...]
    heard: tuple[Any, ...]  # rows: text, at, step, known, cid, contact, name, phone

    @property
    def count(self) -> int:
        return len(self.heard)

    @property
    def last(self) -> datetime:
        at: datetime = self.heard[0].at
        return at

    @property
    def contacts(self) -> int:
        """How many different people wrote it."""
        return len({row.contact for row in self.heard})

    @property
    def steps(self) -> list[tuple[str | None, int]]:
        """The questions that waited, the most frequent first: "" where none did, None where nobody knows any more."""
        return Counter(row.step or "" if row.known else None for row in self.heard).most_common()


def mark(conversation: int, count: int) -> None:
    """The contact's latest messages, so many of them: what they came to was taken by nothing."""
    theirs = select(Message.id).where(Message.conversation_id == conversation, Message.sender == Sender.CONTACT)
    latest = theirs.order_by(Message.seq.desc()).limit(count)
    db.session.execute(update(table(Message)).where(Message.id.in_(latest)).values(unmatched=True))


def groups(ago: timedelta) -> list[Group]:
    """Everything of this time that was not understood."""
    recent = (
        select(
            Message.text,
            Message.created_at.label("at"),
            Message.before["state"]["place"].as_string().label("step"),
            Message.before.is_not(None).label("known"),
            Conversation.public_id.label("cid"),
            Conversation.contact_id.label("contact"),
            Contact.name,
            Contact.phone,
        )
        .join(Conversation, Conversation.id == Message.conversation_id)
        .join(Contact, Contact.id == Conversation.contact_id)
        .where(Message.unmatched, Message.created_at >= clock.now() - ago)
        .order_by(Message.created_at.desc(), Message.id.desc())
        .limit(MOST)
    )
    rows = list(db.session.execute(recent))
    return [_group([rows[number] for number in numbers]) for numbers in alike([row.text for row in rows])]


def _group(rows: list[Any]) -> Group:
    ways = [way for way, _ in Counter(row.text.strip() for row in rows).most_common(MOST_OTHERS + 1)]
    return Group(ways[0], tuple(ways[1:]), tuple(rows))


def alike(texts: list[str]) -> list[list[int]]:
    """Which of the texts belong together, by their numbers, the largest group first.

    Equal words first; then each wording joins the most frequent one that it is like.
    """
    written: dict[str, list[int]] = {}
    for number, text in enumerate(texts):
        written.setdefault(_meant(text), []).append(number)
    found: dict[str, list[int]] = {}
    for words, numbers in sorted(written.items(), key=lambda item: (-len(item[1]), item[0])):
        near = process.extractOne(words, found.keys(), scorer=fuzz.ratio, score_cutoff=ALIKE)
        if near is not None:
            found[near[0]] += numbers
        elif len(found) < MOST_GROUPS:
            found[words] = list(numbers)
    return sorted((sorted(numbers) for numbers in found.values()), key=lambda numbers: (-len(numbers), numbers[0]))


def _meant(text: str) -> str:
    """What is compared: words as they are spelled out, in order of the alphabet, without courtesies."""
    words = [standard(word) for word in words_of(text)]
    return " ".join(sorted(word for word in words if word not in COURTESIES) or sorted(words)) or text.strip()


def page(actor: Actor, since: str) -> JSON:
    """The groups of a window as the inbox shows them. Raises NotAllowed for everybody but admins, and Invalid."""
    if not actor.is_admin:
        raise NotAllowed("what was not understood is for admins")
    if since not in WINDOWS:
        raise Invalid(f"there is no window {since!r}; there are: {', '.join(WINDOWS)}", field="since")
    found = groups(WINDOWS[since])
    return {
        "since": since,
        "messages": sum(group.count for group in found),
        "groups": len(found),
        "most": MOST,
        "items": [_shown(group) for group in found[:MOST_SHOWN]],
    }


def _shown(group: Group) -> JSON:
    latest: dict[str, Any] = {}
    for row in group.heard:
        latest.setdefault(row.cid, row)
    return {
        "example": cut(group.example),
        "others": [cut(way) for way in group.others],
        "count": group.count,
        "contacts": group.contacts,
        "last": frames.moment(group.last),
        "steps": [{"step": step, "count": count} for step, count in group.steps],
        "threads": len(latest),
        "conversations": [_conversation(row) for row in list(latest.values())[:MOST_CONVERSATIONS]],
    }


def _conversation(row: Any) -> JSON:
    return {
        "id": row.cid,
        "name": row.name,
        "phone_text": frames.phone_text(row.phone),
        "text": cut(row.text),
        "at": frames.moment(row.at),
    }
