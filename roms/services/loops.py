"""Two machines that answer each other (an auto-reply, another bot) would go on for ever: the bot stops, people look.

Counted from what is stored. RapidPro stops at the same text twenty times within five minutes; we also count turns that
come faster than anybody reads.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from roms.channels.items import Incoming
from roms.db import db
from roms.engine.types import Mode
from roms.models import Direction, Message, Sender
from roms.services import channels
from roms.services.permission import MARK as CONSENT
from roms.services.scene import Row, Scene

WITHIN = timedelta(minutes=5)
PAUSE = timedelta(seconds=5)  # nobody reads and answers faster, time after time
NEAR = timedelta(seconds=60)  # a slower one does no harm that could not wait for a person
MARK = "loop"  # key in the payload of the message that the bot did not answer


def marked(scene: Scene, incoming: Incoming, payload: Row | None) -> Row | None:
    """The payload of what just came, marked where it is one too many: then no flow hears of it."""
    had_to_wait = incoming.came_at is not None  # what lay in the spool comes all at once, whoever wrote it
    if had_to_wait or incoming.is_group or not scene.line.is_enabled or {"late", CONSENT} & set(payload or {}):
        return payload
    return {**(payload or {}), MARK: True} if _is_one(scene) else payload


def _is_one(scene: Scene) -> bool:
    config, conversation = channels.config(), scene.conversation
    most = max(config.loop_texts, config.loop_turns)
    if not most or conversation.mode is not Mode.BOT or conversation.seq < min(config.loop_texts, config.loop_turns):
        return False
    last = conversation.last or {}
    if last.get("sender") != Sender.BOT or scene.at - datetime.fromisoformat(last["at"]) > NEAR:
        return False
    rows = _newest(conversation.id, scene.at, most)
    texts = Counter(row.text for row in rows if row.sender is Sender.BOT and row.text)
    is_same = bool(config.loop_texts) and max(texts.values(), default=0) >= config.loop_texts
    return is_same or (bool(config.loop_turns) and _turns(rows, scene.at) >= config.loop_turns)


def _newest(conversation_id: int, at: datetime, most: int) -> Sequence[Any]:
    """What was said within the last minutes since a person of ours spoke, the newest first."""
    here = Message.conversation_id == conversation_id, Message.direction != Direction.NOTE
    columns = select(Message.created_at, Message.sender, Message.text).where(*here)
    rows = db.session.execute(columns.order_by(Message.seq.desc()).limit(12 * most)).all()
    until = next((n for n, row in enumerate(rows) if row.created_at <= at - WITHIN or row.sender is Sender.AGENT), None)
    return rows[:until]


def _turns(rows: Sequence[Any], at: datetime) -> int:
    """How often, without a pause in between, they answered and the bot answered them; the newest answer counts."""
    count, later, was_theirs = 0, at, True
    for row in rows:
        is_theirs = row.sender is Sender.CONTACT
        if was_theirs and not is_theirs:
            if later - row.created_at >= PAUSE:
                return count
            count += 1
        later, was_theirs = row.created_at, is_theirs
    return count
