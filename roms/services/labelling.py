"""Labels put on conversations and contacts, and taken off: written so that the past can be told again to the letter."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, select

from roms import clock
from roms.channels.reading import printable
from roms.db import db, insert_once, table, transaction
from roms.engine.types import JSON
from roms.errors import Invalid, NotFound
from roms.models import Contact, ContactLabel, Conversation, ConversationLabel, Label
from roms.services import access, assignment, channels, frames
from roms.services.actors import Actor
from roms.services.scene import Scene, add_history, finish, scene_of

LONGEST = 60
GREY = "grey"  # of a label that nobody made
PERSON = "person"


@transaction()
def put_on_conversation(actor: Actor, cid: str, label: str) -> JSON:
    """Invalid for what cannot be a label, and for one that is not used any more."""
    scene = access.scene_for(actor, cid)
    put(scene, offered(label, scene.at), actor.id)
    return _shown(scene)


@transaction()
def take_from_conversation(actor: Actor, cid: str, label: str) -> JSON:
    scene = access.scene_for(actor, cid)
    take(scene, label, actor.id)
    return _shown(scene)


def put(scene: Scene, label: str, person: int | None = None) -> None:
    """Once; `person` is who did it, None for a flow: what flows do is found out again by whoever replays them."""
    if label in scene.conversation.labels:
        return
    _there(label, scene.at)
    scene.conversation.labels = [*scene.conversation.labels, label]
    row = {"conversation_id": scene.conversation.id, "label": label}
    insert_once(table(ConversationLabel), row, "conversation_id", "label", asking="label")
    by = {} if person is None else {"by": PERSON}
    add_history(scene, "label", {"label": label, **by}, scene.actor if person is None else person)


def take(scene: Scene, label: str, person: int) -> None:
    if label not in scene.conversation.labels:
        return
    scene.conversation.labels = [each for each in scene.conversation.labels if each != label]
    columns = table(ConversationLabel).c
    here = columns.conversation_id == scene.conversation.id, columns.label == label
    db.session.execute(delete(table(ConversationLabel)).where(*here))
    add_history(scene, "label", {"label": label, "removed": True, "by": PERSON}, person)


@transaction()
def put_on_contact(actor: Actor, contact_id: int, label: str) -> list[str]:
    """The contact's labels afterwards. NotFound, Invalid as for conversations."""
    access.check_contact(actor, contact_id)
    scenes, contact = of_contact(contact_id, clock.now(), actor.id)
    label = offered(label, clock.now())
    held = contact.labels
    return changed(scenes, contact, held if label in held else [*held, label], actor.id)


@transaction()
def take_from_contact(actor: Actor, contact_id: int, label: str) -> list[str]:
    access.check_contact(actor, contact_id)
    scenes, contact = of_contact(contact_id, clock.now(), actor.id)
    return changed(scenes, contact, [each for each in contact.labels if each != label], actor.id)


def of_contact(contact_id: int, at: datetime, actor: int | None) -> tuple[list[Scene], Contact]:
    """Every thread of this contact, locked in the order of ids, then the contact. Raises NotFound."""
    ids = set(db.session.scalars(select(Conversation.id).filter_by(contact_id=contact_id)))
    locked = Conversation.all_locked(ids).values() if ids else ()
    scenes = [scene_of(each, channels.line(each.channel_id), at, actor) for each in locked]
    fresh = select(Contact).where(Contact.id == contact_id, Contact.merged_into.is_(None)).with_for_update()
    contact = db.session.scalars(fresh.execution_options(populate_existing=True)).one_or_none()
    if contact is None:
        raise NotFound("there is no such contact")
    return scenes, contact


def changed(scenes: list[Scene], contact: Contact, labels: list[str], person: int | None) -> list[str]:
    """Written down, and shown in all their threads."""
    if labels != contact.labels:
        mark(scenes, contact, labels, person)
        finish(*scenes)
    return labels


def mark(scenes: Sequence[Scene], contact: Contact, labels: list[str], person: int | None) -> None:
    """The same, by whoever finishes the scenes: the thread in which something happened last tells what it was."""
    news = {"field": "labels", "old": contact.labels, "new": labels, "by": PERSON}
    write(contact, labels)
    for scene in scenes:
        if scene.conversation.queued_at is not None:  # a VIP comes first, also when that is said while they wait
            scene.conversation.rank = assignment.rank_of(scene.conversation)
    newest = max(scenes, key=lambda scene: (scene.conversation.last_at, scene.conversation.id), default=None)
    for scene in scenes:
        if scene is newest:
            add_history(scene, "contact", news, person)
        else:
            scene.next_seq()


def write(contact: Contact, labels: list[str]) -> None:
    """The labels of a locked contact, beside it and by label."""
    columns = table(ContactLabel).c
    gone = [each for each in contact.labels if each not in labels]
    if gone:
        db.session.execute(delete(table(ContactLabel)).where(columns.contact_id == contact.id, columns.label.in_(gone)))
    for label in labels:
        row = {"contact_id": contact.id, "label": label}
        insert_once(table(ContactLabel), row, "contact_id", "label", asking="label")
    contact.labels = labels
    db.session.flush()


def offered(label: str, at: datetime) -> str:
    """A label that people may put on, in its one spelling; it is made, grey, where nobody made it yet."""
    label = spelled(label)
    _there(label, at)
    if not db.session.scalar(select(Label.is_active).where(Label.key == label)):
        raise Invalid("this label is not used any more", field="label")
    return label


def spelled(label: str) -> str:
    """Invalid for nothing, and for what is too long."""
    label = " ".join(printable(label).split())
    if not label or len(label) > LONGEST:
        raise Invalid(f"a label has 1 to {LONGEST} characters", field="label")
    return label


def _there(label: str, at: datetime) -> None:
    """Made where it is missing; held, so that nobody calls it something else before we are done."""
    row = {"key": label, "colour": GREY, "is_vip": False, "is_active": True, "created_at": at}
    insert_once(table(Label), row, "key")
    db.session.execute(select(Label.id).where(Label.key == label).with_for_update(read=True, key_share=True))


def _shown(scene: Scene) -> JSON:
    finish(scene)
    return {"conversation": frames.summary(scene.conversation, scene.line, scene.talk)}
