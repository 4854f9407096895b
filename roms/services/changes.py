"""What happens to a message after it was said: a sign put on it, other words, taken back.

None of it runs the engine, is unread, or opens the window. What comes before its message waits beside early receipts
and is applied when the message is stored. What slips between two transactions, and a sign on a message that never
comes, is for the ticker.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import delete, exists, or_, select

from roms import clock
from roms.channels.items import Deleted, Edited, Identity, Reaction
from roms.db import db, serialize, table, transaction
from roms.models import Conversation, Direction, Message, PendingReceipt, Sender, Status
from roms.services import channels, receipts
from roms.services.altering import SIGN, Change, alter, write
from roms.services.scene import Row, Scene, finish, message_row, scene_of

KINDS: Mapping[type, str] = {Reaction: "reaction", Edited: "edited", Deleted: "deleted"}
PATIENCE = timedelta(minutes=2)  # after which a sign is shown by itself


@transaction()
def record(channel_id: int, change: Change) -> None:
    """Change the message, or keep the word until we know which message it is about."""
    serialize(receipts.key(channel_id, change.provider_id))
    message = about(channel_id, change.provider_id)
    if message is None:
        _keep(channel_id, change, clock.now())
        return
    conversation = Conversation.locked(Conversation.id == message.conversation_id)
    assert conversation is not None
    scene = scene_of(conversation, channels.line(channel_id), clock.now())
    row = _row(message.id)
    if alter(scene, row, change):
        _show(scene, row)
        finish(scene)


def about(channel_id: int, provider_id: str) -> Any:
    """id and conversation_id of the message that the provider calls so, whoever wrote it; None where we have none."""
    columns = table(Message).c
    both = [Direction.OUT, Direction.IN]
    found = select(columns.id, columns.conversation_id).where(columns.channel_id == channel_id)
    found = found.where(columns.direction.in_(both), columns.provider_id == provider_id)
    return db.session.execute(found.order_by(columns.id).limit(1)).one_or_none()


def _keep(channel_id: int, change: Change, at: datetime) -> None:
    """Have it wait for its message; what is said twice waits once."""
    row = {"channel_id": channel_id, "provider_id": change.provider_id, "status": KINDS[type(change)]}
    row["error_text"] = _written(change, change.at or at)
    if db.session.scalar(select(PendingReceipt.id).filter_by(**row).limit(1)) is None:
        db.session.add(PendingReceipt(**row, at=at))


# Of a message that is being inserted: whether anything waits for it. Asked with the INSERT, it costs no statement.
IS_AWAITED = (
    "EXISTS (SELECT 1 FROM pending_receipt"
    " WHERE pending_receipt.channel_id = message.channel_id AND pending_receipt.provider_id = message.provider_id)"
)


def awaited(channel_id: int, provider_ids: Collection[str]) -> set[str]:
    """Those of these messages that something waits for."""
    waiting = select(PendingReceipt.provider_id).where(PendingReceipt.channel_id == channel_id)
    return set(db.session.scalars(waiting.where(PendingReceipt.provider_id.in_(provider_ids))))


def apply(scene: Scene, row: Row, provider_id: str | None) -> None:
    """Let what waited for this new message happen to it."""
    mine = PendingReceipt.channel_id == scene.line.id, PendingReceipt.provider_id == provider_id
    if provider_id is not None and _apply(scene, row, *mine):
        write(row)  # one that is not inserted yet will be inserted so


def _apply(scene: Scene, row: Row, *which: Any) -> bool:
    taken = delete(PendingReceipt).where(*which, PendingReceipt.status.in_(KINDS.values()))
    rows = db.session.execute(
        taken.returning(PendingReceipt.id, PendingReceipt.provider_id, PendingReceipt.status, PendingReceipt.error_text)
    )
    said = [_read(each) for each in sorted(rows.all(), key=lambda each: each.id)]
    changed = [alter(scene, row, each) for each in said]
    return any(changed)


def due() -> list[int]:
    """Those whose message is there by now, and signs that have waited long enough."""
    there = exists().where(
        Message.channel_id == PendingReceipt.channel_id,
        Message.direction.in_([Direction.IN, Direction.OUT]),
        Message.provider_id == PendingReceipt.provider_id,
    )
    late = PendingReceipt.status == KINDS[Reaction], PendingReceipt.at < clock.now() - PATIENCE
    found = select(PendingReceipt.id).where(PendingReceipt.status.in_(KINDS.values()))
    return list(db.session.scalars(found.where(or_(there, late[0] & late[1])).order_by(PendingReceipt.id).limit(200)))


@transaction()
def settle(pending: int) -> None:
    """Let it happen to its message; a sign whose message never came becomes a small message of its own."""
    row = db.session.get(PendingReceipt, pending)
    if row is None:
        return
    serialize(receipts.key(row.channel_id, row.provider_id))
    line = channels.line(row.channel_id)
    message = about(line.id, row.provider_id)
    conversation = Conversation.locked(Conversation.id == message.conversation_id) if message else _of_sign(row)
    if conversation is None:
        db.session.delete(row)
        return
    scene = scene_of(conversation, line, clock.now())
    if message is None:
        _show_alone(scene, row)
    else:
        found = _row(message.id)
        if _apply(scene, found, PendingReceipt.id == pending):
            _show(scene, found)
    finish(scene)


def _row(message: int) -> Row:
    columns = table(Message).c
    return dict(db.session.execute(select(*columns).where(columns.id == message)).mappings().one())


def _show(scene: Scene, row: Row) -> None:
    row["revision"] = scene.next_seq()
    write(row)
    scene.shown.append(row)


def _of_sign(row: PendingReceipt) -> Conversation | None:
    sign = _read(row)
    return Conversation.at(row.channel_id, sign.address) if isinstance(sign, Reaction) and sign.emoji else None


def _show_alone(scene: Scene, row: PendingReceipt) -> None:
    """A sign on nothing that we have, as a message that rings no bell."""
    sign = _read(row)
    assert isinstance(sign, Reaction)
    theirs = {"direction": Direction.IN, "sender": Sender.CONTACT, "status": Status.RECEIVED}
    ours = {"direction": Direction.OUT, "sender": Sender.AGENT, "status": Status.SENT}
    side = ours if sign.from_business else theirs
    shown = message_row(scene, **side, kind="reaction", text=sign.emoji[:SIGN], provider_at=sign.at)
    scene.messages.append(shown)
    db.session.delete(row)


def _written(change: Change, at: datetime) -> str:
    """As text that holds all of it; the same for the same change."""
    kept: dict[str, Any] = {"at": at.timestamp()}
    if isinstance(change, Edited):
        kept["text"] = change.text
    elif isinstance(change, Reaction):
        kept |= {"emoji": change.emoji, "address": change.address, "name": change.name, "ours": change.from_business}
        kept["author"] = [[each.kind, each.value] for each in change.author]
    return json.dumps(kept, ensure_ascii=False)


def _read(row: Any) -> Change:
    kept = json.loads(row.error_text)
    at = datetime.fromtimestamp(kept["at"], UTC)
    if row.status == KINDS[Edited]:
        return Edited(row.provider_id, kept["text"], at)
    if row.status == KINDS[Deleted]:
        return Deleted(row.provider_id, at)
    author = tuple(Identity(*each) for each in kept["author"])
    return Reaction(row.provider_id, kept["emoji"], kept["address"], author, kept["name"], kept["ours"], at)
