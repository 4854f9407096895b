"""A conversation whose session is damaged, or whose release is lost: what can be known of it without them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import func, select

from roms.db import db
from roms.engine.types import Mode, Session
from roms.models import Conversation, Timer


def fresh(conversation: Conversation, facts: Mapping[str, Any]) -> Session:
    """At the top again. Mode and epoch have columns of their own; the clocks go on where the timers' rows end,
    so that a timer of before can never be taken for one of now. The contact did write before."""
    mine = Timer.conversation_id == conversation.id
    newest = select(Timer.kind, func.max(Timer.turn)).where(mine).group_by(Timer.kind)
    clocks = {kind: turn + turn % 2 for kind, turn in db.session.execute(newest)}
    mode, since = Mode(conversation.mode), conversation.mode_since
    return Session(mode, since, heard=since, epoch=conversation.epoch, clocks=clocks, facts=facts)
