"""Signs that our people put on messages: sent like a message, shown on the message they belong to.

WhatsApp knows one sign of ours on a message, whoever of us put it there: a colleague's takes its place.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import select, update

from roms.db import db, table, transaction
from roms.engine.types import JSON
from roms.errors import Conflict, Invalid
from roms.models import Direction, Message, Sender, Status
from roms.services import access, frames, said, window
from roms.services.actors import Actor
from roms.services.scene import Row, Scene, finish, message_row

LONGEST = 16  # characters; a family with skin tones is one sign of eleven


@transaction()
def react(actor: Actor, cid: str, seq: int, emoji: str, client_id: str) -> tuple[JSON, bool]:
    """Put this sign on message `seq`, "" takes ours away; the same client_id again gives the same entry."""
    scene = access.scene_for(actor, cid)
    there = said.earlier(scene, client_id)
    if there is not None:
        return said.answer(scene, frames.message_entry(there)), False
    if not scene.line.abilities.reactions:
        raise Invalid("this channel has no reactions", field="emoji")
    if emoji and not _is_sign(emoji):
        raise Invalid("one emoji is expected", field="emoji")
    window.require(scene.conversation, scene.line, "reaction", scene.at)
    target = _target(scene, seq)
    before = next((each["emoji"] for each in _signs(target) if each.get("by") != "contact"), "")
    content = {"target": target["provider_id"], "seq": seq, "emoji": emoji, "before": before}
    row = message_row(
        scene,
        direction=Direction.OUT,
        sender=Sender.AGENT,
        kind="reaction",
        text=emoji,
        payload={"content": content | {"sender": target["sender"].value}},
        client_id=client_id,
        status=Status.QUEUED,
        due_at=scene.at,
    )
    row["agent_id"] = actor.id
    scene.messages.append(row)
    scene.wakes_outbox = True
    _show(scene, target, emoji, {"key": f"agent:{actor.id}", "name": actor.name})
    finish(scene)
    return said.answer(scene, frames.message_entry(row)), True


def take_back(scene: Scene, rows: Iterable[Mapping[str, Any]]) -> None:
    """Of these messages that were not sent, the signs: what was there before them is there again."""
    for row in rows:
        if row["kind"] == "reaction" and row["direction"] == Direction.OUT:
            content = row["payload"]["content"]
            target = _row(scene, content["seq"])
            ours = next((each for each in _signs(target) if each.get("by") != "contact"), None) if target else None
            if target and (ours["emoji"] if ours else "") == content["emoji"]:
                _show(scene, target, content["before"], ours or {"key": f"agent:{row['agent_id']}", "name": ""})


def _target(scene: Scene, seq: int) -> Row:
    row = _row(scene, seq)
    provider_id = (row or {}).get("provider_id") or ""
    if row is None or row["direction"] == Direction.NOTE or row["kind"] == "reaction":
        raise Invalid("there is no such message to react to", field="seq")
    if not provider_id or provider_id.startswith("print:"):
        raise Conflict("the provider has no id for this message (yet): nothing can be put on it")
    return row


def _row(scene: Scene, seq: int) -> Row | None:
    columns = table(Message).c
    found = select(*columns).where(columns.conversation_id == scene.conversation.id, columns.seq == seq)
    row = db.session.execute(found).mappings().one_or_none()
    return None if row is None else dict(row)


def _signs(row: Mapping[str, Any]) -> Sequence[JSON]:
    return (row["payload"] or {}).get("reactions") or []


def _show(scene: Scene, target: Row, emoji: str, who: Mapping[str, Any]) -> None:
    """Have the target bear this sign of ours, or none, and whoever looks at it see that."""
    signs = [each for each in _signs(target) if each.get("by") == "contact"]
    if emoji:
        mine = {"key": who["key"], "name": who["name"], "by": "agent", "at": frames.moment(scene.at)}
        signs.append(mine | {"emoji": emoji})
    payload = (target["payload"] or {}) | {"reactions": signs}
    target |= {"payload": payload, "revision": scene.next_seq()}
    here = table(Message).c.id == target["id"]
    db.session.execute(update(table(Message)).where(here).values(payload=payload, revision=target["revision"]))
    scene.shown.append(target)


def _is_sign(text: str) -> bool:
    """No word and no sentence; what exactly is an emoji changes every year, and the provider knows."""
    is_short = len(text) <= LONGEST and not any(letter.isalpha() or letter.isspace() for letter in text)
    return is_short and any(ord(letter) > 0xFF for letter in text)
