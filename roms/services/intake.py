"""A message comes in: stored once, in order, and the conversation answers."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import insert, select

from roms import clock
from roms.channels.items import Identity, Incoming
from roms.db import db, insert_all, insert_once, serialize, table, transaction
from roms.engine import lifecycle, session
from roms.engine.events import AgentReplied, Looped, MessageReceived
from roms.engine.types import Mode
from roms.models import Contact, Conversation, Direction, Message, Sender, Status
from roms.services import (
    changes,
    channels,
    consent,
    contents,
    echoes,
    identities,
    lateness,
    loops,
    payloads,
    permission,
    publishing,
    receipts,
    tallies,
    turns,
    unmatched,
)
from roms.services.channels import Line
from roms.services.runner import advance
from roms.services.scene import Row, Scene, finish, message_row, scene_of

REPEAT_WITHIN = timedelta(seconds=3)  # the same message without an id, again: a repeat
ONCE = ("channel_id", "direction", "provider_id")  # what makes a message the same one


class Known(Exception):
    """It was here already, under another name of its writer: the thread begun for it is not to be."""


def receive(channel_id: int, incoming: Incoming, language: str = "") -> bool:
    """Store what arrived, once, and let the conversation answer. False: it was here already."""
    try:
        return _receive(channel_id, incoming, language)
    except Known:
        return False


@transaction()
def _receive(channel_id: int, incoming: Incoming, language: str) -> bool:
    line = channels.line(channel_id)
    at = clock.now()
    if incoming.from_business and incoming.provider_id:
        serialize(receipts.key(channel_id, incoming.provider_id))
    names = identities.of(line, incoming)
    conversation = Conversation.at(channel_id, incoming.address) if identities.are_settled(names) else None
    if conversation is None:
        conversation = _meet(line, incoming, names, language, at)
    scene = scene_of(conversation, line, at)
    stored = _store_ours(scene, incoming) if incoming.from_business else _store(scene, incoming)
    if stored:
        _learn_name(conversation.contact, incoming, at)
        finish(scene)
    elif not scene.start:
        raise Known
    else:
        conversation.seq = scene.start  # what was to be its number is the next one's
    return stored


@transaction()
def receive_all(channel_id: int, messages: Sequence[Incoming]) -> list[bool]:
    """The same for messages of as many people whom we know (services/together.py), in the statements of one.

    They are stored all or none: on any error whoever calls stores them one by one, so that a bad one costs only itself.
    """
    line = channels.line(channel_id)
    at = clock.now()
    known = Conversation.all_at(channel_id, [each.address for each in messages])
    scenes = [scene_of(known[each.address], line, at) for each in messages]
    ids = [each.provider_id or "" for each in messages]
    repeated, awaited = _here_already(channel_id, ids), changes.awaited(channel_id, ids)
    new = [each for each in zip(scenes, messages, strict=True) if each[1].provider_id not in repeated]
    rows = [_arrived(*each, each[1].provider_id) for each in new]
    insert_all(table(Message), rows)
    for (scene, incoming), row in zip(new, rows, strict=True):
        _follow(scene, incoming, row, incoming.provider_id in awaited)
        _learn_name(scene.conversation.contact, incoming, at)
    finish(*(scene for scene, _ in new))
    return [id_ not in repeated for id_ in ids]


def _here_already(channel_id: int, provider_ids: Sequence[str]) -> set[str]:
    """Those of these messages that were stored before. Nobody stores one meanwhile: their threads are locked."""
    columns = table(Message).c
    found = select(columns.provider_id).where(columns.channel_id == channel_id, columns.direction == Direction.IN)
    return set(db.session.scalars(found.where(columns.provider_id.in_(provider_ids))))


def _store(scene: Scene, incoming: Incoming) -> bool:
    """What the contact wrote, then what the lifecycle makes of it."""
    provider_id = _provider_id(scene, incoming)
    if provider_id is None:
        return False
    row = _arrived(scene, incoming, provider_id)
    is_awaited = insert_once(table(Message), row, *ONCE, asking=changes.IS_AWAITED)
    if is_awaited is None:
        return False
    _follow(scene, incoming, row, bool(is_awaited))
    return True


def _arrived(scene: Scene, incoming: Incoming, provider_id: str | None) -> Row:
    return message_row(
        scene,
        direction=Direction.IN,
        sender=Sender.CONTACT,
        kind=incoming.kind,
        text=incoming.text,
        payload=loops.marked(scene, incoming, consent.marked(scene, incoming, _payload(scene, incoming))),
        before=turns.begun(scene.conversation.state) if _is_answered(scene, incoming) else None,
        provider_at=incoming.at or incoming.came_at,
        provider_id=provider_id,
        client_id=incoming.extra.get("client_id"),
        status=Status.RECEIVED,
    )


def _follow(scene: Scene, incoming: Incoming, row: Row, is_awaited: bool) -> None:
    """What comes of a message that was stored just now."""
    payloads.keep(scene, row, incoming)
    if is_awaited:
        changes.apply(scene, row, incoming.provider_id)
    scene.shown.append(row)
    scene.conversation.unread += 1
    scene.last = row
    _open_window(scene, incoming)
    tallies.stored(scene.line.id, scene.at)
    payload = row["payload"] or {}
    if consent.heed(scene, incoming, payload.get(permission.MARK)):
        return
    mode = scene.conversation.mode
    is_silent = _is_silent(scene, incoming) and mode is not Mode.AGENT
    if is_silent or lateness.is_unheard(incoming, mode, scene.at):
        return
    content = contents.received(incoming.kind, row["payload"])
    heard = MessageReceived(incoming.text, incoming.payload, incoming.kind, content)
    decision = advance(scene, Looped() if loops.MARK in payload else heard)
    if decision.unmatched:
        unmatched.mark(scene.conversation.id, decision.gathered)


def _payload(scene: Scene, incoming: Incoming) -> Row | None:
    found, late = payloads.of(scene, incoming), lateness.told(incoming, scene.conversation.mode, scene.at)
    return {**(found or {}), **late} if late else found


def _is_answered(scene: Scene, incoming: Incoming) -> bool:
    return scene.conversation.mode is not Mode.AGENT and not lateness.is_old(incoming, scene.at)


def _is_silent(scene: Scene, incoming: Incoming) -> bool:
    """Where the bot says nothing: to a group, and on a channel that is switched off."""
    return incoming.is_group or not scene.line.is_enabled


def _open_window(scene: Scene, incoming: Incoming) -> None:
    """From now on, by the provider's clock, free text may be sent for a while."""
    lasts = scene.line.abilities.window
    if lasts is not None and not incoming.is_group:
        came_at = incoming.came_at or scene.at
        until = min(incoming.at or came_at, came_at) + lasts
        scene.conversation.window_until = max(scene.conversation.window_until or until, until)


