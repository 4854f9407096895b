"""Our accounts at the providers, and what the providers keep for us there."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from roms.db import BigId, Model, UTCDateTime


class Channel(Model):
    """One account at a provider, or our own web chat."""

    __tablename__ = "channel"
    __table_args__ = (UniqueConstraint("kind", "name"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    kind: Mapped[str] = mapped_column(String(20))
    name: Mapped[str] = mapped_column(String(120))
    is_enabled: Mapped[bool] = mapped_column(default=True)
    webhook_key: Mapped[str] = mapped_column(String(43), unique=True)  # hard to guess: part of the webhook's address
    settings: Mapped[dict[str, str]] = mapped_column(JSON, default=dict)  # the adapter's fields that are no secrets
    secrets: Mapped[str] = mapped_column(Text, default="")  # the others, as roms.secretbox seals them
    account: Mapped[str] = mapped_column(String(200), default="", index=True)  # the provider's name for the account
    default_team_id: Mapped[int | None] = mapped_column(ForeignKey("team.id"))  # where no flow names a team
    version: Mapped[int] = mapped_column(default=1)  # raised by every change, so that other processes read it afresh

    state: Mapped[str] = mapped_column(String(20), default="unknown")  # as AccountState.state, unknown until told
    state_code: Mapped[str] = mapped_column(String(60), default="")
    state_text: Mapped[str] = mapped_column(Text, default="")
    state_data: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    state_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    restarted_at: Mapped[datetime | None] = mapped_column(UTCDateTime)  # by us, since it was last connected
    last_in_at: Mapped[datetime | None] = mapped_column(UTCDateTime)  # last webhook that was the provider's
    templates_at: Mapped[datetime | None] = mapped_column(UTCDateTime)  # when the list of templates was fetched
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)


class ChannelPace(Model):
    """How fast this account is written to, and how its provider took it: apart, because every send holds the row."""

    __tablename__ = "channel_pace"

    channel_id: Mapped[int] = mapped_column(ForeignKey("channel.id", ondelete="CASCADE"), primary_key=True)
    failures: Mapped[int] = mapped_column(default=0)  # in a row
    rests_from: Mapped[datetime | None] = mapped_column(UTCDateTime)  # when that was decided
    rests_until: Mapped[datetime | None] = mapped_column(UTCDateTime)  # nothing is sent before
    paced_until: Mapped[datetime | None] = mapped_column(UTCDateTime)  # until then what was sent takes up the allowance


class ChannelFetch(Model):
    """Up to when we have asked the provider for what it brought, so that nothing between is missing."""

    __tablename__ = "channel_fetch"

    channel_id: Mapped[int] = mapped_column(ForeignKey("channel.id", ondelete="CASCADE"), primary_key=True)
    until: Mapped[datetime] = mapped_column(UTCDateTime)


class ChannelEvent(Model):
    """What happened to an account: connected, logged out, restarted, changed. Shown to admins."""

    __tablename__ = "channel_event"
    __table_args__ = (Index("ix_channel_event_channel", "channel_id", "at"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    channel_id: Mapped[int] = mapped_column(ForeignKey("channel.id"))
    event: Mapped[str] = mapped_column(String(30))
    data: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))  # who did it; None: it happened
    at: Mapped[datetime] = mapped_column(UTCDateTime, index=True)


class MessageTemplate(Model):
    """A message that the provider approved for opening a conversation."""

    __tablename__ = "message_template"
    __table_args__ = (UniqueConstraint("channel_id", "name", "language"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    channel_id: Mapped[int] = mapped_column(ForeignKey("channel.id"))
    provider_id: Mapped[str] = mapped_column(String(200), default="", index=True)
    name: Mapped[str] = mapped_column(String(512))
    language: Mapped[str] = mapped_column(String(20))
    category: Mapped[str] = mapped_column(String(30), default="")
    status: Mapped[str] = mapped_column(String(20))
    quality: Mapped[str] = mapped_column(String(20), default="unknown")
    reason: Mapped[str] = mapped_column(Text, default="")  # why it was rejected or paused
    components: Mapped[list[Any]] = mapped_column(JSON, default=list)
    is_gone: Mapped[bool] = mapped_column(default=False)  # not in the provider's list any more
    changed_at: Mapped[datetime] = mapped_column(UTCDateTime)
