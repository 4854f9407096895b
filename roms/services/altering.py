"""What becomes of a message that gets a sign, other words, or is taken back.

Providers repeat themselves and keep no order, so that it depends on when each thing happened, not on when we were told.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Text, cast, delete, select, update

from roms.channels.items import Deleted, Edited, Reaction
from roms.db import db, table
from roms.engine.types import JSON
from roms.models import Attachment, ContactAddress, FileState, Message, RawItem
from roms.services import contents, frames
from roms.services.scene import Row, Scene

Change = Reaction | Edited | Deleted

SIGN = 32  # characters of an emoji, with all that joins it to others
MOST_VERSIONS, MOST_SIGNS = 50, 1000
LIVES_ON = ("author", "forwarded")  # of what was taken back: who wrote, not what


def alter(scene: Scene, row: Row, change: Change) -> bool:
    """Change the row of a message of the locked conversation. False: it says nothing new."""
    payload: JSON = row["payload"] or {}
    if "deleted" in payload:
        return False
    old = row["text"]
    at = change.at or scene.at
    values = APPLY[type(change)](scene, row, payload, change, at)
    row |= values
    if "text" in values:
        _mend_last(scene, row, old)
    return bool(values)


def write(row: Row) -> None:
    """What `apply` changed; a row that is not inserted yet will be inserted so."""
    columns = table(Message).c
    same = columns.conversation_id == row["conversation_id"], columns.seq == row["seq"]
    values = {name: row[name] for name in ("text", "payload", "revision")}
    db.session.execute(update(table(Message)).where(*same).values(values))


def _react(scene: Scene, row: Row, payload: JSON, change: Any, at: datetime) -> Row:
    """One writer has one sign on a message, the newest; one taken away is kept empty: no older one comes back."""
    signs = [dict(each) for each in payload.get("reactions", ())]
    new = _sign(scene, change, at)
    old = next((each for each in signs if _is_same_writer(scene, each, new)), None)
    if old is None and len(signs) >= MOST_SIGNS:
        return {}
    if old is not None:
        is_repeat = old["emoji"] == new["emoji"] and (
            change.at is None or old["at"] == new["at"] or old["by"] != new["by"]  # an agent's, told back to us
        )
        if is_repeat or _order(old) > _order(new):
            return {}
        signs.remove(old)
    signs.append(new)
    signs.sort(key=lambda each: (each["at"], each["key"]))
    return {"payload": payload | {"reactions": signs}}


def _order(sign: Mapping[str, Any]) -> tuple[str, bool, str]:
    """The newer sign wins; of two within the provider's one second the one that takes away, for it came second."""
    return sign["at"], not sign["emoji"], sign["emoji"]


def _sign(scene: Scene, change: Reaction, at: datetime) -> JSON:
    who = change.author[0].value if change.author else change.address
    by, key = ("business", "business") if change.from_business else ("contact", who)
    when = frames.moment(at)
    return {"emoji": change.emoji[:SIGN], "by": by, "key": key, "name": change.name[:200], "at": when}


def _is_same_writer(scene: Scene, old: Mapping[str, Any], new: Mapping[str, Any]) -> bool:
    """We have one sign between us, whoever put it there; so has the contact, under whatever address. In a group there
    are many."""
    is_ours = new["by"] != "contact"
    if is_ours or old["by"] != "contact":
        return bool(is_ours == (old["by"] != "contact"))
    return bool(old["key"] == new["key"]) or not _is_group(scene)


def _is_group(scene: Scene) -> bool:
    group = select(ContactAddress.id).filter_by(contact_id=scene.conversation.contact_id, kind="group").limit(1)
    return db.session.scalar(group) is not None


def _edit(scene: Scene, row: Row, payload: JSON, change: Any, at: datetime) -> Row:
    """The newest words count; all others are kept, the first ones first."""
    edited = payload.get("edited") or {}
    now = payload.get("caption", "") if row["kind"] in contents.WITH_CAPTION else row["text"]
    first_at = frames.moment(row["provider_at"] or row["created_at"])
    versions = [*edited.get("before", ()), {"text": now, "at": edited.get("at", first_at)}]
    new = {"text": change.text, "at": frames.moment(at)}
    if new in versions or (change.at is None and now == change.text) or len(versions) > MOST_VERSIONS:
        return {}
    first, *later = versions
    later = sorted([*later, new], key=lambda each: (each["at"], each["text"]))
    newest = later[-1]
    after: JSON = payload | {"edited": {"at": newest["at"], "before": [first, *later[:-1]]}}
    if row["kind"] not in contents.WITH_CAPTION:
        return {"text": newest["text"], "payload": after}
    after["caption"] = newest["text"]
    return {"text": contents.words(row["kind"], after), "payload": after}


def _delete(scene: Scene, row: Row, payload: JSON, change: Any, at: datetime) -> Row:
    """Our copy goes as well: words, file, what others quoted of it."""
    same = {"conversation_id": scene.conversation.id, "seq": row["seq"]}
    gone = {"state": FileState.REFUSED, "error_code": "deleted", "ref": None, "name": ""}
    files = update(Attachment).filter_by(**same)
    db.session.execute(files.values(**gone, due_at=None, lease=None, lease_until=None))
    db.session.execute(delete(RawItem).filter_by(**same))
    scene.files = [each for each in scene.files if each["seq"] != row["seq"]]
    _forget_quotes(scene, row["seq"])
    left = {name: payload[name] for name in LIVES_ON if name in payload}
    return {"text": "", "payload": left | {"deleted": {"at": frames.moment(at)}}}


def _forget_quotes(scene: Scene, seq: int) -> None:
    """Answers to what was taken back keep whom they answered, without the words."""
    columns = table(Message).c
    later = select(*columns).where(columns.conversation_id == scene.conversation.id, columns.seq > seq)
    quoting = later.where(cast(columns.payload, Text).like('%"quoted"%'))
    for found in db.session.execute(quoting).mappings().all():
        quoted = found["payload"].get("quoted") or {}
        if quoted.get("seq") == seq and quoted.get("text"):
            row = {**found, "payload": found["payload"] | {"quoted": quoted | {"text": ""}}}
            row["revision"] = scene.next_seq()
            write(row)
            scene.shown.append(row)


def _mend_last(scene: Scene, row: Row, old: str) -> None:
    """The list shows the newest message as it is now."""
    last = scene.conversation.last or {}
    shown = last.get("text"), last.get("sender"), last.get("at")
    if shown == (old[:200], row["sender"], frames.moment(row["created_at"])):
        scene.conversation.last = last | {"text": row["text"][:200]}


APPLY: Mapping[type, Callable[[Scene, Row, JSON, Any, datetime], Row]] = {
    Reaction: _react,
    Edited: _edit,
    Deleted: _delete,
}
