"""Files of messages: claimed under a lease, fetched outside of any transaction, and shown where the message stands."""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import exists, or_, select, update

from roms import clock, queue
from roms.db import after_commit, db, found_once, insert_once, serialize, table, transaction
from roms.engine.types import JSON
from roms.errors import Conflict, NotFound
from roms.models import Attachment, Conversation, DiscardedFile, FileState, Message
from roms.services import access, channels, filenames
from roms.services.actors import Actor
from roms.services.scene import Row, Scene, finish, scene_of

LEASE = timedelta(seconds=60)  # renewed while bytes come; whoever vanished is replaced after it
PAUSES = (15, 120, 600, 2400)  # seconds before the second, third, … try: five within an hour
ID = re.compile(r"[A-Za-z0-9_-]{16,32}")


@dataclass(frozen=True, slots=True)
class Claimed:
    """A file that is ours to fetch until the lease ends."""

    id: int
    channel_id: int
    conversation_id: int
    kind: str
    name: str
    ref: Mapping[str, Any]
    created_at: datetime
    attempts: int
    lease: str


@dataclass(frozen=True, slots=True)
class Stored:
    """It stands in the storage under `hash`; `thumb` is the key of the small picture, "" where there is none."""

    hash: str
    type: str
    size: int
    width: int = 0
    height: int = 0
    thumb: str = ""


@dataclass(frozen=True, slots=True)
class Cards(Stored):
    """A file of contact cards, and what stands in them."""

    contacts: tuple[JSON, ...] = ()


@dataclass(frozen=True, slots=True)
class NotStored:
    """Why not: a code of filewords.WORDS, and what exactly happened. is_final: trying again changes nothing."""

    code: str
    text: str = ""
    is_final: bool = False


Outcome = Stored | NotStored


def new_id() -> str:
    """What a file is called outside: 128 random bits."""
    return secrets.token_hex(16)


@transaction()
def claim(limit: int) -> list[Claimed]:
    """Take up to so many files that are due, also those whose fetcher vanished."""
    at, lease = clock.now(), secrets.token_urlsafe(12)
    due = select(Attachment.id).where(*_due(at)).order_by(Attachment.due_at).limit(limit)
    taken = db.session.execute(
        update(table(Attachment))
        .where(Attachment.id.in_(found_once(due.with_for_update(skip_locked=True))))
        .values(state=FileState.FETCHING, lease=lease, lease_until=at + LEASE, attempts=Attachment.attempts + 1)
        .returning(*(table(Attachment).c[name] for name in Claimed.__slots__))
    ).mappings()
    return sorted((Claimed(**{**row, "ref": row["ref"] or {}}) for row in taken), key=lambda each: each.id)


def waiting() -> bool:
    """Is there a file that nobody fetches?"""
    return bool(db.session.scalar(select(exists().where(*_due(clock.now())))))


def _due(at: datetime) -> tuple[Any, ...]:
    free = or_(Attachment.lease_until.is_(None), Attachment.lease_until < at)
    return Attachment.state.in_([FileState.WAITING, FileState.FETCHING]), Attachment.due_at <= at, free


@transaction()
def keep(claimed: Claimed) -> bool:
    """Say that we are still at it; False: it is no longer ours."""
    return _mine(claimed, lease_until=clock.now() + LEASE)


@transaction()
def let_go(claimed: Claimed) -> bool:
    """We were asked to end before it was here: somebody else begins anew, and this try does not count."""
    values = {"state": FileState.WAITING, "lease": None, "lease_until": None}
    return _mine(claimed, **values, attempts=Attachment.attempts - 1)


@transaction()
def announce(claimed: Claimed, hash_: str) -> bool:
    """Say what we are about to store; False while the same content is being thrown away, or when it is not ours."""
    return is_free(hash_) and _mine(claimed, hash=hash_, lease_until=clock.now() + LEASE)


def is_free(hash_: str) -> bool:
    """Whether nobody is throwing this content away, within the caller's transaction, which decides it."""
    serialize(f"file {hash_}")
    going = exists().where(
        Attachment.hash == hash_, Attachment.state == FileState.REFUSED, Attachment.lease_until > clock.now()
    )
    gone = exists().where(DiscardedFile.hash == hash_, DiscardedFile.lease_until > clock.now())
    return not db.session.scalar(select(or_(going, gone)))


def discard(content: Mapping[str, Any] | None) -> None:
    """A saved reply has this no more, within the caller's transaction: its bytes go, unless somebody needs them."""
    if content is not None:
        insert_once(table(DiscardedFile), {"hash": content["hash"], "lease_until": None}, "hash", asking="hash")


def _mine(claimed: Claimed, **values: Any) -> bool:
    held = update(table(Attachment)).where(Attachment.id == claimed.id, Attachment.lease == claimed.lease)
    return bool(db.session.execute(held.values(values).returning(Attachment.id)).first())


@transaction()
def record(claimed: Claimed, outcome: Outcome) -> bool:
    """Write down what became of it and show it; False where the lease was lost: somebody else settles it."""
    conversation = Conversation.locked(Conversation.id == claimed.conversation_id)
    assert conversation is not None
    at = clock.now()
    values = _after(outcome, claimed, at) | {"lease": None, "lease_until": None}
    if not _mine(claimed, **values):
        _doom(claimed, outcome)
        return False
    scene = scene_of(conversation, channels.line(claimed.channel_id), at)
    _show(scene, claimed.id, outcome.contacts if isinstance(outcome, Cards) else ())
    finish(scene)
    return True


