"""The people outside."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from roms.db import BigId, Model, UTCDateTime


class Contact(Model):
    """A person who writes to us, on however many channels."""

    __tablename__ = "contact"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    name: Mapped[str] = mapped_column(String(200), default="")
    phone: Mapped[str | None] = mapped_column(String(20), index=True)  # E.164 with plus; many people have none
    named_at: Mapped[datetime | None] = mapped_column(UTCDateTime)  # None: had this name from the beginning
    language: Mapped[str] = mapped_column(String(5), default="")  # "" until known: the flow's first language
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)


class ContactAddress(Model):
    """One of the names a contact goes by: a phone number, a web chat visitor, later a user id."""

    __tablename__ = "contact_address"
    __table_args__ = (UniqueConstraint("kind", "value"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    contact_id: Mapped[int] = mapped_column(ForeignKey("contact.id"), index=True)
    kind: Mapped[str] = mapped_column(String(20))  # "phone", "visitor", "group", "whapi"
    value: Mapped[str] = mapped_column(String(200))