def _store_ours(scene: Scene, incoming: Incoming) -> bool:
    """Somebody of ours answered on the paired phone: that is a takeover like any other."""
    provider_id = _provider_id(scene, incoming, Direction.OUT)
    known = select(Message.id).filter_by(channel_id=scene.line.id, direction=Direction.OUT, provider_id=provider_id)
    if provider_id is None or db.session.scalar(known) is not None:
        return False
    if echoes.is_own(scene, incoming):
        return True
    columns: Row = {"kind": incoming.kind, "payload": _payload(scene, incoming)}
    columns |= {"provider_id": provider_id, "provider_at": incoming.at or incoming.came_at}
    if incoming.is_group or lateness.is_replay(incoming, scene.at):  # no bot is there to silence; or it spoke long ago
        row = message_row(scene, direction=Direction.OUT, sender=Sender.AGENT, text=incoming.text, status=Status.SENT)
        scene.last = row | columns
        scene.messages.append(scene.last)
    else:
        advance(scene, AgentReplied(incoming.text, None, sent=True), **columns)
    said = scene.messages[-1]
    payloads.keep(scene, said, incoming)
    for word in receipts.pending_for(scene.line.id, [provider_id]).values():
        said |= receipts.moved_forward(said["status"], word)
    changes.apply(scene, said, incoming.provider_id)
    return True


