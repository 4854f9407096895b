"""What was known of a contact at any time in the past: from what is known now, back over every change."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from roms.db import db
from roms.engine.play import facts_of
from roms.models import Conversation, History


@dataclass(frozen=True, slots=True)
class Change:
    """The contact's name, language or labels became others, in whichever of the contact's conversations."""

    conversation: int
    seq: int
    at: datetime
    field: str
    old: Any
    new: Any
    by: str = ""  # a flow, unless it says otherwise


def changes(contacts: Iterable[int]) -> dict[int, list[Change]]:
    """Every change of these contacts, the newest first."""
    rows = (
        select(Conversation.contact_id, History.conversation_id, History.seq, History.at, History.data)
        .join(Conversation, Conversation.id == History.conversation_id)
        .where(History.event == "contact", Conversation.contact_id.in_(set(contacts)))
        .order_by(History.at.desc(), History.id.desc())
    )
    found: dict[int, list[Change]] = defaultdict(list)
    for row in db.session.execute(rows):
        data = row.data
        found[row.contact_id].append(
            Change(row.conversation_id, row.seq, row.at, data["field"], data["old"], data["new"], data.get("by", ""))
        )
    return found


@dataclass(frozen=True, slots=True)
class Known:
    """One conversation's view of its contact, as the row `head` has it now."""

    head: Any
    changes: Sequence[Change]

    def facts(self, at: datetime, seq: int) -> Mapping[str, Any]:
        """As a flow could read them when entry `seq` was the newest. In another conversation only the time tells."""
        head = self.head
        values = {"name": head.contact, "phone": head.phone, "language": head.language, "labels": head.labels}
        for change in self.changes:
            if change.seq > seq if change.conversation == head.id else change.at >= at:
                values[change.field] = change.old
        if head.named_at is not None and at <= head.named_at:
            values["name"] = ""
        values["labels"] = tuple(values["labels"])
        contact: Mapping[str, Any] = facts_of(values, {})["contact"]
        return contact

    def learned(self, seq: int, following: int | None) -> dict[str, str]:
        """What the flow came to know between two entries of this conversation; what others said is a fact anyway."""
        mine = [each for each in reversed(self.changes) if each.conversation == self.head.id and not each.by]
        return {
            each.field: each.new for each in mine if seq < each.seq and (following is None or each.seq <= following)
        }
