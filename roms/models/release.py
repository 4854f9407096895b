"""What is published, and what is to happen later."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, LargeBinary, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from roms.db import BigId, Model, UTCDateTime

PENDING = text("fired_at IS NULL")


class Release(Model):
    """A whole set of flow files, published at once; never changed, never deleted."""

    __tablename__ = "release"

    number: Mapped[int] = mapped_column(BigId, primary_key=True)
    hash: Mapped[str] = mapped_column(String(64))
    files: Mapped[dict[str, Any]] = mapped_column(JSON)  # file name -> text
    media: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict, server_default="{}")  # file name -> hash
    comment: Mapped[str] = mapped_column(Text, default="")
    published_by: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    published_at: Mapped[datetime] = mapped_column(UTCDateTime)


class MediaFile(Model):
    """A picture, sound or document that flows say; kept once, however many releases have it."""

    __tablename__ = "media_file"

    hash: Mapped[str] = mapped_column(String(64), primary_key=True)  # SHA-256 of the data
    type: Mapped[str] = mapped_column(String(40))  # told by the content, never by the name
    size: Mapped[int] = mapped_column()
    width: Mapped[int] = mapped_column()
    height: Mapped[int] = mapped_column()
    data: Mapped[bytes] = mapped_column(LargeBinary)


class Timer(Model):
    """Something to happen at a time. Never cancelled: its turn tells whether it still matters."""

    __tablename__ = "timer"
    __table_args__ = (Index("ix_timer_due", "due_at", postgresql_where=PENDING, sqlite_where=PENDING),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    conversation_id: Mapped[int] = mapped_column(ForeignKey("conversation.id"), index=True)
    kind: Mapped[str] = mapped_column(String(30))
    turn: Mapped[int] = mapped_column()
    due_at: Mapped[datetime] = mapped_column(UTCDateTime)
    fired_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    seq: Mapped[int | None] = mapped_column()  # the conversation's newest number when it fired: its place among them
