"""What agents write to the contact."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select, update

from roms.db import db, table, transaction
from roms.engine.events import AgentReplied
from roms.engine.types import JSON
from roms.errors import Conflict, StaleView
from roms.models import REPLY, Direction, Message, Sender, Status
from roms.services import access, frames, permission, said, window
from roms.services.actors import Actor
from roms.services.runner import advance
from roms.services.said import Draft
from roms.services.scene import Row, Scene, add_history, finish, names_of

OURS = (Direction.OUT, Direction.NOTE)
OLDEST = timedelta(hours=24)  # what is sent again by a person


@transaction()
def send(
    actor: Actor, cid: str, client_id: str, draft: Draft | str, seen: int, force: bool = False
) -> tuple[JSON, bool]:
    """Answer the contact; the same client_id again gives the same entry.

    StaleView: a colleague was faster. WindowClosed: only a template may be sent. NotWanted: they asked for no such
    messages. Invalid says what the channel can do.
    """
    scene = access.scene_for(actor, cid)
    there = said.earlier(scene, client_id)
    if there is not None:
        return said.answer(scene, frames.message_entry(there)), False
    said_now = Draft(draft) if isinstance(draft, str) else draft
    row = add(scene, actor, client_id, said_now, None if force else seen)
    finish(scene)
    return said.answer(scene, frames.message_entry(row)), True


def add(scene: Scene, actor: Actor, client_id: str, draft: Draft, seen: int | None) -> Row:
    """The same within the caller's transaction; `seen` None: whatever colleagues wrote meanwhile is known."""
    ready = said.ready(scene, actor, draft)
    window.require(scene.conversation, scene.line, ready.kind, scene.at)
    permission.require(scene.conversation, scene.line, ready.kind, ready.payload, scene.at)
    if seen is not None:
        refuse_stale(scene, actor, seen)
    content = (ready.payload or {}).get("content")
    event = AgentReplied(ready.text, actor.id, kind=ready.kind, content=content)
    advance(scene, event, client_id=client_id, payload=ready.payload)
    row = next(row for row in scene.messages if row["client_id"] == client_id)
    said.keep_files(ready, row["seq"])
    return row


@transaction()
def retry(actor: Actor, cid: str, seq: int) -> JSON:
    """Send a failed message again, or one nobody knows the fate of: a person asked for it.

    Conflict for what is too old to be said now, WindowClosed for what WhatsApp does not take any more, NotWanted for
    what they do not want.
    """
    scene = access.scene_for(actor, cid)
    was = _refuse_outlived(scene, seq)
    again = (
        update(table(Message))
        .where(Message.conversation_id == scene.conversation.id, Message.seq == seq)
        .values(status=Status.QUEUED, due_at=scene.at, created_at=Message.created_at, provider_id=None, lease=None)
        .values(epoch=scene.conversation.epoch, revision=scene.conversation.seq + 1)
        .values(error_code="", error_text="", error_class="", rank=REPLY)
        .returning(*table(Message).c)
    )
    row = db.session.execute(again).mappings().one()
    scene.next_seq()
    scene.shown.append(dict(row))
    if was is Status.UNKNOWN:  # it may arrive twice, and somebody decided so
        add_history(scene, "sent_again", {"seq": seq}, actor.id)
    scene.wakes_outbox = True
    finish(scene)
    return {"entry": frames.message_entry(row)}


def _refuse_outlived(scene: Scene, seq: int) -> Status:
    """Yesterday's answer would only confuse; a template says by itself what it is about. Returns how it stands."""
    columns = (Message.kind, Message.created_at, Message.payload, Message.status)
    failed = Message.direction == Direction.OUT, Message.status.in_([Status.FAILED, Status.UNKNOWN])
    here = Message.conversation_id == scene.conversation.id, Message.seq == seq, Message.kind != "reaction"
    row = db.session.execute(select(*columns).where(*here, *failed)).one_or_none()
    if row is None:
        raise Conflict("only a message that failed, or whose fate is unknown, can be sent again")
    if row.kind != "template" and scene.at - row.created_at >= OLDEST:
        raise Conflict("this message is older than 24 hours: write a new one instead", reason="too_old")
    window.require(scene.conversation, scene.line, row.kind, scene.at)
    permission.require(scene.conversation, scene.line, row.kind, row.payload, scene.at)
    status: Status = row.status
    return status


def refuse_stale(scene: Scene, actor: Actor, seen: int) -> None:
    """A colleague answered, or left a note, after what this agent saw last: show it before a second answer goes out."""
    columns = table(Message).c
    newer = (
        select(*columns)
        .where(columns.conversation_id == scene.conversation.id, columns.seq > seen)
        .where(columns.direction.in_(OURS), columns.sender == Sender.AGENT, columns.kind != "reaction")
        .where(columns.agent_id.is_distinct_from(actor.id))
        .order_by(columns.seq)
    )
    entries = [frames.message_entry(row) for row in db.session.execute(newer).mappings()]
    if entries:
        names = names_of(entry["agent"] for entry in entries)
        raise StaleView("a colleague wrote meanwhile; nothing was sent", entries=entries, names=names)