def _provider_id(scene: Scene, incoming: Incoming, direction: Direction = Direction.IN) -> str | None:
    """The id that makes this message unique; None when it is a repeat of one that came without an id.

    Such a one bears the moment it came, so that it is the same also when it is replayed out of the spool much later.
    """
    if incoming.provider_id:
        return incoming.provider_id
    print_ = hashlib.sha256(f"{incoming.address}\n{incoming.fingerprint or incoming.text}".encode()).hexdigest()[:32]
    came_at = incoming.came_at or scene.at
    first, last = _print_id(print_, came_at - REPEAT_WITHIN), _print_id(print_, came_at + REPEAT_WITHIN)
    repeat = (
        select(Message.id)
        .where(Message.conversation_id == scene.conversation.id, Message.direction == direction)
        .where(Message.provider_id > first, Message.provider_id < last)
        .limit(1)
    )
    if db.session.scalar(repeat) is not None:
        return None
    return _print_id(print_, came_at)


def _print_id(print_: str, came_at: datetime) -> str:
    """Sorts by the moment."""
    return f"print:{print_}:{came_at.timestamp():017.6f}"


def _learn_name(contact: Contact, incoming: Incoming, at: datetime) -> None:
    """What somebody calls himself; in a group that is the author's name, not the group's."""
    if incoming.name and not contact.name and not incoming.from_business and not incoming.is_group:
        contact.name, contact.named_at = incoming.name[:200], at


def _meet(line: Line, incoming: Incoming, names: tuple[Identity, ...], language: str, at: datetime) -> Conversation:
    """The thread with a person who was never here, or who comes under a name that is new to us; of several messages
    that come at once, one at a time decides who that is."""
    identities.one_at_a_time(names, f"address {line.id} {incoming.address}")
    there = select(Conversation.contact_id).filter_by(channel_id=line.id, address=incoming.address)
    contact_id = identities.owner(names, db.session.scalar(there), at)
    conversation = Conversation.at(line.id, incoming.address) or _moved_here(line, contact_id, incoming)
    if conversation is not None:
        identities.learn(conversation.contact, names, at)
        return conversation
    contact = _new_contact(incoming, language, at) if contact_id is None else identities.live(contact_id)
    identities.learn(contact, names, at)
    db.session.flush()
    return begin(line, incoming.address, contact, at, incoming.is_group)


def _moved_here(line: Line, contact_id: int | None, incoming: Incoming) -> Conversation | None:
    """This person's thread here under another address: answers go to the new one from now on."""
    if contact_id is None or line.is_direct:
        return None
    conversation = identities.thread_of(contact_id, line.id)
    if conversation is not None:
        conversation.address = incoming.address
        db.session.flush()
    return conversation


def _new_contact(incoming: Incoming, language: str, at: datetime) -> Contact:
    name = "" if incoming.from_business or incoming.is_group else incoming.name[:200]
    contact = Contact(name=name, language=language, attributes={}, labels=[], created_at=at)
    db.session.add(contact)
    db.session.flush()
    return contact


def begin(line: Line, address: str, contact: Contact, at: datetime, is_group: bool = False) -> Conversation:
    """Open the thread, within the caller's transaction; of a group, with the bot out of it."""
    release = publishing.newest()
    fresh = lifecycle.begin(release, at, {})
    mode = Mode.PAUSED if is_group else fresh.mode
    row: Row = {
        "public_id": new_id(),
        "channel_id": line.id,
        "contact_id": contact.id,
        "address": address,
        "mode": mode,
        "mode_since": at,
        "state": session.dump(fresh) | {"mode": mode.value},
        "last_at": at,
        "changed_at": at,
        "opened_at": at,
        "created_at": at,
    }
    db.session.execute(insert(table(Conversation)).values(row))
    begun = Conversation.at(line.id, address)
    assert begun is not None
    return begun


def new_id() -> str:
    """What a conversation is called outside: never with a dash in front, which commands would take for an option."""
    return secrets.token_urlsafe(12).replace("-", "_")
