"""What became of a message whose send nobody can tell about: its provider is asked, and at last a person.

Nothing here ever sends again. A message is found by an id that only it can have, or by what it says, when and to whom;
and by that only where exactly as many messages are there as are looked for. Seconds after it became unknown the
provider is asked, a few times with growing pauses; after TELL the agents are told, and may ask or send again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any

from sqlalchemy import select, update

from roms import clock, queue
from roms.channels.alike import WORDS, alike
from roms.channels.base import Evidence, Parcel
from roms.channels.failures import SendFailed
from roms.db import after_commit, db, found_once, serialize, table, transaction
from roms.engine.types import JSON
from roms.errors import Conflict
from roms.models import Conversation, Direction, Message, Status
from roms.services import access, channels, frames, parcels, receipts
from roms.services.actors import Actor
from roms.services.channels import Line
from roms.services.scene import Row, Scene, add_history, finish, scene_of

FIRST = timedelta(seconds=5)  # after it became unknown
TELL = timedelta(minutes=2)  # after it was handed over
LAST = timedelta(minutes=30)  # likewise; then only a person asks
AT_WORK = timedelta(seconds=60)  # whoever asks has so long
CLOCKS = timedelta(minutes=2)  # by which a provider's may be behind ours
AT_ONCE = 4

# What the newest look at the provider gave, in `message.checked`.
UNSEEN = ""
ASKING, ABSENT, MISSING, SEVERAL, UNASKED, UNREACHABLE = (
    *("asking", "absent", "missing", "several"),
    *("unasked", "unreachable"),
)
Answer = Evidence | SendFailed | None  # what is there; why nobody could ask; None: this provider cannot be asked


@dataclass(frozen=True, slots=True)
class Asked:
    """A message to look for, ours until AT_WORK is over; tried_at tells this try from any later one."""

    parcel: Parcel
    conversation_id: int
    channel_id: int
    tried_at: datetime | None
    since: datetime


def begins(at: datetime) -> Row:
    """The columns of a message that has become unknown."""
    return {"due_at": at + FIRST, "checked": UNSEEN, "is_doubtful": False}


def due_channels() -> list[int]:
    """Channels whose provider is to be asked about something."""
    due = select(Message.channel_id).where(Message.status == Status.UNKNOWN, Message.due_at <= clock.now())
    return list(db.session.scalars(due.distinct()))


@transaction()
def claim(channel_id: int) -> list[Asked]:
    """Some of the messages to look for now; nobody else looks for them meanwhile."""
    at, columns, line = clock.now(), table(Message).c, channels.line(channel_id)
    due = select(columns.id).where(columns.status == Status.UNKNOWN, columns.due_at <= at)
    mine = due.where(columns.channel_id == channel_id).order_by(columns.due_at).limit(AT_ONCE)
    mine = found_once(mine.with_for_update(skip_locked=True))
    taken = update(table(Message)).where(columns.id.in_(mine)).values(due_at=at + AT_WORK).returning(*columns)
    rows = db.session.execute(taken).all()
    return [_asked(line, row) for row in sorted(rows, key=lambda row: int(row.id))]


def _asked(line: Line, row: Any) -> Asked:
    address = db.session.scalar(select(Conversation.address).filter_by(id=row.conversation_id)) or ""
    since = (row.tried_at or row.created_at) - CLOCKS
    parcel = parcels.made(line, row, address)
    return Asked(parcel, row.conversation_id, line.id, row.tried_at, since)


@transaction()
def record(asked: Asked, answer: Answer) -> None:
    """What the provider showed: the message is accepted, or what was seen is noted and it is asked again later."""
    ids = answer.ids if isinstance(answer, Evidence) else ()
    serialize(*sorted(receipts.key(asked.channel_id, each) for each in ids))
    scene = _scene(asked.channel_id, asked.conversation_id)
    row = _unknown(asked.parcel.id)
    if row is None or row["tried_at"] != asked.tried_at:
        return
    known = taken(asked.channel_id, ids)
    free = [each for each in ids if each not in known]
    provider_id = _its_own(scene, row, asked, free)
    if provider_id:
        found(scene, row, provider_id)
    else:
        _not_found(scene, row, _seen(answer, free))
    finish(scene)


def _seen(answer: Answer, free: Sequence[str]) -> str:
    if answer is None:
        return UNASKED
    if isinstance(answer, SendFailed):
        return UNREACHABLE
    return SEVERAL if free else ABSENT if answer.is_proof else MISSING


def _its_own(scene: Scene, row: Row, asked: Asked, free: Sequence[str]) -> str | None:
    """Of messages that say the same, the one in this one's place; only where all are there and no other."""
    same = [other["id"] for other in lost(scene, asked.since) if _says_the_same(scene, asked.parcel, other)]
    there = sorted({row["id"], *same})
    return free[there.index(row["id"])] if len(free) == len(there) else None


