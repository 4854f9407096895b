"""News of people: a new number, a new user id, a name; two that were taken for two turn out to be one."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from roms import clock
from roms.channels.items import Identity, IdentityChanged, Profile
from roms.db import db, transaction
from roms.engine.types import JSON
from roms.models import Contact, ContactAddress, Conversation, History
from roms.services import channels, faces, identities
from roms.services.merging import speaks_as
from roms.services.scene import Scene, add_history, finish, scene_of

LONGEST_NAME = 200


@transaction()
def changed(channel_id: int, news: IdentityChanged) -> bool:
    """The person has a new name to be reached by: one contact, one history, answers go to the new address.

    False: nobody we know, or nothing new.
    """
    at, line = clock.now(), channels.line(channel_id)
    both = identities.all_canonical((news.old, news.new))
    if len(both) < 2:
        return False
    identities.one_at_a_time(both, f"address {line.id} {news.address}")
    before = identities.owners(both)
    contact_id = identities.owner(both, None, at)
    if contact_id is None:
        return False
    old, new = both
    thread = _thread(contact_id, channel_id, old)
    if thread is None:
        contact = identities.live(contact_id)
        _take(contact, both, at)
        return new not in before
    scene = scene_of(thread, line, at)
    moves = _move(scene, news.address)
    _take(thread.contact, both, at)
    if not moves and before.get(old) == before.get(new):
        return False
    add_history(scene, "identity", {"kind": new.kind, "old": old.value, "new": new.value})
    finish(scene)
    return True


def _thread(contact_id: int, channel_id: int, old: Identity) -> Conversation | None:
    """Their thread on this channel, locked: the one under the old name where there are several."""
    rows = db.session.execute(
        select(Conversation.id, Conversation.address, Conversation.last_at)
        .filter_by(contact_id=contact_id, channel_id=channel_id)
        .order_by(Conversation.last_at.desc(), Conversation.id.desc())
    ).all()
    if not rows:
        return None
    mine = next((row.id for row in rows if speaks_as(row.address, [old.value])), rows[0].id)
    return Conversation.locked(Conversation.id == mine)


def _move(scene: Scene, address: str) -> bool:
    """Answers go to the new address, unless it has a thread of its own already."""
    conversation = scene.conversation
    if not address or address == conversation.address:
        return False
    taken = select(Conversation.id).filter_by(channel_id=scene.line.id, address=address)
    if db.session.scalar(taken) is not None:
        return False
    conversation.address = address
    return True


def _take(contact: Contact, both: tuple[Identity, ...], at: datetime) -> None:
    """Both names are this contact's; the newer number is the one that people see."""
    old, new = both
    identities.learn(contact, both, at)
    if new.kind == "phone" and contact.phone in (None, old.value):
        contact.phone = new.value
        contact.changed_at = at


@transaction()
def told(channel_id: int, news: Profile) -> bool:
    """Names that belong together, and what somebody calls himself. Strangers stay strangers: an address book is no
    conversation. False: nothing new."""
    at = clock.now()
    names = identities.all_canonical(news.identities)
    if not names:
        return False
    identities.one_at_a_time(names)
    before = identities.owners(names)
    contact_id = identities.owner(names, None, at)
    if contact_id is None:
        return False
    scene = newest_scene(contact_id, at)
    contact = scene.conversation.contact if scene else identities.live(contact_id)
    identities.learn(contact, names, at)
    faces.told(contact.id, channel_id, news.picture, at)
    is_renamed = rename(contact, news.name, scene, at) if _may_rename(contact, news.name) else False
    if scene is not None and is_renamed:
        finish(scene)
    return is_renamed or len(before) < len(names) or len(set(before.values())) > 1


def newest_scene(contact_id: int, at: datetime) -> Scene | None:
    """The thread of theirs in which something happened last, locked; None where there is none."""
    newest = select(Conversation.id).filter_by(contact_id=contact_id).order_by(Conversation.last_at.desc()).limit(1)
    found = db.session.scalar(newest)
    conversation = None if found is None else Conversation.locked(Conversation.id == found)
    return None if conversation is None else scene_of(conversation, channels.line(conversation.channel_id), at)


def _may_rename(contact: Contact, name: str) -> bool:
    """A name that a person gave, or that the contact told a flow, outlives the provider's."""
    if not name.strip() or contact.named_by is not None:
        return False
    mine = select(Conversation.id).where(Conversation.contact_id == contact.id)
    said = select(History.data).where(History.event == "contact", History.conversation_id.in_(mine))
    return not any(
        row["field"] == "name" and row["new"] == contact.name and row.get("by") != "profile"
        for row in db.session.scalars(said)
    )


def rename(
    contact: Contact, name: str, scene: Scene | None, at: datetime, user: int | None = None, by: str = "profile"
) -> bool:
    """Call a contact something else; in the thread it stands when and by whom, so that the past can be told again."""
    name = " ".join(name.split())[:LONGEST_NAME]
    old = contact.name
    if name == old:
        return False
    contact.name, contact.changed_at = name, at
    if not old and contact.named_at is None:
        contact.named_at = at
    if scene is not None:
        data: JSON = {"field": "name", "old": old, "new": name, "by": by}
        add_history(scene, "contact", data, user)
    return True


def addresses_of(contact_id: int) -> list[JSON]:
    """Every name this contact goes by, the oldest first."""
    found = select(ContactAddress).filter_by(contact_id=contact_id).order_by(ContactAddress.id)
    return [{"kind": row.kind, "value": row.value} for row in db.session.scalars(found)]
