"""A message comes in: stored once, in order, and the conversation answers."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta

from sqlalchemy import insert, select

from roms import clock
from roms.channels.items import Incoming
from roms.db import db, insert_once, serialize, table, transaction
from roms.engine import lifecycle, session
from roms.engine.events import AgentReplied, MessageReceived
from roms.engine.types import JSON, Mode
from roms.models import Contact, ContactAddress, Conversation, Direction, Message, Sender, Status
from roms.services import channels, contents, publishing, receipts, turns, unmatched
from roms.services.channels import Line
from roms.services.runner import advance
from roms.services.scene import Row, Scene, finish, message_row, remember_last, scene_of

REPEAT_WITHIN = timedelta(seconds=3)  # the same message without an id, again: a repeat


@transaction()
def receive(channel_id: int, incoming: Incoming, language: str = "") -> bool:
    """Store what arrived, once, and let the conversation answer. False: it was here already."""
    line = channels.line(channel_id)
    at = clock.now()
    if incoming.from_business and incoming.provider_id:
        serialize(receipts.key(channel_id, incoming.provider_id))
    conversation = Conversation.at(channel_id, incoming.address)
    if conversation is None:
        conversation = _begin(line, incoming, language, at)
    scene = scene_of(conversation, line, at)
    stored = _store_ours(scene, incoming) if incoming.from_business else _store(scene, incoming)
    if stored:
        _learn_name(conversation.contact, incoming, at)
        finish(scene)
    return stored


def _store(scene: Scene, incoming: Incoming) -> bool:
    """What the contact wrote, then what the lifecycle makes of it."""
    provider_id = _provider_id(scene, incoming)
    if provider_id is None:
        return False
    payload = _payload(incoming)
    row = message_row(
        scene,
        direction=Direction.IN,
        sender=Sender.CONTACT,
        kind=incoming.kind,
        text=incoming.text,
        payload=payload,
        before=turns.begun(scene.conversation.state) if scene.conversation.mode is not Mode.AGENT else None,
        provider_at=incoming.at,
        provider_id=provider_id,
        client_id=incoming.extra.get("client_id"),
        status=Status.RECEIVED,
    )
    stored = insert_once(table(Message), row, "channel_id", "direction", "provider_id")
    if stored is None:
        return False
    scene.shown.append(row)
    scene.conversation.unread += 1
    remember_last(scene, row)
    if incoming.is_group and scene.conversation.mode is not Mode.AGENT:
        return True  # to a group the bot never speaks
    content = contents.received(incoming.kind, payload)
    decision = advance(scene, MessageReceived(incoming.text, incoming.payload, incoming.kind, content))
    if decision.unmatched:
        unmatched.mark(scene.conversation.id, decision.gathered)
    return True


def _store_ours(scene: Scene, incoming: Incoming) -> bool:
    """Somebody of ours answered on the paired phone: that is a takeover like any other."""
    provider_id = _provider_id(scene, incoming, Direction.OUT)
    known = select(Message.id).filter_by(channel_id=scene.line.id, direction=Direction.OUT, provider_id=provider_id)
    if provider_id is None or db.session.scalar(known) is not None:
        return False
    advance(scene, AgentReplied(incoming.text, None, sent=True), provider_id=provider_id, provider_at=incoming.at)
    for word in receipts.pending_for(scene.line.id, [provider_id]).values():
        scene.messages[-1] |= receipts.moved_forward(scene.messages[-1]["status"], word)
    return True


def _payload(incoming: Incoming) -> JSON | None:
    found = {name: value for name, value in incoming.extra.items() if name != "client_id"}
    return found | {"tapped": incoming.payload} if incoming.payload else found or None


def _provider_id(scene: Scene, incoming: Incoming, direction: Direction = Direction.IN) -> str | None:
    """The id that makes this message unique; None when it is a repeat of one that came without an id."""
    if incoming.provider_id:
        return incoming.provider_id
    print_ = hashlib.sha256(f"{incoming.address}\n{incoming.fingerprint or incoming.text}".encode()).hexdigest()[:32]
    repeat = (
        select(Message.id)
        .where(Message.conversation_id == scene.conversation.id, Message.direction == direction)
        .where(Message.provider_id.startswith(f"print:{print_}:"), Message.created_at > scene.at - REPEAT_WITHIN)
        .limit(1)
    )
    if db.session.scalar(repeat) is not None:
        return None
    return f"print:{print_}:{scene.conversation.seq}"


def _learn_name(contact: Contact, incoming: Incoming, at: datetime) -> None:
    if incoming.name and not contact.name and not incoming.from_business:
        contact.name, contact.named_at = incoming.name[:200], at


def _begin(line: Line, incoming: Incoming, language: str, at: datetime) -> Conversation:
    """Open the thread with a person who was never here; of several that begin it at once, one does."""
    kind, value = _identity(line, incoming)
    serialize(f"contact {kind} {value}")
    there_now = Conversation.at(line.id, incoming.address)
    if there_now is not None:
        return there_now
    contact = _contact(kind, value, incoming, language, at)
    release = publishing.newest()
    fresh = lifecycle.begin(release, at, {})
    mode = Mode.PAUSED if incoming.is_group else fresh.mode  # groups are stored and shown; the bot stays out of them
    row: Row = {
        "public_id": new_id(),
        "channel_id": line.id,
        "contact_id": contact.id,
        "address": incoming.address,
        "mode": mode,
        "mode_since": at,
        "state": session.dump(fresh) | {"mode": mode.value},
        "last_at": at,
        "changed_at": at,
        "opened_at": at,
        "created_at": at,
    }
    db.session.execute(insert(table(Conversation)).values(row))
    begun = Conversation.at(line.id, incoming.address)
    assert begun is not None
    return begun


def new_id() -> str:
    """What a conversation is called outside: never with a dash in front, which commands would take for an option."""
    return secrets.token_urlsafe(12).replace("-", "_")


def _identity(line: Line, incoming: Incoming) -> tuple[str, str]:
    if incoming.phone and not incoming.is_group:
        return "phone", incoming.phone
    return ("group" if incoming.is_group else line.kind), incoming.address


def _contact(kind: str, value: str, incoming: Incoming, language: str, at: datetime) -> Contact:
    known = select(Contact).join(ContactAddress).where(ContactAddress.kind == kind, ContactAddress.value == value)
    contact = db.session.scalars(known).one_or_none()
    if contact is None:
        name = "" if incoming.from_business else incoming.name[:200]
        contact = Contact(name=name, phone=incoming.phone, language=language, created_at=at)
        db.session.add(contact)
        db.session.flush()
        db.session.add(ContactAddress(contact_id=contact.id, kind=kind, value=value))
        db.session.flush()
    return contact
