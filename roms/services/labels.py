"""The labels there are: made, coloured, called something else, put away, and counted."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, time, timedelta
from typing import Any

from sqlalchemy import func, select, update

from roms import clock
from roms.db import db, table, transaction
from roms.engine.types import JSON
from roms.errors import Conflict, Invalid, NotFound
from roms.models import Contact, ContactLabel, Conversation, ConversationLabel, History, Label
from roms.services import channels, editors, publishing
from roms.services.actors import Actor
from roms.services.labelling import PERSON, spelled
from roms.services.scene import Scene, add_history, finish, scene_of

PALETTE = ("grey", "red", "orange", "yellow", "green", "teal", "blue", "purple", "pink", "brown")
MOST_DAYS = 92


def known() -> list[JSON]:
    """Every label with its colour, for pages that show them; those put away too, because they still stand somewhere."""
    rows = db.session.scalars(select(Label).order_by(func.lower(Label.key)).execution_options(populate_existing=True))
    return [_shown(row) for row in rows]


def listing(actor: Actor) -> JSON:
    """The same with how many conversations and contacts have each now."""
    of_conversations, of_contacts = _tally(ConversationLabel), _tally(ContactLabel)
    items = [
        each | {"conversations": of_conversations.get(each["key"], 0), "contacts": of_contacts.get(each["key"], 0)}
        for each in known()
    ]
    return {"items": items, "palette": list(PALETTE), "may_edit": actor.is_supervisor}


@transaction()
def make(actor: Actor, key: str, colour: str, is_vip: bool = False) -> JSON:
    """Invalid for what cannot be a label, Conflict where there is one of this name."""
    editors.require(actor)
    key = spelled(key)
    _refuse_twin(key)
    row = Label(key=key, colour=_colour(colour), is_vip=is_vip, is_active=True, created_at=clock.now())
    db.session.add(row)
    db.session.flush()
    return _shown(row)


@transaction()
def change(actor: Actor, label_id: int, values: Mapping[str, Any]) -> JSON:
    """Colour, VIP, in use or not; a new key goes to all that has the label, and what happened stays as it was told."""
    editors.require(actor)
    row = db.session.get(Label, label_id, populate_existing=True)
    if row is None:
        raise NotFound("there is no such label")
    if "colour" in values:
        row.colour = _colour(values["colour"])
    for name in ("is_vip", "is_active"):
        if name in values:
            setattr(row, name, values[name])
    if "key" in values and (key := spelled(values["key"])) != row.key:
        _refuse_twin(key, row.id)
        _rename(row, key, actor)
    db.session.flush()
    return _shown(row)


def counts(days: int = 30, now: datetime | None = None) -> JSON:
    """On how many conversations each label was put on each of the last days, by the calendar of the newest release."""
    zone = publishing.newest().hours.zone
    today = (now or clock.now()).astimezone(zone).date()
    told = [today - timedelta(days=ago) for ago in reversed(range(min(max(days, 1), MOST_DAYS)))]
    by_label: dict[str, list[int]] = {}
    for place, day in enumerate(told):
        begins, ends = (datetime.combine(each, time(), zone) for each in (day, day + timedelta(days=1)))
        for label, count in _put_between(begins, ends).items():
            by_label.setdefault(label, [0] * len(told))[place] = count
    return {"days": [day.isoformat() for day in told], "labels": dict(sorted(by_label.items()))}


def _put_between(begins: datetime, ends: datetime) -> dict[str, int]:
    label = History.data["label"].as_string()
    put = History.event == "label", History.at >= begins, History.at < ends
    is_put = History.data["removed"].as_boolean().is_(None), History.data["was"].as_string().is_(None)
    query = select(label, func.count(History.conversation_id.distinct())).where(*put, *is_put).group_by(label)
    return {row[0]: row[1] for row in db.session.execute(query)}


def _tally(of: type[ConversationLabel] | type[ContactLabel]) -> dict[str, int]:
    return {row[0]: row[1] for row in db.session.execute(select(of.label, func.count()).group_by(of.label))}


def _refuse_twin(key: str, but: int = 0) -> None:
    """Two that differ in capitals only would be one word to everybody who reads them."""
    twins = select(Label.key).where(func.lower(Label.key) == key.lower(), Label.id != but)
    if twin := db.session.scalar(twins.limit(1)):
        raise Conflict(f"there is a label {twin!r} already", field="key")


def _colour(colour: str) -> str:
    if colour not in PALETTE:
        raise Invalid(f"colour: one of {', '.join(PALETTE)}", field="colour")
    return colour


# --- another name --------------------------------------------------------------------------------------------------


def _rename(row: Label, key: str, actor: Actor) -> None:
    """Threads first, in the order of their ids, then the label: whoever puts it on goes the same way. Who was quicker
    than we is found by looking again once nobody else can put it on."""
    old = row.key
    scenes = {each.conversation.id: each for each in _having(old, (), actor)}
    row.key = key
    db.session.flush()
    scenes |= {each.conversation.id: each for each in _having(old, tuple(scenes), actor)}
    for of in (ConversationLabel, ContactLabel):
        db.session.execute(update(table(of)).where(table(of).c.label == old).values(label=key))
    _contacts(old, key, scenes, actor)
    for scene in scenes.values():
        labels = scene.conversation.labels
        if old in labels:
            scene.conversation.labels = [key if each == old else each for each in labels]
            add_history(scene, "label", {"label": key, "was": old, "by": PERSON}, actor.id)
    finish(*(scenes[each] for each in sorted(scenes)))


def _having(label: str, but: tuple[int, ...], actor: Actor) -> list[Scene]:
    """The threads that show it, on themselves or on their contact."""
    here = select(ConversationLabel.conversation_id).where(ConversationLabel.label == label)
    people = select(ContactLabel.contact_id).where(ContactLabel.label == label)
    theirs = select(Conversation.id).where(Conversation.contact_id.in_(people))
    ids = {*db.session.scalars(here), *db.session.scalars(theirs)} - set(but)
    found = Conversation.all_locked(ids).values() if ids else ()
    return [scene_of(each, channels.line(each.channel_id), clock.now(), actor.id) for each in found]


def _contacts(old: str, key: str, scenes: Mapping[int, Scene], actor: Actor) -> None:
    """The people who have it; where something happened last it stands what changed, so that the past stays exact."""
    people = select(ContactLabel.contact_id).where(ContactLabel.label == key)
    fresh = select(Contact).where(Contact.id.in_(people)).order_by(Contact.id).with_for_update()
    threads: dict[int, list[Scene]] = {}
    for scene in scenes.values():
        threads.setdefault(scene.conversation.contact_id, []).append(scene)
    for contact in db.session.scalars(fresh.execution_options(populate_existing=True)):
        before = contact.labels
        contact.labels = [key if each == old else each for each in before]
        mine = threads.get(contact.id, [])
        newest = max(mine, key=lambda scene: (scene.conversation.last_at, scene.conversation.id), default=None)
        for scene in mine:
            if scene is newest:
                news = {"field": "labels", "old": before, "new": contact.labels, "by": PERSON}
                add_history(scene, "contact", news, actor.id)
            else:
                scene.next_seq()
    db.session.flush()


def _shown(row: Label) -> JSON:
    return {name: getattr(row, name) for name in ("id", "key", "colour", "is_vip", "is_active")}
