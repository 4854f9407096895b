"""The people outside."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from roms.db import BigId, Model, UTCDateTime


class Contact(Model):
    """A person who writes to us, on however many channels."""

    __tablename__ = "contact"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    name: Mapped[str] = mapped_column(String(200), default="")
    phone: Mapped[str | None] = mapped_column(String(20), index=True)  # E.164 with plus; many people have none
    named_at: Mapped[datetime | None] = mapped_column(UTCDateTime)  # None: had this name from the beginning
    named_by: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))  # a person's name outlives profiles
    language: Mapped[str] = mapped_column(String(5), default="")  # "" until known: the flow's first language
    attributes: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)  # what the shop wants to know of a person
    labels: Mapped[list[str]] = mapped_column(JSON, default=list, server_default=text("'[]'"))  # as in contact_label
    picture: Mapped[str] = mapped_column(String(64), default="")  # where the stored picture stands, "" for none
    opted_out_at: Mapped[datetime | None] = mapped_column(UTCDateTime)  # wants no messages that we begin
    consent_at: Mapped[datetime | None] = mapped_column(UTCDateTime)  # when it was last said, by the teller's clock
    consent_how: Mapped[str] = mapped_column(String(20), default="", server_default="")  # as services/consent.py has it
    consent_text: Mapped[str] = mapped_column(String(200), default="", server_default="")  # the word, or the reason
    consent_by: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))  # who of us said so
    last_agent_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))  # who last answered this person
    merged_into: Mapped[int | None] = mapped_column(ForeignKey("contact.id"), index=True)  # the same person; empty now
    changed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)


class ContactAddress(Model):
    """One of the names a contact goes by: a phone number, a user id, a LID, a web chat visitor."""

    __tablename__ = "contact_address"
    __table_args__ = (UniqueConstraint("kind", "value"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    contact_id: Mapped[int] = mapped_column(ForeignKey("contact.id"), index=True)
    kind: Mapped[str] = mapped_column(String(20))  # as Identity.kind
    value: Mapped[str] = mapped_column(String(200))
    created_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class ContactPicture(Model):
    """When and where a contact's picture is asked for; the picture itself is the contact's."""

    __tablename__ = "contact_picture"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    contact_id: Mapped[int] = mapped_column(ForeignKey("contact.id"), unique=True)
    channel_id: Mapped[int] = mapped_column(ForeignKey("channel.id"))
    address: Mapped[str] = mapped_column(String(200))
    told: Mapped[str] = mapped_column(Text, default="")  # the address of a picture that the provider told by itself
    due_at: Mapped[datetime | None] = mapped_column(UTCDateTime, index=True)
    looked_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    attempts: Mapped[int] = mapped_column(default=0)
    lease: Mapped[str | None] = mapped_column(String(40))
    lease_until: Mapped[datetime | None] = mapped_column(UTCDateTime)
    digest: Mapped[str] = mapped_column(String(64), default="")  # SHA-256 of the picture as it is shown
    loose: Mapped[str] = mapped_column(Text, default="")  # keys in the storage that perhaps nobody shows


class ContactMerge(Model):
    """Two contacts that somebody (or a provider) said are one person; kept so that it can be undone."""

    __tablename__ = "contact_merge"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    kept_id: Mapped[int] = mapped_column(ForeignKey("contact.id"), index=True)
    gone_id: Mapped[int] = mapped_column(ForeignKey("contact.id"), index=True)
    moved: Mapped[dict[str, Any]] = mapped_column(JSON)  # {addresses: [id], conversations: [id], before: {…}}
    reason: Mapped[str] = mapped_column(String(40))
    user_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    at: Mapped[datetime] = mapped_column(UTCDateTime)
    undone_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
