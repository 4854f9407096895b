"""Two contacts are one person: said by people or by a provider, kept so that it can be undone exactly."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.orm.attributes import set_committed_value

from roms import clock
from roms.db import db, table, transaction
from roms.engine.types import JSON
from roms.errors import Conflict, Invalid, NotAllowed, NotFound
from roms.models import Contact, ContactAddress, ContactMerge, Conversation
from roms.services import channels, labelling
from roms.services.actors import Actor
from roms.services.scene import Scene, add_history, finish, scene_of

CONSENT = ("opted_out_at", "consent_at", "consent_how", "consent_text", "consent_by")  # all or none, where only `gone`
# wants no advertising: whoever of the two said so, the one person did
FIELDS = ("name", "phone", "language", "picture", "named_by", "named_at", *CONSENT)  # filled where they are empty
TOGETHER = ("named_by", "named_at")  # belong to the name: they come with it or not at all


@transaction()
def merge(actor: Actor, kept: int, gone: int) -> int:
    """Make these two one person, and return the merge's id. Everything of `gone` moves to `kept`."""
    if not actor.is_admin:
        raise NotAllowed("only admins say that two contacts are one person")
    if kept == gone:
        raise Invalid("these are the same contact already", field="with")
    join(kept, gone, "person", actor.id, clock.now())
    newest = select(ContactMerge.id).filter_by(kept_id=kept, gone_id=gone).order_by(ContactMerge.id.desc()).limit(1)
    return db.session.scalars(newest).one()


def join(kept_id: int, gone_id: int, reason: str, user: int | None, at: datetime) -> int:
    """The same within the caller's transaction, before it locks a conversation; the id of who is left."""
    scenes = _scenes(Conversation.contact_id.in_([kept_id, gone_id]), at, user)
    both = _locked(kept_id, gone_id)
    kept, gone = both.get(kept_id), both.get(gone_id)
    if kept is None or gone is None:
        raise NotFound("there is no such contact")
    if kept.merged_into is not None or gone.merged_into is not None:
        raise Conflict("one of them is part of another contact already")
    _refuse_groups(kept_id, gone_id)
    before = {"kept": _values(kept), "gone": _values(gone)}
    moved: JSON = {
        "addresses": _moved(ContactAddress, kept_id, ContactAddress.contact_id == gone_id),
        "conversations": _moved(Conversation, kept_id, Conversation.contact_id == gone_id),
        "filled": _fill(kept, gone),
        "before": before,
    }
    gone.merged_into, gone.changed_at, kept.changed_at = kept_id, at, at
    made = ContactMerge(kept_id=kept_id, gone_id=gone_id, moved=moved, reason=reason, user_id=user, at=at)
    db.session.add(made)
    db.session.flush()
    other = {"merge": made.id, "name": gone.name or gone.phone or "", "into": kept.name or kept.phone or ""}
    _tell(scenes, kept, moved["conversations"], "merged", other | {"reason": reason})
    return kept_id


@transaction()
def undo(actor: Actor, merge_id: int) -> None:
    """They are two people after all: everything is again as it was. What came since to names that were moved goes with
    them. Conflict where one of the two has become part of a third since."""
    if not actor.is_admin:
        raise NotAllowed("only admins take merges back")
    row = db.session.get(ContactMerge, merge_id, with_for_update=True, populate_existing=True)
    if row is None:
        raise NotFound("there is no such merge")
    scenes = _scenes(Conversation.contact_id == row.kept_id, clock.now(), actor.id)
    both = _locked(row.kept_id, row.gone_id)
    kept, gone = both[row.kept_id], both[row.gone_id]
    _refuse_undo(row, kept, gone)
    mine = ContactAddress.id.in_(row.moved["addresses"]), ContactAddress.contact_id == kept.id
    _moved(ContactAddress, gone.id, *mine)
    theirs = [scene.conversation.id for scene in scenes if _is_theirs(scene, row, gone.id)]
    _moved(Conversation, gone.id, Conversation.id.in_(theirs))
    _part_consent(kept, gone, row.moved)
    _empty(kept, row.moved["filled"])
    row.undone_at = gone.changed_at = kept.changed_at = clock.now()
    gone.merged_into = None
    db.session.flush()
    back = {"merge": row.id, "name": gone.name or gone.phone or "", "into": kept.name or kept.phone or ""}
    _tell([scene for scene in scenes if scene.conversation.id in theirs], gone, theirs, "unmerged", back)
    _tell([scene for scene in scenes if scene.conversation.id not in theirs], kept, (), "unmerged", back)


def _refuse_undo(row: ContactMerge, kept: Contact, gone: Contact) -> None:
    if row.undone_at is not None:
        raise Conflict("this merge was undone already")
    if kept.merged_into is not None:
        raise Conflict(
            f"contact {kept.id} became part of contact {kept.merged_into} later: undo that merge first",
            into=kept.merged_into,
        )
    if gone.merged_into != kept.id:
        raise Conflict("they are not one contact any more")


