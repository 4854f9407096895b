"""A contact that nobody ever talked with is removed for good: typed by mistake, or taken in with a wrong file.

Whoever has a conversation stays, and so does everybody who was joined with somebody: what was said is destroyed by none
of us.
"""

from __future__ import annotations

import logging

from sqlalchemy import delete, exists, or_, select

from roms.channels.items import Identity
from roms.db import db, transaction
from roms.errors import Conflict, Invalid, NotAllowed, NotFound
from roms.models import Contact, ContactAddress, ContactLabel, ContactMerge, ContactPicture, Conversation
from roms.services import identities
from roms.services.actors import Actor

log = logging.getLogger(__name__)


@transaction()
def remove(actor: Actor, contact_id: int, typed: str) -> None:
    """By whoever types the name (or number) that the contact bears. Raises NotAllowed, NotFound, Invalid, Conflict."""
    if not actor.is_admin:
        raise NotAllowed("contacts are removed by admins")
    names = select(ContactAddress.kind, ContactAddress.value).filter_by(contact_id=contact_id)
    known = [Identity(row.kind, row.value) for row in db.session.execute(names)]
    identities.one_at_a_time(known)  # whoever writes for the first time at this moment has a contact before or after
    fresh = select(Contact).where(Contact.id == contact_id).with_for_update()
    contact = db.session.scalars(fresh.execution_options(populate_existing=True)).one_or_none()
    if contact is None:
        raise NotFound("there is no such contact")
    if " ".join(typed.split()) != " ".join((contact.name or contact.phone or "").split()):
        raise Invalid("this is not how the contact is called", field="name", problem="differs")
    if _is_used(contact_id):
        raise Conflict("somebody talked with this contact, or it was joined with another")
    for left in (ContactAddress, ContactLabel):
        db.session.execute(delete(left).where(left.contact_id == contact_id))
    db.session.delete(contact)
    log.warning("contact %s was removed by %s", contact_id, actor.id)


def _is_used(contact_id: int) -> bool:
    uses = [
        Conversation.contact_id == contact_id,
        ContactPicture.contact_id == contact_id,
        ContactMerge.kept_id == contact_id,
        ContactMerge.gone_id == contact_id,
        Contact.merged_into == contact_id,
    ]
    return bool(db.session.scalar(select(or_(*(exists().where(use) for use in uses)))))
