"""The provider's word on a message we sent: early, late, doubled and out of order are all welcome.

Statuses have one total order and a message takes only a higher one, so that any permutation of the same receipts ends
in the same state: `failed` is above `sent` (a late "sent" does not clear it) and below `delivered` (it did arrive).
"""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Executable, Select, Update, and_, bindparam, delete, or_, select, update

from roms import clock
from roms.channels.items import Receipt
from roms.db import db, serialize, table, transaction
from roms.models import Conversation, Direction, Message, PendingReceipt, Status
from roms.models.conversation import for_writing
from roms.services import account_states, aftermath, channels, marks
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
    at = clock.now()
    about = _sent_as(channel_id, receipt.provider_id)
    if about is None:  # nobody may store this id meanwhile
        serialize(key(channel_id, receipt.provider_id))
        about = _sent_as(channel_id, receipt.provider_id) or _marked(channel_id, receipt)
    if about is None:
        db.session.add(_pending(channel_id, receipt, at))
        return
    scene = scene_of(about.Conversation, channels.line(channel_id), at)
    is_named_now = about.provider_id is None and found(scene, about.id, receipt.provider_id, receipt)
    if is_named_now or forward(scene, [about.id], Status(receipt.status), receipt):
        heed(scene, receipt.error_class, receipt.error_code, receipt.error_text)
    finish(scene)


GOOD = (Status.SENT, Status.DELIVERED, Status.READ)  # news that nothing else follows from


def record_all(channel_id: int, words: Sequence[Receipt]) -> None:
    """The same for good news (`GOOD`) of many messages, in the statements of one."""
    highest: dict[str, Receipt] = {}
    for word in sorted(words, key=lambda each: RANK[Status(each.status)]):
        highest[word.provider_id] = word
    for word in _raise_known(channel_id, highest):
        record(channel_id, word)


@transaction()
def _raise_known(channel_id: int, highest: Mapping[str, Receipt]) -> list[Receipt]:
    """Those that were about no message that we know under its id."""
    columns, at, line = table(Message).c, clock.now(), channels.line(channel_id)
    sent = columns.channel_id == channel_id, columns.direction == Direction.OUT, columns.provider_id.in_(highest)
    of_thread = select(columns.id, columns.conversation_id, columns.provider_id).where(*sent)
    known = {row.id: row for row in db.session.execute(of_thread)}
    threads = Conversation.all_locked({row.conversation_id for row in known.values()})
    scenes = {thread.id: scene_of(thread, line, at) for thread in threads.values()}
    moved: dict[int, list[Row]] = {}
    for status in GOOD:
        ids = [id_ for id_, row in known.items() if highest[row.provider_id].status == status]
        for row in _raised_to(status, ids) if ids else []:
            moved.setdefault(row["conversation_id"], []).append(row)
    for thread_id, rows in moved.items():
        scenes[thread_id].next_seq()
        scenes[thread_id].shown.extend(rows)
    finish(*scenes.values())
    heard_of = {row.provider_id for row in known.values()}
    return [word for word in highest.values() if word.provider_id not in heard_of]


def _raised_to(status: Status, ids: Sequence[int]) -> list[Row]:
    """Those of these messages, of locked conversations, that stood lower; each with the next number of its own."""
    thread, columns = table(Conversation).c, table(Message).c
    number = select(thread.seq + 1).where(thread.id == columns.conversation_id).scalar_subquery()
    lower = [other for other, rank in RANK.items() if rank < RANK[status]]
    raised = update(table(Message)).where(columns.id.in_(ids), columns.status.in_(lower))
    raised = raised.values(_columns(status, None) | {"revision": number}).returning(*columns)
    return [dict(row) for row in db.session.execute(raised).mappings()]


def _sent_as(channel_id: int, provider_id: str) -> Any:
    """The message that the provider knows by this id, once it is stored: (Conversation, loaded for writing, id,
    provider_id)."""
    return db.session.execute(_by_id(), {"channel": channel_id, "provider_id": provider_id}).one_or_none()


@functools.cache
def _ours() -> Select[Any]:
    sent = Message.channel_id == bindparam("channel"), Message.direction == Direction.OUT
    whole = for_writing(*sent).join(Message, Message.conversation_id == Conversation.id)
    return whole.add_columns(Message.id, Message.provider_id)


@functools.cache
def _by_id() -> Select[Any]:
    """Made once: every receipt asks this."""
    return _ours().where(Message.provider_id == bindparam("provider_id"))


def _marked(channel_id: int, receipt: Receipt) -> Any:
    """The same by our own id, where it came back and we never learned the provider's."""
    named = marks.read(channel_id, receipt.mark) if receipt.mark else None
    if named is None:
        return None
    # That an earlier try failed is no news of a later one; that it arrived is.
    this_try = Message.attempts == named[1], Message.status != Status.QUEUED
    same = this_try if receipt.status == Status.FAILED else ()
    lost = _ours().where(Message.id == named[0], *LOST, *same)
    return db.session.execute(lost, {"channel": channel_id}).one_or_none()


