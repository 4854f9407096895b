"""What a chaos run left behind: what the witness saw, the database, and the steps that the database noted itself."""

from __future__ import annotations

import json
import os
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from roms.app import create_app
from roms.config import Config
from tests.kit import invariants
from tests.kit import ledger as steps
from tools.chaos.world import World

Facts = dict[str, Any]
Key = tuple[str, str]  # contact and account


@dataclass(slots=True)
class Box:
    """What tests/kit/invariants.py asks of a box, out of the witness's diary."""

    accepted: list[Facts]
    phones: Phones


@dataclass(slots=True)
class Phones:
    """Likewise."""

    arrived: list[tuple[str, str]]


@dataclass(slots=True)
class Evidence:
    """Everything, found by what one looks for."""

    written: list[Facts]
    sent: list[Facts]
    lanes: Facts
    troubles: dict[str, int]
    facts: invariants.Facts
    threads: dict[Key, int] = field(default_factory=dict)  # conversations
    rows: dict[int, list[Any]] = field(default_factory=dict)  # messages of a conversation, in order
    inbound: dict[tuple[str, str], list[Any]] = field(default_factory=dict)  # by account and id
    said: dict[tuple[str, str, str], list[Facts]] = field(
        default_factory=dict
    )  # taken by the box: contact, account, text
    spooled: int = 0
    aside: int = 0

    def stored(self, account: str, id_: str) -> list[Any]:
        """The rows of a message that a contact wrote; some adapters keep the last part of the id only."""
        return self.inbound.get((account, id_)) or self.inbound.get((account, id_.rsplit("_", 1)[-1]), [])

    def takings(self, key: Key, text: str) -> list[Facts]:
        """When the box took this text for this contact."""
        return self.said.get((*key, text), [])

    def was_sent_again(self, row: Any) -> bool:
        """Whether a person had it tried again."""
        return any((line.was, line.now) in invariants.SENT_AGAIN for line in self.facts.steps.get(row.id, []))


def gathered(world: World, diary: Path) -> tuple[Evidence, list[str]]:
    """All of it, and the promises of tests/kit/invariants.py that do not hold."""
    seen = json.loads(diary.read_text())
    app = create_app(Config.from_environ({**world.environment, "DATABASE_URL": world.database.url}))
    with app.app_context():
        from roms.db import db
        from roms.services import arrivals

        with steps.believed(db.engine):
            facts = invariants.gathered()
        spool = arrivals.spool()
        evidence = Evidence(seen["written"], seen["sent"], seen["lanes"], seen["troubles"], facts)
        evidence.spooled, evidence.aside = spool.depth(), spool.broken()
        _index(evidence)
        broken = _promises(evidence)
        db.session.remove()
        db.engine.dispose()
    return evidence, broken


def _promises(evidence: Evidence) -> list[str]:
    arrived = [(each["account"], each["id"]) for each in evidence.written if each["taken_at"]]
    taken = [{"provider": each["account"], "id": each["id"], "kind": each["kind"]} for each in evidence.sent]
    evidence.facts.box = Box(taken, Phones(arrived))  # type: ignore[assignment]  # all that is asked of one
    return invariants.broken_promises(evidence.facts)


def _index(evidence: Evidence) -> None:
    facts = evidence.facts
    rows, inbound, said = defaultdict(list), defaultdict(list), defaultdict(list)
    for row in facts.messages:
        rows[row.conversation_id].append(row)
        if str(row.direction) == "in":
            inbound[facts.kinds[row.channel_id], row.provider_id].append(row)
    for each in evidence.sent:
        said[each["key"], each["account"], each["text"]].append(each)
    for thread in facts.conversations:
        rows[thread.id].sort(key=lambda row: row.seq)
        evidence.threads[_bare(thread.address), facts.kinds[thread.channel_id]] = thread.id
    evidence.rows, evidence.inbound, evidence.said = dict(rows), dict(inbound), dict(said)


def _bare(address: str) -> str:
    """The number in an address of whichever provider."""
    return address.removeprefix("whatsapp:").removeprefix("+").partition("@")[0]


def story(evidence: Evidence, key: Key, words: str) -> Iterator[str]:
    """What is known of one text and its answer, in lines: `words` is what they have in common, its number."""
    for each in evidence.written:
        if (each["key"], each["account"]) == key and each["text"].split()[-1] == words:
            yield f"written {each['text']!r} {each['at']:.3f}, answered 2xx {each['taken_at']}"
    for row in evidence.rows.get(evidence.threads.get(key, 0), []):
        if row.text.split() and row.text.split()[-1] == words:
            steps = " ".join(f"{line.was}>{line.now}" for line in evidence.facts.steps.get(row.id, []))
            why = f" {row.error_code}: {row.error_text[:60]}" if row.error_code else ""
            at = row.created_at.timestamp()
            yield f"row {row.id} seq {row.seq} {row.text!r} {at:.3f} (our clock) tries {row.attempts} [{steps}]{why}"
    for each in evidence.sent:
        if (each["key"], each["account"]) == key and each["text"].split()[-1:] == [words]:
            yield f"box took {each['text']!r}: came {each['came']:.3f}, taken {each['at']:.3f}"


def versions() -> str:
    """Of what was tried."""
    import platform

    import sqlalchemy

    return f"Python {platform.python_version()}, SQLAlchemy {sqlalchemy.__version__}, {os.cpu_count()} cores"
