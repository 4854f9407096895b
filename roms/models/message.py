"""Everything that was said, noted or happened in a conversation, in order."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, false, text
from sqlalchemy.orm import Mapped, mapped_column

from roms.db import BigId, Model, UTCDateTime, string_enum


class Direction(StrEnum):
    IN = "in"
    OUT = "out"
    NOTE = "note"  # internal: a constraint keeps it out of the outbox


class Sender(StrEnum):
    CONTACT = "contact"
    BOT = "bot"
    AGENT = "agent"
    SYSTEM = "system"


class Status(StrEnum):
    """Where a message is. Outbound ones only move forward: see services/receipts.py for the ranks."""

    RECEIVED = "received"
    INTERNAL = "internal"
    QUEUED = "queued"
    SENDING = "sending"
    ACCEPTED = "accepted"
    SENT = "sent"
    DELIVERED = "delivered"
    READ = "read"
    FAILED = "failed"
    UNKNOWN = "unknown"  # the provider may have taken it: nobody can say
    CANCELLED = "cancelled"  # taken back before any provider had it


UNSENT = text("status IN ('queued', 'sending')")
QUEUED = text("status = 'queued'")
UNKNOWN = text("status = 'unknown'")
REPLY, BULK = 0, 1  # ranks: who waits for an answer is served before those who wait for nothing
UNMATCHED = text("unmatched")


class Message(Model):
    """One thing said in a conversation, by either side, or an internal note."""

    __tablename__ = "message"
    __table_args__ = (
        UniqueConstraint("channel_id", "direction", "provider_id"),  # a repeat is decided here, by the database
        UniqueConstraint("conversation_id", "client_id"),
        UniqueConstraint("conversation_id", "seq"),
        Index("ix_message_revision", "conversation_id", "revision"),
        Index(
            "ix_message_unsent", "channel_id", "conversation_id", "seq", postgresql_where=UNSENT, sqlite_where=UNSENT
        ),
        Index("ix_message_queued", "channel_id", "rank", "id", postgresql_where=QUEUED, sqlite_where=QUEUED),
        Index("ix_message_unknown", "due_at", postgresql_where=UNKNOWN, sqlite_where=UNKNOWN),
        Index("ix_message_created_at", "created_at", postgresql_using="brin"),  # days; costs a write next to nothing
        Index("ix_message_unmatched", "created_at", postgresql_where=UNMATCHED, sqlite_where=UNMATCHED),
        CheckConstraint("(direction = 'note') = (status = 'internal')", name="notes_stay_inside"),
        CheckConstraint("direction <> 'note' OR provider_id IS NULL", name="notes_are_never_sent"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    conversation_id: Mapped[int] = mapped_column(ForeignKey("conversation.id"))
    channel_id: Mapped[int] = mapped_column(ForeignKey("channel.id"))
    seq: Mapped[int] = mapped_column()  # place in the thread, given under the conversation's lock
    revision: Mapped[int] = mapped_column()  # number of the last change, a tick for instance
    direction: Mapped[Direction] = mapped_column(string_enum(Direction))
    sender: Mapped[Sender] = mapped_column(string_enum(Sender))
    agent_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    kind: Mapped[str] = mapped_column(String(20), default="text")
    text: Mapped[str] = mapped_column(Text, default="")
    # prompt and options, what was tapped, …
    payload: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    why: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))  # where a bot message comes from
    # the session that the turn began with which this message began: services/turns.py
    before: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    unmatched: Mapped[bool] = mapped_column(default=False, server_default=false())  # no trigger or answer took it
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    provider_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    client_id: Mapped[str | None] = mapped_column(String(64))  # the writer's own id: a retry is not a second message
    provider_id: Mapped[str | None] = mapped_column(String(200))

    status: Mapped[Status] = mapped_column(string_enum(Status))
    epoch: Mapped[int] = mapped_column(default=0)
    rank: Mapped[int] = mapped_column(default=REPLY, server_default="0")
    due_at: Mapped[datetime | None] = mapped_column(UTCDateTime)  # of an unknown one: when its provider is asked
    attempts: Mapped[int] = mapped_column(default=0)
    lease: Mapped[str | None] = mapped_column(String(40))  # the token of whoever is sending it
    lease_until: Mapped[datetime | None] = mapped_column(UTCDateTime)
    tried_at: Mapped[datetime | None] = mapped_column(UTCDateTime)  # when it was last handed over
    checked: Mapped[str] = mapped_column(String(20), default="", server_default="")  # what services/evidence.py saw
    is_doubtful: Mapped[bool] = mapped_column(default=False, server_default=false())  # a person was told of the doubt
    error_code: Mapped[str] = mapped_column(String(60), default="")
    error_text: Mapped[str] = mapped_column(Text, default="")
    error_class: Mapped[str] = mapped_column(String(30), default="", server_default="")  # as SendFailed.error_class


class RawItem(Model):
    """The provider's own words for something we do not know, without what names people; kept for 30 days."""

    __tablename__ = "raw_item"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    channel_id: Mapped[int] = mapped_column(ForeignKey("channel.id"))
    conversation_id: Mapped[int | None] = mapped_column(ForeignKey("conversation.id"))
    seq: Mapped[int | None] = mapped_column()
    body: Mapped[dict[str, Any]] = mapped_column(JSON)
    at: Mapped[datetime] = mapped_column(UTCDateTime, index=True)


class History(Model):
    """What happened to a conversation besides messages: mode, assignment, labels. Never changed afterwards."""

    __tablename__ = "history"
    __table_args__ = (
        UniqueConstraint("conversation_id", "seq"),
        Index("ix_history_at", "at", postgresql_using="brin"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    conversation_id: Mapped[int] = mapped_column(ForeignKey("conversation.id"))
    seq: Mapped[int] = mapped_column()
    event: Mapped[str] = mapped_column(String(30))
    data: Mapped[dict[str, Any]] = mapped_column(JSON)
    agent_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))  # who caused it; None: the system
    at: Mapped[datetime] = mapped_column(UTCDateTime)


class PendingReceipt(Model):
    """A provider's word on a message whose id we have not stored yet: it overtook the answer to our own call."""

    __tablename__ = "pending_receipt"
    __table_args__ = (Index("ix_pending_receipt_message", "channel_id", "provider_id"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    channel_id: Mapped[int] = mapped_column(ForeignKey("channel.id"))
    provider_id: Mapped[str] = mapped_column(String(200))
    status: Mapped[str] = mapped_column(String(20))
    error_code: Mapped[str] = mapped_column(String(60), default="")
    error_text: Mapped[str] = mapped_column(Text, default="")
    error_class: Mapped[str] = mapped_column(String(30), default="", server_default="")
    at: Mapped[datetime] = mapped_column(UTCDateTime, index=True)