# What a provider's own evidence may name: its answer never came, is still to come, or said no although it was taken.
LOST = (
    table(Message).c.provider_id.is_(None),
    or_(
        table(Message).c.status.in_([Status.SENDING, Status.UNKNOWN]),
        and_(table(Message).c.status == Status.QUEUED, table(Message).c.attempts > 0),
    ),
)


def found(scene: Scene, message: int, provider_id: str, word: Receipt | None = None) -> bool:
    """The provider has this message of the locked conversation after all, under this id, on which the caller
    serializes: it is accepted, the word on it and what waited for the id are applied. False: its fate was known."""
    columns = table(Message).c
    learned = update(table(Message)).where(columns.id == message, *LOST).values(provider_id=provider_id)
    if not db.session.execute(learned.returning(columns.id)).all():
        return False
    words = [word, pending_for(scene.line.id, [provider_id]).get(provider_id), Receipt(provider_id, Status.ACCEPTED)]
    highest = max(filter(None, words), key=lambda each: RANK[Status(each.status)])
    return forward(scene, [message], Status(highest.status), highest)


def heed(scene: Scene, error_class: str, code: str, text: str) -> None:
    """What a failure says of the account; aftermath.py has the rest."""
    if error_class == "fix_channel":
        account_states.trouble(scene.line.id, code, text)


def forward(scene: Scene, messages: Sequence[int], status: Status, word: Receipt | None = None) -> bool:
    """Raise these messages of the locked conversation to `status`, those that stand lower, as one change.

    word: the provider's, where it says more. Returns whether any stood lower.
    """
    columns = _columns(status, word) | {"revision": scene.conversation.seq + 1}
    values: Row = {f"new_{name}": value for name, value in columns.items()} | {"ids": list(messages)}
    values["lower"] = [other for other, rank in RANK.items() if rank < RANK[status]]
    rows = [dict(row) for row in db.session.execute(_raised(), values).mappings()]
    if rows:
        scene.next_seq()
        scene.shown.extend(rows)
        aftermath.of(scene, rows)
    return bool(rows)


@functools.cache
def _raised() -> Update:
    """Made once: every word on a message does this."""
    columns = table(Message).c
    these = columns.id.in_(bindparam("ids", expanding=True)), columns.status.in_(bindparam("lower", expanding=True))
    named: Row = {name: bindparam(f"new_{name}") for name in (*_columns(Status.SENT, None), "revision")}
    return update(table(Message)).where(*these).values(named).returning(*columns)


def pending_for(channel_id: int, provider_ids: Sequence[str]) -> dict[str, Receipt]:
    """By id, the highest word that came before we knew these; taken out of waiting. Inside a transaction."""
    if not provider_ids:
        return {}
    waiting = db.session.execute(_take_pending(), {"channel": channel_id, "ids": provider_ids}).all()
    words = [
        Receipt(row.provider_id, row.status, None, row.error_code, row.error_text, row.error_class) for row in waiting
    ]
    words.sort(key=lambda word: RANK[Status(word.status)])
    return {word.provider_id: word for word in words}


@functools.cache
def _take_pending() -> Executable:
    """Made once: every message that is sent asks this."""
    columns = table(PendingReceipt).c
    these = columns.channel_id == bindparam("channel"), columns.provider_id.in_(bindparam("ids", expanding=True))
    words = columns.status.in_([status.value for status in RANK])  # others wait as well: changes.py
    told = (columns.provider_id, columns.status, columns.error_code, columns.error_text, columns.error_class)
    return delete(table(PendingReceipt)).where(*these, words).returning(*told)


def moved_forward(status: Status, word: Receipt) -> Row:
    """The columns that this word changes of a message that stands at `status`; none when it stands higher."""
    new = Status(word.status)
    return _columns(new, word) if RANK[new] > RANK[status] else {}


def _columns(status: Status, word: Receipt | None) -> Row:
    """What a message that stands at `status` says of errors: why it failed, or nothing any more."""
    if status is not Status.FAILED or word is None:
        return {"status": status, "error_code": "", "error_text": "", "error_class": ""}
    code, class_ = word.error_code or "unknown", word.error_class or "permanent"
    return {"status": status, "error_code": code, "error_text": word.error_text, "error_class": class_}


def _pending(channel_id: int, receipt: Receipt, at: datetime) -> PendingReceipt:
    return PendingReceipt(
        channel_id=channel_id,
        provider_id=receipt.provider_id,
        status=receipt.status,
        error_code=receipt.error_code,
        error_text=receipt.error_text,
        error_class=receipt.error_class,
        at=at,
    )
