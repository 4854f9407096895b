"""What people working together share: labels, saved replies, macros, mentions, ratings, and what can be undone."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, Text, UniqueConstraint, false, true
from sqlalchemy.orm import Mapped, mapped_column

from roms.db import BigId, Model, UTCDateTime


class Label(Model):
    """A word for conversations and contacts, with its colour."""

    __tablename__ = "label"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    key: Mapped[str] = mapped_column(String(60), unique=True)  # as flows, conversations and contacts have it
    colour: Mapped[str] = mapped_column(String(20))
    is_vip: Mapped[bool] = mapped_column(default=False, server_default=false())  # contacts with it come first
    is_active: Mapped[bool] = mapped_column(default=True, server_default=true())
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)


class ContactLabel(Model):
    __tablename__ = "contact_label"

    contact_id: Mapped[int] = mapped_column(ForeignKey("contact.id"), primary_key=True)
    label: Mapped[str] = mapped_column(String(60), primary_key=True, index=True)


class SavedReply(Model):
    """Words (and perhaps a file) that agents say often."""

    __tablename__ = "saved_reply"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    shortcut: Mapped[str] = mapped_column(String(40), unique=True)  # typed after a slash
    title: Mapped[str] = mapped_column(String(120))
    team_id: Mapped[int | None] = mapped_column(ForeignKey("team.id"))  # None: everybody's
    texts: Mapped[dict[str, str]] = mapped_column(JSON)  # by language, with {{variables}}
    content: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))  # what is shown with it
    changed_at: Mapped[datetime] = mapped_column(UTCDateTime)


class Macro(Model):
    """Several acts in one."""

    __tablename__ = "macro"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    name: Mapped[str] = mapped_column(String(120), unique=True)
    team_id: Mapped[int | None] = mapped_column(ForeignKey("team.id"))
    steps: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    changed_at: Mapped[datetime] = mapped_column(UTCDateTime)


class Mention(Model):
    """Somebody was called into a conversation by a note."""

    __tablename__ = "mention"
    __table_args__ = (UniqueConstraint("message_id", "user_id"), Index("ix_mention_user", "user_id", "seen_at"))

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    message_id: Mapped[int] = mapped_column(ForeignKey("message.id"))
    conversation_id: Mapped[int] = mapped_column(ForeignKey("conversation.id"))
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    at: Mapped[datetime] = mapped_column(UTCDateTime)
    seen_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class Rating(Model):
    """How a contact found it: asked when an agent was done, answered or not."""

    __tablename__ = "rating"
    __table_args__ = (Index("ix_rating_conversation", "conversation_id", "asked_at"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    conversation_id: Mapped[int] = mapped_column(ForeignKey("conversation.id"))
    agent_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))  # whose conversation it was
    team: Mapped[str] = mapped_column(String(80), default="", server_default="")
    release: Mapped[int] = mapped_column()  # the flows that asked
    score: Mapped[int | None] = mapped_column()  # 1 to 5
    comment: Mapped[str] = mapped_column(Text, default="", server_default="")
    asked_at: Mapped[datetime] = mapped_column(UTCDateTime, index=True)
    answered_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class BulkAction(Model):
    """What one person did to many conversations at once, with how they were, so that it can be undone."""

    __tablename__ = "bulk_action"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    public_id: Mapped[str] = mapped_column(String(24), unique=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    verb: Mapped[str] = mapped_column(String(30))
    before: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    at: Mapped[datetime] = mapped_column(UTCDateTime)
    undone_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
