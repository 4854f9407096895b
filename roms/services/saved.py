"""What agents say often: kept under a short word, in as many languages as we speak, perhaps with a file."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import contains_eager

from roms import clock
from roms.db import db, transaction
from roms.engine.occasions import LANGUAGES
from roms.engine.types import JSON
from roms.errors import Conflict, Invalid, NotFound
from roms.models import Conversation, SavedReply, Team, TeamMember
from roms.services import access, channels, editors, files, filling, publishing
from roms.services.actors import Actor

SHORTCUT = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")
LONGEST_TITLE, LONGEST_TEXT = 120, 4096


def listing(actor: Actor) -> JSON:
    """All of them, for those who look after them; agents see what they may use."""
    may_edit = actor.is_supervisor
    found = _rows(*(() if may_edit else (usable_by(actor),)))
    return {
        "items": [shown(row) for row in found],
        "names": list(filling.NAMES),
        "may_edit": may_edit,
        "teams": teams(),
    }


def offered(actor: Actor, cid: str) -> JSON:
    """What this agent may say here, filled in for this conversation. Raises NotFound."""
    conversation = _conversation(actor, cid)
    line = channels.line(conversation.channel_id)
    known = filling.known(conversation, actor, publishing.of_state(conversation.state), clock.now())
    items = []
    for row in _rows(usable_by(actor)):
        language = language_of(row, conversation.contact.language)
        filled = filling.filled(row.texts.get(language, ""), language, known)
        file = None if row.content is None else {name: row.content[name] for name in ("name", "type", "size", "kind")}
        fits = len(filled.text) <= (line.abilities.caption if file else line.abilities.text)
        items.append(
            {"id": row.id, "shortcut": row.shortcut, "title": row.title, "language": language, "fits": fits}
            | {"text": filled.text, "missing": list(filled.missing), "file": file}
        )
    return {"items": items}


@transaction()
def make(actor: Actor, values: Mapping[str, Any]) -> JSON:
    """Invalid names what is wrong, also a variable that there is not; Conflict where the shortcut is taken."""
    editors.require(actor)
    row = SavedReply(shortcut="", title="", texts={}, content=None, changed_at=clock.now())
    _change(row, {"team": None} | dict(values))
    db.session.add(row)
    db.session.flush()
    return shown(row)


@transaction()
def change(actor: Actor, reply_id: int, values: Mapping[str, Any]) -> JSON:
    editors.require(actor)
    row = by_id(reply_id)
    _change(row, values)
    db.session.flush()
    return shown(row)


@transaction()
def remove(actor: Actor, reply_id: int) -> None:
    editors.require(actor)
    row = by_id(reply_id)
    files.discard(row.content)
    db.session.delete(row)


def by_id(reply_id: int) -> SavedReply:
    row = db.session.get(SavedReply, reply_id, populate_existing=True)
    if row is None:
        raise NotFound("there is no such saved reply")
    return row


def usable_by(actor: Actor) -> ColumnElement[bool]:
    """Everybody's, and those of the teams he is in; who sees to the work uses all."""
    if actor.is_supervisor:
        return SavedReply.id.is_not(None)
    mine = select(TeamMember.team_id).where(TeamMember.user_id == actor.id)
    return or_(SavedReply.team_id.is_(None), SavedReply.team_id.in_(mine))


def language_of(row: SavedReply, contact: str) -> str:
    """The contact's language first, then the first that it is written in."""
    return next((each for each in (contact, *LANGUAGES, *row.texts) if row.texts.get(each)), "")


def teams() -> list[JSON]:
    """Whose a reply or a macro can be."""
    found = select(Team.key, Team.name).where(Team.is_active).order_by(Team.name)
    return [{"key": row.key, "name": row.name} for row in db.session.execute(found)]


def team_of(key: Any) -> int | None:
    """The id of a team by its key; None for everybody's. Raises Invalid."""
    if not key:
        return None
    found = db.session.scalar(select(Team.id).where(Team.key == key, Team.is_active))
    if found is None:
        raise Invalid(f"there is no team {key!r:.80}", field="team")
    return found


def shown(row: SavedReply) -> JSON:
    team = db.session.scalar(select(Team.key).where(Team.id == row.team_id)) if row.team_id else None
    told = {name: getattr(row, name) for name in ("id", "shortcut", "title", "texts")}
    kept = ("name", "type", "size", "kind")
    return told | {"team": team, "file": None if row.content is None else {name: row.content[name] for name in kept}}


def _conversation(actor: Actor, cid: str) -> Conversation:
    access.check(actor, cid)
    there = select(Conversation).join(Conversation.contact).options(contains_eager(Conversation.contact))
    fresh = there.where(Conversation.public_id == cid).execution_options(populate_existing=True)
    return db.session.scalars(fresh).one()


def _rows(*which: ColumnElement[bool]) -> Sequence[SavedReply]:
    found = select(SavedReply).where(*which).order_by(SavedReply.shortcut)
    return db.session.scalars(found.execution_options(populate_existing=True)).all()


def _change(row: SavedReply, values: Mapping[str, Any]) -> None:
    if "shortcut" in values:
        row.shortcut = _shortcut(values["shortcut"], row.id)
    if "title" in values:
        row.title = " ".join(values["title"].split())[:LONGEST_TITLE]
        if not row.title:
            raise Invalid("a saved reply has a title", field="title")
    if "texts" in values:
        row.texts = _texts(values["texts"])
    if "team" in values:
        row.team_id = team_of(values["team"])
    row.changed_at = clock.now()


def _shortcut(shortcut: str, mine: int | None) -> str:
    shortcut = shortcut.strip().lower().removeprefix("/")
    if not SHORTCUT.fullmatch(shortcut):
        raise Invalid("a shortcut has 1 to 40 small letters, digits, - and _", field="shortcut")
    taken = select(SavedReply.id).where(func.lower(SavedReply.shortcut) == shortcut, SavedReply.id != (mine or 0))
    if db.session.scalar(taken) is not None:
        raise Conflict(f"/{shortcut} is another saved reply already", field="shortcut")
    return shortcut


def _texts(texts: Mapping[str, str]) -> dict[str, str]:
    """What is written in each language; at least one, each with holes that can be filled."""
    kept = {language: text.strip() for language, text in texts.items() if text.strip()}
    if not kept:
        raise Invalid("a saved reply says something in at least one language", field="texts")
    for language, text in kept.items():
        if language not in LANGUAGES or len(text) > LONGEST_TEXT:
            raise Invalid(f"texts: {', '.join(LANGUAGES)}, each up to {LONGEST_TEXT} characters", field="texts")
        filling.checked(text)
    return kept
