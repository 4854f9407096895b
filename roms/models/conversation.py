"""The threads."""

from __future__ import annotations

import functools
from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ColumnElement, ForeignKey, Index, Select, String, UniqueConstraint, bindparam, select, text
from sqlalchemy.orm import Mapped, contains_eager, mapped_column, relationship

from roms.db import BigId, Model, UTCDateTime, db, string_enum
from roms.engine.types import Mode
from roms.models.contact import Contact

WAITS = text("queued_at IS NOT NULL")


class Conversation(Model):
    """One contact talking with us over one channel."""

    __tablename__ = "conversation"
    __table_args__ = (
        UniqueConstraint("channel_id", "address"),  # one thread per person and channel, under any race
        Index("ix_conversation_list", "mode", "last_at"),
        Index("ix_conversation_assignee", "assignee_id", "mode", "last_at"),
        Index(
            "ix_conversation_backlog",
            *("team", "skill", "rank", "queued_at", "id"),
            postgresql_where=WAITS,
            sqlite_where=WAITS,
        ),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    public_id: Mapped[str] = mapped_column(String(24), unique=True)
    channel_id: Mapped[int] = mapped_column(ForeignKey("channel.id"))
    contact_id: Mapped[int] = mapped_column(ForeignKey("contact.id"), index=True)
    address: Mapped[str] = mapped_column(String(200))  # where answers go, in the provider's own form

    mode: Mapped[Mode] = mapped_column(string_enum(Mode), default=Mode.BOT)
    mode_since: Mapped[datetime] = mapped_column(UTCDateTime)
    state: Mapped[dict[str, Any]] = mapped_column(JSON)  # the engine's session, as roms.engine.session.dump gives it
    epoch: Mapped[int] = mapped_column(default=0)  # a bot message of an older epoch is never sent
    seq: Mapped[int] = mapped_column(default=0)  # number of the newest change; given out under this row's lock

    team: Mapped[str] = mapped_column(String(80), default="")
    priority: Mapped[str] = mapped_column(String(10), default="normal")
    skill: Mapped[str] = mapped_column(String(60), default="", server_default="")  # what whoever takes it must know
    rank: Mapped[int] = mapped_column(default=2, server_default="2")  # place in the backlog: 0 before all, 3 behind all
    queued_at: Mapped[datetime | None] = mapped_column(UTCDateTime)  # in the backlog since: nobody could take it
    assignee_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    reason: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))  # why the assignee has it

    unread: Mapped[int] = mapped_column(default=0)
    doubts: Mapped[int] = mapped_column(default=0, server_default="0")  # messages that may have arrived, or not
    window_until: Mapped[datetime | None] = mapped_column(UTCDateTime)  # 24 h after their last message
    labels: Mapped[list[str]] = mapped_column(JSON, default=list)  # as in conversation_label, in the order given
    waiting_since: Mapped[datetime | None] = mapped_column(UTCDateTime)  # since when the contact waits for a person
    answer_from: Mapped[datetime | None] = mapped_column(UTCDateTime)  # when the response clock began, and
    answer_by: Mapped[datetime | None] = mapped_column(UTCDateTime)  # when it is over; None: it does not run
    snoozed_until: Mapped[datetime | None] = mapped_column(UTCDateTime)  # out of sight until then, or until they write
    paused_until: Mapped[datetime | None] = mapped_column(UTCDateTime)  # the end that somebody gave the pause
    last: Mapped[dict[str, Any] | None] = mapped_column(
        JSON(none_as_null=True)
    )  # what the list shows: text, sender, agent, at
    last_at: Mapped[datetime] = mapped_column(UTCDateTime, index=True)
    changed_at: Mapped[datetime] = mapped_column(UTCDateTime, index=True)  # for the hub's fallback look
    opened_at: Mapped[datetime] = mapped_column(UTCDateTime)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)

    contact: Mapped[Contact] = relationship(lazy="raise")

    @classmethod
    def locked(cls, *which: ColumnElement[bool]) -> Conversation | None:
        """Load for writing, afresh, with the contact; whoever comes next waits until we commit.

        Lock first, write second: a row inserted with a foreign key to this one takes a share of its lock, and two
        such shares are a deadlock.
        """
        return db.session.scalars(for_writing(*which)).one_or_none()

    @classmethod
    def at(cls, channel_id: int, address: str) -> Conversation | None:
        """The thread with this address, loaded for writing."""
        return db.session.scalars(_at(), {"channel": channel_id, "address": address}).one_or_none()

    @classmethod
    def all_at(cls, channel_id: int, addresses: Collection[str]) -> dict[str, Conversation]:
        """The threads with these addresses, loaded for writing, in the order that all_locked has."""
        asked = {"channel": channel_id, "addresses": list(addresses)}
        return {conversation.address: conversation for conversation in db.session.scalars(_all_at(), asked)}

    @classmethod
    def all_locked(cls, ids: Collection[int]) -> dict[int, Conversation]:
        """Several at once, locked in the order of their ids, so that two who want the same ones never deadlock."""
        found = db.session.scalars(_these(), {"ids": list(ids)})
        return {conversation.id: conversation for conversation in found}


def for_writing(*which: ColumnElement[bool]) -> Select[Conversation]:
    return (
        select(Conversation)
        .join(Conversation.contact)
        .options(contains_eager(Conversation.contact))
        .where(*which)
        .with_for_update(of=Conversation)
        .execution_options(populate_existing=True)
    )


@functools.cache
def _at() -> Select[Conversation]:
    """Made once: every message asks this."""
    return for_writing(Conversation.channel_id == bindparam("channel"), Conversation.address == bindparam("address"))


@functools.cache
def _all_at() -> Select[Conversation]:
    these = Conversation.address.in_(bindparam("addresses", expanding=True))
    return for_writing(Conversation.channel_id == bindparam("channel"), these).order_by(Conversation.id)


@functools.cache
def _these() -> Select[Conversation]:
    return for_writing(Conversation.id.in_(bindparam("ids", expanding=True))).order_by(Conversation.id)


class PersonPace(Model):
    """How fast this one person is written to: apart, because nobody who claims a message locks its conversation."""

    __tablename__ = "person_pace"

    conversation_id: Mapped[int] = mapped_column(ForeignKey("conversation.id", ondelete="CASCADE"), primary_key=True)
    paced_until: Mapped[datetime] = mapped_column(UTCDateTime)  # until then what was sent takes up the allowance


class ConversationLabel(Model):
    """A word put on a conversation, by a flow or a person."""

    __tablename__ = "conversation_label"

    conversation_id: Mapped[int] = mapped_column(ForeignKey("conversation.id"), primary_key=True)
    label: Mapped[str] = mapped_column(String(60), primary_key=True, index=True)
