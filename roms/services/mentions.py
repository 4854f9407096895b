"""Where somebody was called by a note, until he has looked there."""

from __future__ import annotations

from sqlalchemy import select, update

from roms import clock
from roms.db import db, table, transaction
from roms.engine.types import JSON
from roms.models import Contact, Conversation, Mention, Message
from roms.services import access, frames
from roms.services.actors import Actor
from roms.services.scene import names_of

MOST = 30
# Of conversations: those in which access.ME was ever called, and those in which he has not looked since.
_OF_ME = select(Mention.conversation_id).where(Mention.user_id == access.ME)
CALLED = Conversation.id.in_(_OF_ME)
UNSEEN = Conversation.id.in_(_OF_ME.where(Mention.seen_at.is_(None)))


def listed(actor: Actor) -> JSON:
    """The newest that this person has not seen, how many there are, and in which conversations they stand."""
    columns = (Mention.at, Message.seq, Message.text, Message.agent_id, Conversation.public_id, Contact.name)
    found = (
        select(*columns)
        .join(Message, Message.id == Mention.message_id)
        .join(Conversation, Conversation.id == Mention.conversation_id)
        .join(Contact, Contact.id == Conversation.contact_id)
        .where(Mention.user_id == actor.id, Mention.seen_at.is_(None), access.visible_to(actor))
        .order_by(Mention.id.desc())
    )
    rows = db.session.execute(found).all()
    names = names_of(row.agent_id for row in rows)
    items = [
        {
            "conversation": row.public_id,
            "contact": row.name,
            "by": names.get(row.agent_id, ""),
            "text": row.text[:200],
            "seq": row.seq,
            "at": frames.moment(row.at),
        }
        for row in rows[:MOST]
    ]
    return {"count": len(rows), "items": items, "conversations": sorted({row.public_id for row in rows})}


@transaction()
def seen(actor: Actor, cid: str) -> None:
    """He has opened the conversation. NotFound for what is not his to see."""
    access.check(actor, cid)
    here = select(Conversation.id).where(Conversation.public_id == cid).scalar_subquery()
    mine = Mention.user_id == actor.id, Mention.conversation_id == here, Mention.seen_at.is_(None)
    db.session.execute(update(table(Mention)).where(*mine).values(seen_at=clock.now()))