def _says_the_same(scene: Scene, parcel: Parcel, other: Row) -> bool:
    """As far as a provider's list tells."""
    theirs = parcels.made(scene.line, SimpleNamespace(**other), parcel.address)
    caption = str((theirs.payload.get("content") or {}).get("caption") or "")
    return alike(parcel, "text" if theirs.kind in WORDS else theirs.kind, theirs.text, caption)


def _not_found(scene: Scene, row: Row, seen: str) -> None:
    """It stays unknown; shown where that says something new, or a person asked."""
    after = scene.at - (row["tried_at"] or row["created_at"])
    is_over = after >= LAST or (seen == UNASKED and after > TELL)
    again = None if is_over else scene.at + max(FIRST, after)
    _write(scene, row, is_shown=seen != row["checked"], checked=seen, due_at=again)


def found(scene: Scene, row: Row, provider_id: str) -> None:
    """Whoever was told of the doubt is told that it is over."""
    if receipts.found(scene, row["id"], provider_id) and (row["is_doubtful"] or row["checked"]):
        add_history(scene, "found", {"seq": row["seq"]})


def _write(scene: Scene, row: Row, is_shown: bool = True, **values: Any) -> None:
    values |= {"revision": scene.next_seq()} if is_shown else {}
    same = update(table(Message)).where(table(Message).c.id == row["id"], table(Message).c.status == Status.UNKNOWN)
    db.session.execute(same.values(**values))
    scene.shown += [{**row, **values}] if is_shown else []


# --- people ------------------------------------------------------------------------------------------------------


def overdue(limit: int = 100) -> list[tuple[int, int]]:
    """(conversation, message) of what is unknown for so long that the agents are to be told."""
    old = Message.status == Status.UNKNOWN, Message.due_at.is_not(None), ~Message.is_doubtful
    found = select(Message.conversation_id, Message.id).where(*old, Message.tried_at <= clock.now() - TELL)
    return [(row.conversation_id, row.id) for row in db.session.execute(found.limit(limit))]


@transaction()
def tell(conversation_id: int, message_id: int) -> None:
    """The agents see that it may have arrived, or not."""
    row = _unknown(message_id)
    if row is None:
        return
    scene = _scene(row["channel_id"], conversation_id)
    row = _unknown(message_id)
    if row is not None and not row["is_doubtful"]:
        _write(scene, row, is_doubtful=True)
        finish(scene)


@transaction()
def ask(actor: Actor, cid: str, seq: int) -> JSON:
    """A person wants to know: the provider is asked at once, and the answer is shown. Conflict: it is known by now."""
    scene = access.scene_for(actor, cid)
    columns = table(Message).c
    here = columns.conversation_id == scene.conversation.id, columns.seq == seq, columns.status == Status.UNKNOWN
    found = db.session.execute(select(*columns).where(*here)).mappings().one_or_none()
    if found is None:
        raise Conflict("what became of this message is known")
    row = dict(found)
    if scene.line.adapter.evidence is None:
        _write(scene, row, checked=UNASKED)
    else:
        _write(scene, row, checked=ASKING, due_at=scene.at)
        after_commit(lambda: queue.ask(queue.EVIDENCE, scene.line.id))
    finish(scene)
    return {"entry": frames.message_entry(scene.shown[-1])}


# --- rows --------------------------------------------------------------------------------------------------------


def _scene(channel_id: int, conversation_id: int) -> Scene:
    conversation = Conversation.locked(Conversation.id == conversation_id)
    assert conversation is not None
    return scene_of(conversation, channels.line(channel_id), clock.now())


def _unknown(message_id: int) -> Row | None:
    columns = table(Message).c
    found = select(*columns).where(columns.id == message_id, columns.status == Status.UNKNOWN)
    row = db.session.execute(found).mappings().one_or_none()
    return None if row is None else dict(row)


def lost(scene: Scene, since: datetime, until: datetime | None = None) -> list[Row]:
    """Messages of this thread that were handed over in that time, and of which no id is known."""
    columns = table(Message).c
    here = columns.conversation_id == scene.conversation.id, columns.channel_id == scene.line.id
    unnamed = columns.status.in_([Status.SENDING, Status.UNKNOWN]), columns.provider_id.is_(None)
    tried = columns.tried_at >= since, columns.tried_at <= (until or scene.at)
    rows = db.session.execute(select(*columns).where(*here, *unnamed, *tried).order_by(columns.seq)).mappings()
    return [dict(row) for row in rows]


def taken(channel_id: int, provider_ids: Sequence[str]) -> set[str]:
    """Those of these ids that a message of ours has."""
    columns = table(Message).c
    ours = select(columns.provider_id).where(columns.channel_id == channel_id, columns.direction == Direction.OUT)
    return set(db.session.scalars(ours.where(columns.provider_id.in_(provider_ids)))) if provider_ids else set()
