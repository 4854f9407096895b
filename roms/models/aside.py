"""What a provider brought and we could not process: kept until it can be, or until a person drops it."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from roms.db import BigId, Model, UTCDateTime, string_enum


class AsideState(StrEnum):
    TRYING = "trying"  # tried again by itself at due_at
    DEAD = "dead"  # a person is to look at it
    DONE = "done"  # it came through


class SetAside(Model):
    """One item of a webhook, or a whole one that could not be read. Nothing here can be read without the keys."""

    __tablename__ = "set_aside"
    __table_args__ = (
        UniqueConstraint("channel_id", "mark"),  # a provider that repeats itself makes no second row
        Index("ix_set_aside_due", "state", "due_at"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    channel_id: Mapped[int] = mapped_column(ForeignKey("channel.id"))
    conversation_id: Mapped[int | None] = mapped_column(ForeignKey("conversation.id"), index=True)  # where it is known
    body_id: Mapped[int | None] = mapped_column(ForeignKey("set_aside_body.id"), index=True)  # None once it is done
    kind: Mapped[str] = mapped_column(String(20))  # message, receipt, …; webhook: all of it
    place: Mapped[int | None] = mapped_column()  # of the item among those of its webhook
    provider_id: Mapped[str] = mapped_column(String(200))
    mark: Mapped[str] = mapped_column(String(64))  # what it is recognised by
    failed: Mapped[str] = mapped_column(Text)  # which error, and where in our code; no words of anybody's
    state: Mapped[AsideState] = mapped_column(string_enum(AsideState))
    tries: Mapped[int] = mapped_column()
    due_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    came_at: Mapped[datetime] = mapped_column(UTCDateTime)
    changed_at: Mapped[datetime] = mapped_column(UTCDateTime)


class SetAsideBody(Model):
    """The webhook that it came with, sealed: once, however many of its items failed."""

    __tablename__ = "set_aside_body"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
