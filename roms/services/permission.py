"""What may still be sent to somebody who wants nothing of our own accord: answers, and what they themselves ordered.

Meta: whoever stopped marketing messages gets none ("User marketing message preferences"), and every request to end or
opt out is to be respected (WhatsApp Business Messaging Policy); an order's news is no marketing. So templates of the
categories utility and authentication may be sent, those of marketing, or of a category nobody told us, may not. Any
other message is an answer if they wrote (something else than STOP) within a day, on every channel: else we begin.

Asked when it is queued and again when it is sent, like the window (services/window.py).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from roms.db import db
from roms.errors import NotWanted
from roms.models import Conversation, Direction, Message
from roms.services import refusals, templates
from roms.services.channels import Line

ANSWER_WITHIN = timedelta(hours=24)
SERVICE = ("utility", "authentication")  # categories of templates
MARK = "consent"  # key in the payload of STOP and START, and of what we say to them
LOOK_BACK = 50  # messages


def is_refused(
    line: Line, conversation_id: int, opted_out_at: datetime | None, sent: Mapping[Any, Any], at: datetime
) -> bool:
    """Whether this (a message's kind and payload) must not be sent to them now."""
    payload = sent["payload"] or {}
    if opted_out_at is None or line.is_direct or MARK in payload:
        return False
    if sent["kind"] == "template" and line.abilities.templates:
        return templates.category(line.id, payload.get("content") or {}) not in SERVICE
    spoke_at = _spoke_at(conversation_id)
    return spoke_at is None or at - spoke_at >= ANSWER_WITHIN


def require(conversation: Conversation, line: Line, kind: str, payload: Mapping[str, Any] | None, at: datetime) -> None:
    """Raises NotWanted."""
    sent = {"kind": kind, "payload": payload}
    if is_refused(line, conversation.id, conversation.contact.opted_out_at, sent, at):
        raise NotWanted(
            "this contact asked for no messages that we begin: advertising is not sent, and other words only within"
            " 24 hours after they wrote to us",
            say=dict(refusals.said(line.kind, refusals.UNWANTED, "")),
        )


def _spoke_at(conversation_id: int) -> datetime | None:
    """When they last wrote something else than STOP or START; what came late counts by when it was written."""
    theirs = Message.conversation_id == conversation_id, Message.direction == Direction.IN
    columns = select(Message.created_at, Message.provider_at, Message.payload)
    newest = db.session.execute(columns.where(*theirs).order_by(Message.seq.desc()).limit(LOOK_BACK))
    spoken = [
        min(row.created_at, row.provider_at or row.created_at) for row in newest if MARK not in (row.payload or {})
    ]
    return max(spoken, default=None)
