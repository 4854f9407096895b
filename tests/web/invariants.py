"""What the database must hold at any moment, whatever was thrown at it."""

from __future__ import annotations

from sqlalchemy import func, select

from roms.db import db
from roms.models import Attachment, Contact, ContactAddress, Conversation, History, Message


def check_nothing_half_stored() -> None:
    """Every part has its whole, every number is given out once and in order."""
    db.session.rollback()
    for conversation in db.session.scalars(select(Conversation)):
        contact = db.session.get(Contact, conversation.contact_id)
        assert contact is not None
        assert contact.merged_into is None, "a thread of somebody who is somebody else now"
        assert conversation.unread >= 0
        check_thread(conversation)
    check_names()
    check_files()
    db.session.rollback()


def check_thread(conversation: Conversation) -> None:
    seqs = list(db.session.scalars(select(Message.seq).filter_by(conversation_id=conversation.id)))
    told = list(db.session.scalars(select(History.seq).filter_by(conversation_id=conversation.id)))
    revisions = list(db.session.scalars(select(Message.revision).filter_by(conversation_id=conversation.id)))
    assert seqs, "a thread in which nothing was ever said"
    assert len(set(seqs)) == len(seqs)
    assert not set(seqs) & set(told), "a message and an event have the same number"
    assert all(0 < each <= conversation.seq for each in [*seqs, *told, *revisions])
    arrived = select(func.count()).where(Message.conversation_id == conversation.id, Message.direction == "in")
    assert conversation.unread <= (db.session.scalar(arrived) or 0)


def check_names() -> None:
    for name in db.session.scalars(select(ContactAddress)):
        owner = db.session.get(Contact, name.contact_id)
        assert owner is not None
        assert owner.merged_into is None, f"{name.kind} {name.value} leads to somebody who is somebody else now"


def check_files() -> None:
    for file in db.session.scalars(select(Attachment).where(Attachment.seq.is_not(None))):
        same = select(Message).filter_by(conversation_id=file.conversation_id, seq=file.seq)
        message = db.session.scalars(same).one()
        media = (message.payload or {}).get("media") or {}
        assert media.get("file") == file.public_id or "deleted" in (message.payload or {})
