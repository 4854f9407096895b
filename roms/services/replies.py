"""What agents write: replies to the contact, and notes among ourselves."""

from __future__ import annotations

from sqlalchemy import select, update

from roms.db import db, table, transaction
from roms.engine.events import AgentReplied
from roms.engine.types import JSON
from roms.errors import Conflict, Invalid, StaleView
from roms.models import Direction, Message, Sender, Status
from roms.services import access, frames
from roms.services.actors import Actor
from roms.services.runner import advance
from roms.services.scene import Scene, finish, message_row

LONGEST = 4096  # characters; WhatsApp's limit for a text


@transaction()
def send(actor: Actor, cid: str, client_id: str, text: str, seen: int, force: bool = False) -> tuple[JSON, bool]:
    """Answer the contact; the same client_id again gives the same entry. StaleView: a colleague was faster."""
    if not text.strip():
        raise Invalid("there is nothing in the message", field="text")
    if len(text) > LONGEST:
        raise Invalid(f"a message has at most {LONGEST} characters", field="text")
    scene = access.scene_for(actor, cid)
    there = _message(scene, client_id=client_id)
    if there is not None:
        return _answer(scene, there), False
    if not force:
        _refuse_stale(scene, actor, seen)
    advance(scene, AgentReplied(text, actor.id), client_id=client_id)
    finish(scene)
    said = next(row for row in scene.messages if row["client_id"] == client_id)
    return _answer(scene, frames.message_entry(said)), True


@transaction()
def note(actor: Actor, cid: str, text: str) -> JSON:
    """Write an internal note; it can never reach the contact."""
    if not text.strip():
        raise Invalid("there is nothing in the note", field="text")
    scene = access.scene_for(actor, cid)
    row = message_row(scene, direction=Direction.NOTE, sender=Sender.AGENT, text=text, status=Status.INTERNAL)
    row["agent_id"] = actor.id
    scene.messages.append(row)
    finish(scene)
    return _answer(scene, frames.message_entry(row))


@transaction()
def retry(actor: Actor, cid: str, seq: int) -> JSON:
    """Send a failed message again, or one nobody knows the fate of: a person asked for it."""
    scene = access.scene_for(actor, cid)
    again = (
        update(table(Message))
        .where(Message.conversation_id == scene.conversation.id, Message.seq == seq)
        .where(Message.direction == Direction.OUT, Message.status.in_([Status.FAILED, Status.UNKNOWN]))
        .values(status=Status.QUEUED, due_at=scene.at, created_at=Message.created_at, provider_id=None, lease=None)
        .values(error_code="", error_text="", epoch=scene.conversation.epoch, revision=scene.conversation.seq + 1)
        .returning(*table(Message).c)
    )
    row = db.session.execute(again).mappings().one_or_none()
    if row is None:
        raise Conflict("only a message that failed, or whose fate is unknown, can be sent again")
    scene.next_seq()
    scene.shown.append(dict(row))
    scene.wakes_outbox = True
    finish(scene)
    return {"entry": frames.message_entry(row)}


def _answer(scene: Scene, entry: JSON) -> JSON:
    return {"entry": entry, "conversation": frames.summary(scene.conversation, scene.line, scene.talk)}


def _message(scene: Scene, client_id: str) -> JSON | None:
    columns = table(Message).c
    found = select(*columns).where(columns.conversation_id == scene.conversation.id, columns.client_id == client_id)
    row = db.session.execute(found).mappings().one_or_none()
    return None if row is None else frames.message_entry(row)


def _refuse_stale(scene: Scene, actor: Actor, seen: int) -> None:
    """A colleague answered after what this agent saw last: show it before a second answer goes out."""
    columns = table(Message).c
    newer = (
        select(*columns)
        .where(columns.conversation_id == scene.conversation.id, columns.seq > seen)
        .where(columns.direction == Direction.OUT, columns.sender == Sender.AGENT)
        .where(columns.agent_id.is_distinct_from(actor.id))
        .order_by(columns.seq)
    )
    entries = [frames.message_entry(row) for row in db.session.execute(newer).mappings()]
    if entries:
        raise StaleView("a colleague answered meanwhile; nothing was sent", entries=entries)
