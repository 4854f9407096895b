"""What flows ask of other systems."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from roms.db import BigId, Model, UTCDateTime

WAITING = text("claimed_at IS NULL")


class HttpCall(Model):
    """One call, begun at most once. Secrets are named in its headers, never filled in."""

    __tablename__ = "http_call"
    __table_args__ = (Index("ix_http_call_waiting", "expires_at", postgresql_where=WAITING, sqlite_where=WAITING),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    conversation_id: Mapped[int] = mapped_column(ForeignKey("conversation.id"), index=True)
    turn: Mapped[int] = mapped_column()  # number of the session's clock: whether the answer still matters
    method: Mapped[str] = mapped_column(String(10))
    url: Mapped[str] = mapped_column(Text)
    headers: Mapped[list[Any]] = mapped_column(JSON)  # [name, [text, name of a secret, text, …]]
    body: Mapped[str] = mapped_column(Text)
    timeout: Mapped[int] = mapped_column()  # seconds
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, index=True)
    expires_at: Mapped[datetime] = mapped_column(UTCDateTime)  # from then on nobody may begin it
    claimed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    answered_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    seq: Mapped[int | None] = mapped_column()  # the conversation's newest number when it was answered
    status: Mapped[int] = mapped_column(default=0)  # 0: no answer
    data: Mapped[Any] = mapped_column(JSON(none_as_null=True), nullable=True)
    problem: Mapped[str] = mapped_column(String(40), default="")
