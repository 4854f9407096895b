"""Files that come and go with messages."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from roms.db import BigId, Model, UTCDateTime, string_enum


class FileState(StrEnum):
    WAITING = "waiting"  # to be fetched from the provider
    FETCHING = "fetching"
    READY = "ready"
    FAILED = "failed"  # can be tried again
    REFUSED = "refused"  # too large, not there any more, deleted


UNFETCHED = text("state IN ('waiting', 'fetching')")


class Attachment(Model):
    """One file of one message. Its bytes stand in the storage under their hash."""

    __tablename__ = "attachment"
    __table_args__ = (
        Index("ix_attachment_unfetched", "due_at", postgresql_where=UNFETCHED, sqlite_where=UNFETCHED),
        Index("ix_attachment_message", "conversation_id", "seq"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    public_id: Mapped[str] = mapped_column(String(32), unique=True)  # 128 random bits
    channel_id: Mapped[int] = mapped_column(ForeignKey("channel.id"))
    conversation_id: Mapped[int] = mapped_column(ForeignKey("conversation.id"))
    seq: Mapped[int | None] = mapped_column()  # the message's; None: uploaded and not sent yet
    user_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))  # who uploaded it; None: theirs
    kind: Mapped[str] = mapped_column(String(20))  # image, video, audio, document, sticker
    name: Mapped[str] = mapped_column(String(255), default="")
    ref: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))  # what the provider calls it

    state: Mapped[FileState] = mapped_column(string_enum(FileState))
    error_code: Mapped[str] = mapped_column(String(60), default="")
    error_text: Mapped[str] = mapped_column(Text, default="")
    attempts: Mapped[int] = mapped_column(default=0)
    due_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    lease: Mapped[str | None] = mapped_column(String(40))
    lease_until: Mapped[datetime | None] = mapped_column(UTCDateTime)

    hash: Mapped[str] = mapped_column(String(64), default="", index=True)  # SHA-256 of what is stored
    type: Mapped[str] = mapped_column(String(100), default="")  # told by the content, never by the name
    size: Mapped[int] = mapped_column(default=0)
    width: Mapped[int] = mapped_column(default=0)
    height: Mapped[int] = mapped_column(default=0)
    thumb: Mapped[str] = mapped_column(String(64), default="")  # hash of the small picture
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, index=True)


class DiscardedFile(Model):
    """A content that something beside a message had, until it is thrown away, or found to be needed still."""

    __tablename__ = "discarded_file"

    hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    lease_until: Mapped[datetime | None] = mapped_column(UTCDateTime)  # while it is being thrown away