def _doom(claimed: Claimed, outcome: Outcome) -> None:
    """Its message was taken back while we stored it: see that what we stored is thrown away."""
    if isinstance(outcome, Stored):
        refused = Attachment.id == claimed.id, Attachment.state == FileState.REFUSED
        db.session.execute(update(table(Attachment)).where(*refused).values(hash=outcome.hash, lease_until=None))


def _after(outcome: Outcome, claimed: Claimed, at: datetime) -> Row:
    if isinstance(outcome, Stored):
        kept = {name: getattr(outcome, name) for name in Stored.__slots__}
        kept["name"] = filenames.safe(claimed.name, outcome.type, claimed.kind)
        return kept | {"state": FileState.READY, "due_at": None, "error_code": "", "error_text": ""}
    values: Row = {"error_code": outcome.code, "error_text": outcome.text, "due_at": None}
    if outcome.is_final:
        return values | {"state": FileState.REFUSED}
    if claimed.attempts > len(PAUSES):
        return values | {"state": FileState.FAILED}
    return values | {"state": FileState.WAITING, "due_at": at + timedelta(seconds=PAUSES[max(claimed.attempts, 1) - 1])}


@transaction()
def retry(actor: Actor, public_id: str) -> JSON:
    """Fetch a failed file again: a person asked for it. Raises NotFound, Conflict."""
    known = seen_by(actor, public_id)
    scene = access.scene_for(actor, known["cid"])
    again = update(table(Attachment)).where(
        Attachment.id == known["id"],
        Attachment.seq.is_not(None),
        or_(Attachment.state == FileState.FAILED, Attachment.state == FileState.WAITING),
    )
    again = again.values(state=FileState.WAITING, due_at=scene.at, attempts=0, error_code="", error_text="")
    if db.session.execute(again.returning(Attachment.id)).first() is None:
        raise Conflict("only a file that could not be fetched can be fetched again")
    _show(scene, known["id"])
    finish(scene)
    after_commit(lambda: queue.wake(files=True))
    return {"file": public_id, "state": "waiting"}


def by_id(public_id: str) -> Row:
    """A file's row, with its conversation's public id as `cid`, and whose that is. Raises NotFound."""
    if not ID.fullmatch(public_id):
        raise NotFound
    of = (Conversation.public_id.label("cid"), Conversation.assignee_id, Conversation.team)
    found = select(*table(Attachment).c, *of).join(Conversation, Conversation.id == Attachment.conversation_id)
    row = db.session.execute(found.where(Attachment.public_id == public_id)).mappings().one_or_none()
    if row is None:
        raise NotFound("there is no such file")
    return dict(row)


def seen_by(actor: Actor, public_id: str) -> Row:
    """The same for somebody. Raises NotFound with the same words for what is not theirs to see."""
    row = by_id(public_id)
    if not access.may_see(actor, row["assignee_id"], row["team"]):
        raise NotFound("there is no such file")
    return row


def drop(conversation_id: int, seq: int) -> None:
    """The message was taken back, within the caller's transaction: nobody sees its files, and their bytes go soon."""
    of = update(table(Attachment)).where(Attachment.conversation_id == conversation_id, Attachment.seq == seq)
    gone = {"state": FileState.REFUSED, "error_code": "deleted", "due_at": None, "lease": None, "lease_until": None}
    db.session.execute(of.values(gone | {"ref": None, "name": ""}))


def _show(scene: Scene, attachment_id: int, contacts: tuple[JSON, ...] = ()) -> None:
    """Have the message bear what is known of its file, and everybody who looks see it."""
    found = db.session.execute(select(*table(Attachment).c).where(Attachment.id == attachment_id)).mappings().one()
    file = {str(name): value for name, value in found.items()}
    columns = table(Message).c
    which = columns.conversation_id == file["conversation_id"], columns.seq == file["seq"]
    row = db.session.execute(select(*columns).where(*which)).mappings().one_or_none()
    media = (row["payload"] or {}).get("media") if row else None
    if row is None or not isinstance(media, Mapping) or media.get("stored") == facts(file):
        return
    payload = {**row["payload"], "media": {**media, "file": file["public_id"], "stored": facts(file)}}
    payload |= {"contacts": list(contacts)} if contacts and row["kind"] == "contact" else {}
    shown = {"payload": payload, "revision": scene.next_seq()}
    db.session.execute(update(table(Message)).where(*which).values(shown))
    scene.shown.append({**row, **shown})


def facts(file: Mapping[str, Any]) -> JSON:
    """What a message's payload keeps of its file, as `media.stored`: enough to draw it without asking for more."""
    if file["state"] == FileState.READY:
        kept = {name: file[name] for name in ("type", "size", "width", "height", "name") if file[name]}
        return {"state": "ready", **kept, **({"thumb": True} if file["thumb"] else {})}
    if file["error_code"]:
        return {"state": "refused" if file["state"] == FileState.REFUSED else "failed", "code": file["error_code"]}
    return {"state": "waiting"}
