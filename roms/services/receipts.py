"""The provider's word on a message we sent: early, late, doubled and out of order are all welcome.

Statuses have one total order and a message takes only a higher one, so that any permutation of the same receipts ends
in the same state: `failed` is above `sent` (a late "sent" does not clear it) and below `delivered` (it did arrive).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import delete, select, update

from roms import clock
from roms.channels.items import Receipt
from roms.db import db, serialize, table, transaction
from roms.models import Conversation, Direction, Message, PendingReceipt, Status
from roms.services import aftermath, channels
from roms.services.scene import Row, Scene, finish, scene_of

RANK: Mapping[Status, int] = {
    Status.QUEUED: 0,
    Status.SENDING: 1,
    Status.UNKNOWN: 2,
    Status.ACCEPTED: 3,
    Status.SENT: 4,
    Status.FAILED: 5,
    Status.DELIVERED: 6,
    Status.READ: 7,
}


def key(channel_id: int, provider_id: str) -> str:
    """What to serialize on, before any conversation is locked, to store this id or a word on it."""
    return f"receipt {channel_id} {provider_id}"


@transaction()
def record(channel_id: int, receipt: Receipt) -> None:
    """Move the message forward, or keep the word until we know which message it is about."""
    serialize(key(channel_id, receipt.provider_id))
    message = db.session.execute(
        select(Message.id, Message.conversation_id).filter_by(
            channel_id=channel_id, direction=Direction.OUT, provider_id=receipt.provider_id
        )
    ).one_or_none()
    at = clock.now()
    if message is None:
        db.session.add(_pending(channel_id, receipt, at))
        return
    conversation = Conversation.locked(Conversation.id == message.conversation_id)
    assert conversation is not None
    scene = scene_of(conversation, channels.line(channel_id), at)
    forward(scene, [message.id], Status(receipt.status), receipt.error_code, receipt.error_text)
    finish(scene)


def forward(scene: Scene, messages: Sequence[int], status: Status, code: str = "", text: str = "") -> None:
    """Raise these messages of the locked conversation to `status`, those that stand lower, as one change."""
    lower = [other for other, rank in RANK.items() if rank < RANK[status]]
    values = _columns(status, code, text) | {"revision": scene.conversation.seq + 1}
    changed = db.session.execute(
        update(table(Message))
        .where(Message.id.in_(messages), Message.status.in_(lower))
        .values(values)
        .returning(*table(Message).c)
    ).mappings()
    rows = [dict(row) for row in changed]
    if rows:
        scene.next_seq()
        scene.shown.extend(rows)
        aftermath.of(scene, rows)


def pending_for(channel_id: int, provider_ids: Sequence[str]) -> dict[str, Receipt]:
    """By id, the highest word that came before we knew these; taken out of waiting. Inside a transaction."""
    waiting = db.session.execute(
        delete(PendingReceipt)
        .where(PendingReceipt.channel_id == channel_id, PendingReceipt.provider_id.in_(provider_ids))
        .returning(
            PendingReceipt.provider_id, PendingReceipt.status, PendingReceipt.error_code, PendingReceipt.error_text
        )
    ).all()
    words = [Receipt(row.provider_id, row.status, None, row.error_code, row.error_text) for row in waiting]
    words.sort(key=lambda word: RANK[Status(word.status)])
    return {word.provider_id: word for word in words}


def moved_forward(status: Status, word: Receipt) -> Row:
    """The columns that this word changes of a message that stands at `status`; none when it stands higher."""
    new = Status(word.status)
    return _columns(new, word.error_code, word.error_text) if RANK[new] > RANK[status] else {}


def _columns(status: Status, code: str, text: str) -> Row:
    """What a message that stands at `status` says of errors: why it failed, or nothing any more."""
    if status is Status.FAILED:
        return {"status": status, "error_code": code or "unknown", "error_text": text}
    return {"status": status, "error_code": "", "error_text": ""}


def _pending(channel_id: int, receipt: Receipt, at: datetime) -> PendingReceipt:
    return PendingReceipt(
        channel_id=channel_id,
        provider_id=receipt.provider_id,
        status=receipt.status,
        error_code=receipt.error_code,
        error_text=receipt.error_text,
        at=at,
    )
