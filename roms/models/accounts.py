"""The people who work here, and how they are signed in."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, true
from sqlalchemy.orm import Mapped, mapped_column

from roms.db import BigId, Model, UTCDateTime, string_enum


class Role(StrEnum):
    """What a person may do: an admin sets the house up, a supervisor sees to the work, an agent talks with contacts."""

    ADMIN = "admin"
    SUPERVISOR = "supervisor"
    AGENT = "agent"


class Presence(StrEnum):
    """Whether somebody takes conversations: said by the person, never by the socket."""

    AVAILABLE = "available"
    AWAY = "away"


class Sees(StrEnum):
    """Which conversations an agent may see."""

    OWN = "own"
    TEAM = "team"  # own, and those of the teams he is in
    ALL = "all"


class User(Model):
    """One of us."""

    __tablename__ = "user_account"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    login: Mapped[str] = mapped_column(String(120), unique=True)  # lower case
    name: Mapped[str] = mapped_column(String(120))
    password_hash: Mapped[str] = mapped_column(String(200))  # argon2id
    role: Mapped[Role] = mapped_column(string_enum(Role))
    language: Mapped[str] = mapped_column(String(5), default="id")
    is_active: Mapped[bool] = mapped_column(default=True)
    last_assigned_at: Mapped[datetime | None] = mapped_column(UTCDateTime)  # round robin: longest ago comes first
    capacity: Mapped[int | None] = mapped_column()  # conversations at once; None: no limit
    presence: Mapped[Presence] = mapped_column(
        string_enum(Presence), default=Presence.AVAILABLE, server_default="available"
    )
    presence_since: Mapped[datetime | None] = mapped_column(UTCDateTime)
    connected_at: Mapped[datetime | None] = mapped_column(UTCDateTime)  # when a page of theirs last had a live line
    sees: Mapped[Sees] = mapped_column(string_enum(Sees), default=Sees.ALL, server_default="all")
    sees_numbers: Mapped[bool] = mapped_column(default=True, server_default=true())
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)


class CrewEvent(Model):
    """What was done with our people and teams: never altered, and shown to admins."""

    __tablename__ = "crew_event"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    event: Mapped[str] = mapped_column(String(30))
    data: Mapped[dict[str, Any]] = mapped_column(JSON)  # whom or which team; what it was and became
    user_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))  # who did it; None: a shell
    at: Mapped[datetime] = mapped_column(UTCDateTime)


class LoginSession(Model):
    """One browser that is signed in; the cookie holds a token, we hold its hash."""

    __tablename__ = "login_session"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), index=True)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    seen_at: Mapped[datetime] = mapped_column(UTCDateTime)
    confirmed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)  # when the password was last given
    address: Mapped[str] = mapped_column(String(64), default="")
    browser: Mapped[str] = mapped_column(String(200), default="")


class LoginAttempt(Model):
    """A sign-in that failed, kept for counting: per login name and per address."""

    __tablename__ = "login_attempt"
    __table_args__ = (Index("ix_login_attempt_key_at", "key", "at"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    key: Mapped[str] = mapped_column(String(200))  # "login:…" or "address:…"
    at: Mapped[datetime] = mapped_column(UTCDateTime)


class LiveTicket(Model):
    """Leave to open one socket, once, within half a minute."""

    __tablename__ = "live_ticket"

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    subject: Mapped[str] = mapped_column(String(200))  # "session:<login session id>" or "visitor:<address>"
    expires_at: Mapped[datetime] = mapped_column(UTCDateTime, index=True)
