"""Internal notes, and whom they call: written among ourselves, never told to the contact."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from sqlalchemy import select

from roms.db import db, insert_all, table, transaction
from roms.engine.types import JSON
from roms.errors import Conflict, Invalid, NotFound
from roms.models import Direction, Mention, Message, Sender, Status, User
from roms.services import access, accounts, frames, said
from roms.services.actors import Actor
from roms.services.scene import Row, Scene, finish, message_row

CALLED = re.compile(r"@\[(\d{1,18})\]")  # how a note holds whom it calls; pages show the name
MOST_CALLED = 20


@transaction()
def write(actor: Actor, cid: str, text: str, client_id: str | None = None, force: bool = False) -> tuple[JSON, bool]:
    """Write a note; the same client_id again gives the same one. `@[7]` calls user 7.

    Conflict, with their ids, where somebody called may not read this conversation, unless `force` says that this is
    known; whoever may not read it is not called.
    """
    scene = access.scene_for(actor, cid)
    there = said.earlier(scene, client_id) if client_id else None
    if there is not None:
        return said.answer(scene, frames.message_entry(there)), False
    row = add(scene, actor, text, client_id, force)
    finish(scene)
    keep_mentions(scene)
    return said.answer(scene, frames.message_entry(row)), True


def add(scene: Scene, actor: Actor, text: str, client_id: str | None = None, force: bool = False) -> Row:
    """The same within the caller's transaction, who calls keep_mentions when the scene is finished."""
    if not text.strip():
        raise Invalid("there is nothing in the note", field="text")
    called = people(CALLED.findall(text))
    if len(called) > MOST_CALLED:
        raise Invalid(f"a note calls at most {MOST_CALLED} people", field="text")
    blind = [each for each in called if not may_read(each, scene.conversation.public_id)]
    if blind and not force:
        names = ", ".join(each.name for each in blind)
        raise Conflict(f"{names} may not read this conversation", cannot_read=[each.id for each in blind])
    row = message_row(scene, direction=Direction.NOTE, sender=Sender.AGENT, text=text, status=Status.INTERNAL)
    row |= {"agent_id": actor.id, "client_id": client_id}
    if called:
        row["payload"] = {"mentions": [each.id for each in called if each not in blind]}
    scene.messages.append(row)
    return row


def keep_mentions(scene: Scene) -> None:
    """Remember whom the notes of this scene call, once the notes have their rows. Nobody calls himself."""
    called = {row["seq"]: (row["payload"] or {}).get("mentions", ()) for row in scene.messages}
    called = {seq: ids for seq, ids in called.items() if ids}
    if not called:
        return
    here = Message.conversation_id == scene.conversation.id, Message.seq.in_(called)
    common = {"conversation_id": scene.conversation.id, "at": scene.at, "seen_at": None}
    rows = [
        {"message_id": row.id, "user_id": user, **common}
        for row in db.session.execute(select(Message.id, Message.seq, Message.agent_id).where(*here))
        for user in called[row.seq]
        if user != row.agent_id
    ]
    insert_all(table(Mention), rows)


def callable_here(actor: Actor, cid: str) -> list[JSON]:
    """Everybody a note here can call, with whether they may read it. Raises NotFound."""
    access.check(actor, cid)
    found = select(User).where(User.is_active, User.id != actor.id).order_by(User.name)
    return [
        {"id": user.id, "name": user.name, "may_read": may_read(user, cid)}
        for user in db.session.scalars(found.execution_options(populate_existing=True))
    ]


def people(ids: Iterable[str]) -> Sequence[User]:
    """Who works here and is called, each once, in the order of the note; other numbers are mere text."""
    wanted = list(dict.fromkeys(map(int, ids)))
    if not wanted:
        return []
    found = {user.id: user for user in db.session.scalars(select(User).where(User.id.in_(wanted), User.is_active))}
    return [found[id_] for id_ in wanted if id_ in found]


def may_read(user: User, cid: str) -> bool:
    """Whether this colleague could open the conversation now."""
    try:
        access.check(accounts.actor_for(user), cid)
    except NotFound:
        return False
    return True
