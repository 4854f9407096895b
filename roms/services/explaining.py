"""Why did the bot say that? From what is stored with the message, and from playing the conversation up to it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import select

from roms.db import db
from roms.engine import retell
from roms.engine.flow import Release
from roms.engine.types import JSON
from roms.errors import NotFound
from roms.models import Message, Sender
from roms.services import publishing, recalling


@dataclass(frozen=True, slots=True)
class Explanation:
    """Where a bot message comes from, what was heard, which rules lost and why, and the variables before and after."""

    text: str
    why: JSON
    heard: str
    lost: tuple[str, ...]
    before: Mapping[str, Any]
    after: Mapping[str, Any]


def explain(message: int) -> Explanation:
    """Raises NotFound where there is no such message, or the bot did not write it."""
    columns = select(Message.conversation_id, Message.seq, Message.sender, Message.text, Message.why)
    row = db.session.execute(columns.where(Message.id == message)).one_or_none()
    if row is None or row.sender is not Sender.BOT or not row.why:
        raise NotFound(f"there is no message {message} that a flow wrote")
    record = recalling.one(row.conversation_id)
    past = [each for each in record.past if each.seq < row.seq]
    last = retell.turn(replace(record, past=past), _release, row.why["release"])
    return Explanation(row.text, row.why, last.heard, last.lost, last.before, last.after)


def _release(number: int) -> Release:
    """The release of that time, or the newest where its own can no longer be read."""
    return publishing.usable(number) or publishing.newest()