def _scenes(which: ColumnElement[bool], at: datetime, user: int | None) -> list[Scene]:
    """Their conversations, locked in the order of ids."""
    ids = set(db.session.scalars(select(Conversation.id).where(which)))
    found = Conversation.all_locked(ids).values() if ids else ()
    return [scene_of(each, channels.line(each.channel_id), at, user) for each in found]


def _locked(*ids: int) -> dict[int, Contact]:
    found = select(Contact).where(Contact.id.in_(ids)).order_by(Contact.id).with_for_update()
    return {each.id: each for each in db.session.scalars(found.execution_options(populate_existing=True))}


def _refuse_groups(*contacts: int) -> None:
    columns = table(ContactAddress).c
    groups = select(columns.id).where(columns.contact_id.in_(contacts), columns.kind == "group").limit(1)
    if db.session.scalar(groups) is not None:
        raise Invalid("a group is nobody: it cannot be one person with somebody", field="with")


def _moved(what: type[ContactAddress] | type[Conversation], to: int, *which: ColumnElement[bool]) -> list[int]:
    """Give these rows to that contact; their ids."""
    columns = table(what).c
    changed = update(table(what)).where(*which).values(contact_id=to).returning(columns.id)
    return sorted(db.session.scalars(changed))


def _values(contact: Contact) -> JSON:
    """What is kept of a contact as it was, in JSON's terms."""
    found: JSON = {name: getattr(contact, name) for name in FIELDS}
    found = {name: value.isoformat() if isinstance(value, datetime) else value for name, value in found.items()}
    return found | {"attributes": dict(contact.attributes), "labels": list(contact.labels)}


def _fill(kept: Contact, gone: Contact) -> JSON:
    """Have `kept` know what only `gone` knew; what was filled, in JSON's terms."""
    names_too = not kept.name and bool(gone.name)
    filled = []
    for name in (each for each in FIELDS if each not in CONSENT):
        wanted = names_too if name in TOGETHER else not getattr(kept, name)
        if wanted and (getattr(gone, name) or name in TOGETHER):
            setattr(kept, name, getattr(gone, name))
            filled.append(name)
    if kept.opted_out_at is None and gone.opted_out_at is not None:
        for name in CONSENT:
            setattr(kept, name, getattr(gone, name))
        filled += CONSENT
    attributes = {key: value for key, value in gone.attributes.items() if key not in kept.attributes}
    if attributes:
        kept.attributes = kept.attributes | attributes
    values = _values(gone)
    labels = [each for each in gone.labels if each not in kept.labels]
    labelling.write(kept, [*kept.labels, *labels])
    more = {"attributes": attributes, "labels": labels}
    return {name: values[name] for name in filled} | {name: value for name, value in more.items() if value}


def _part_consent(kept: Contact, gone: Contact, moved: Mapping[str, Any]) -> None:
    """Each has again what was said by that one; a withdrawal made while they were one person holds for both."""
    now, before, filled = _values(kept), moved["before"]["kept"], moved["filled"]
    if "consent_at" in filled and all(now[name] == filled[name] for name in CONSENT):
        for name in CONSENT:
            told = before[name]
            setattr(kept, name, datetime.fromisoformat(told) if told and name.endswith("_at") else told)
    elif now["opted_out_at"] not in (None, before["opted_out_at"]) and gone.opted_out_at is None:
        for name in CONSENT:
            setattr(gone, name, getattr(kept, name))


def _empty(kept: Contact, filled: Mapping[str, Any]) -> None:
    """Have `kept` forget what it had from the other, but for what was changed since."""
    now = _values(kept)
    gone_too = "name" not in filled or now["name"] == filled["name"]
    for name, value in filled.items():
        if name in CONSENT and "consent_at" in filled:
            continue
        if name == "labels":
            labelling.write(kept, [each for each in kept.labels if each not in value])
        elif name == "attributes":
            kept.attributes = {
                key: mine for key, mine in kept.attributes.items() if key not in value or value[key] != mine
            }
        elif now[name] == value and (name not in TOGETHER or gone_too):
            setattr(kept, name, "" if isinstance(value, str) and name in ("name", "language", "picture") else None)


def _is_theirs(scene: Scene, row: ContactMerge, gone: int) -> bool:
    """Whether this thread goes back: it was theirs, or began since under one of their names."""
    conversation = scene.conversation
    if conversation.id in row.moved["conversations"]:
        return True
    if conversation.created_at < row.at:
        return False
    values = db.session.scalars(select(ContactAddress.value).filter_by(contact_id=gone))
    return speaks_as(conversation.address, values)


def speaks_as(address: str, values: Iterable[str]) -> bool:
    """Whether this address of a provider is one of these names."""
    bare = address.removeprefix("whatsapp:").partition("@")[0].removeprefix("+")
    return any(bare == value.partition("@")[0].removeprefix("+") or address == value for value in values)


def _tell(scenes: Sequence[Scene], contact: Contact, moved: Sequence[int], event: str, data: JSON) -> None:
    """Show it in the threads that moved; the others show the contact as it is now."""
    for scene in scenes:
        scene.conversation.contact_id = contact.id
        set_committed_value(scene.conversation, "contact", contact)
        if scene.conversation.id in moved:
            add_history(scene, event, data, scene.actor)
        else:
            scene.next_seq()
    finish(*scenes)
