"""How our people are ordered: teams, who is in them, what somebody can do, when a team works."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from roms.db import BigId, Model, UTCDateTime, string_enum


class Policy(StrEnum):
    """Whose turn it is among those who are there and have room."""

    ROUND_ROBIN = "round_robin"  # longest since the last assignment
    LEAST_LOADED = "least_loaded"  # fewest open; then as above


class Team(Model):
    """Some of our people, by what contacts want of them."""

    __tablename__ = "team"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    key: Mapped[str] = mapped_column(String(80), unique=True)  # what flows call it
    name: Mapped[str] = mapped_column(String(120))
    policy: Mapped[Policy] = mapped_column(string_enum(Policy), default=Policy.ROUND_ROBIN)
    answer_within: Mapped[int | None] = mapped_column()  # seconds of its hours; None: as lifecycle.yaml says
    hours_id: Mapped[int | None] = mapped_column(ForeignKey("hours.id"))  # None: as hours.yaml says
    is_active: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)


class TeamMember(Model):
    __tablename__ = "team_member"

    team_id: Mapped[int] = mapped_column(ForeignKey("team.id"), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), primary_key=True, index=True)


class UserSkill(Model):
    """What somebody can do: a language ("en") or a subject ("billing"), in the words that flows use."""

    __tablename__ = "user_skill"

    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), primary_key=True)
    skill: Mapped[str] = mapped_column(String(60), primary_key=True)


class Hours(Model):
    """Opening hours that teams may share; what they are stands in their versions."""

    __tablename__ = "hours"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    name: Mapped[str] = mapped_column(String(120), unique=True)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)


class HoursVersion(Model):
    """The hours from a moment on; never altered, so that what was open on any day can be said later."""

    __tablename__ = "hours_version"
    __table_args__ = (Index("ix_hours_version_hours", "hours_id", "from_at"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    hours_id: Mapped[int] = mapped_column(ForeignKey("hours.id"))
    spec: Mapped[dict[str, Any]] = mapped_column(JSON)  # as hours.yaml: zone, open, holidays, …
    from_at: Mapped[datetime] = mapped_column(UTCDateTime)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))


class Arrangement(Model):
    """What holds from a moment on: which hours a team keeps and how fast it answers, or whose a channel is.

    Never altered, because what flows said by it must be said again when they are played once more.
    """

    __tablename__ = "arrangement"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    subject: Mapped[str] = mapped_column(String(100))  # "team:sales", "channel:3"
    value: Mapped[dict[str, Any]] = mapped_column(JSON)  # hours and within, or team
    from_at: Mapped[datetime] = mapped_column(UTCDateTime)
