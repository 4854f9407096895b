"""What an agent says, before it is said: checked against what the channel can do, and told back when it is there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select, update

from roms.db import db, table
from roms.engine.sayings import map_link
from roms.engine.types import JSON
from roms.errors import Invalid
from roms.models import Attachment, Direction, Message
from roms.models.attachment import FileState
from roms.services import frames, numbers, templates
from roms.services.abilities import check_words, kind_of_file
from roms.services.actors import Actor
from roms.services.scene import Row, Scene

LONGEST_QUOTE = 200  # characters of a quoted message that are kept with the one that quotes it


@dataclass(frozen=True, slots=True)
class Draft:
    """Words, and at most one thing besides; `quote` is the number of the message that it answers."""

    text: str = ""
    quote: int | None = None
    file: str = ""
    location: Mapping[str, Any] | None = None
    contact: Mapping[str, Any] | None = None
    template: Mapping[str, Any] | None = None

    @property
    def kind(self) -> str:
        """What it is, but for a file, whose kind its content tells."""
        given = [name for name in ("file", "location", "contact", "template") if getattr(self, name)]
        if len(given) > 1:
            raise Invalid(f"a message has one of {', '.join(given)}, not several", field=given[1])
        return given[0] if given else "text"


@dataclass(frozen=True, slots=True)
class Ready:
    """A draft that may be sent. files: those that belong to this message from now on."""

    kind: str
    text: str
    payload: JSON | None = None
    files: tuple[int, ...] = ()


def ready(scene: Scene, actor: Actor, draft: Draft) -> Ready:
    """The draft in the form that is stored and sent. Raises Invalid, which says what the channel can do."""
    kind = draft.kind
    made = READY[kind](scene, actor, draft)
    if kind not in ("text", "file") and draft.text.strip():
        raise Invalid(f"a {kind} has no words of its own: send them as a message", field="text")
    if draft.quote is None:
        return made
    return Ready(made.kind, made.text, (made.payload or {}) | {"quoted": _quoted(scene, draft.quote)}, made.files)


def keep_files(ready: Ready, seq: int) -> None:
    """These files are this message's now: nobody can send them again, or throw them away."""
    if ready.files:
        mine = update(table(Attachment)).where(Attachment.id.in_(ready.files))
        db.session.execute(mine.values(seq=seq))


def earlier(scene: Scene, client_id: str) -> Row | None:
    """The message that was made of this client_id before: a repeat is not a second one."""
    columns = table(Message).c
    found = select(*columns).where(columns.conversation_id == scene.conversation.id, columns.client_id == client_id)
    row = db.session.execute(found).mappings().one_or_none()
    return None if row is None else dict(row)


def answer(scene: Scene, entry: JSON) -> JSON:
    return {"entry": entry, "conversation": frames.summary(scene.conversation, scene.line, scene.talk)}


def _text(scene: Scene, actor: Actor, draft: Draft) -> Ready:
    if not draft.text.strip():
        raise Invalid("there is nothing in the message", field="text")
    check_words(scene.line.abilities, draft.text)
    return Ready("text", draft.text)


def _file(scene: Scene, actor: Actor, draft: Draft) -> Ready:
    file = _own(scene, actor, draft.file, "file")
    kind = kind_of_file(scene.line.abilities, file.kind, file.type, file.size)
    caption = draft.text.strip()
    check_words(scene.line.abilities, caption, kind)
    content = _content(file) | ({"caption": caption} if caption else {})
    return Ready(kind, caption or f"[{file.name or kind}]", {"content": content}, (file.id,))


def _location(scene: Scene, actor: Actor, draft: Draft) -> Ready:
    place = dict(draft.location or {})
    words = {name: str(place[name]).strip() for name in ("name", "address") if place.get(name)}
    content = {"latitude": place["latitude"], "longitude": place["longitude"], **words}
    text = "\n".join((*words.values(), map_link(place["latitude"], place["longitude"])))
    return Ready("location", text, {"content": content})


def _contact(scene: Scene, actor: Actor, draft: Draft) -> Ready:
    card = {name: str((draft.contact or {})[name]).strip() for name in ("name", "phone")}
    if not all(card.values()):
        raise Invalid("a contact has a name and a phone", field="contact")
    card["phone"] = numbers.e164(card["phone"]) or card["phone"]  # a phone abroad does not know what 0812 means
    return Ready("contact", f"{card['name']}: {card['phone']}", {"content": card})


def _template(scene: Scene, actor: Actor, draft: Draft) -> Ready:
    asked = draft.template or {}
    chosen = templates.chosen(scene, asked["id"], asked["parameters"])
    header = chosen.content["parameters"].get("header") or {}
    if "file" not in header:
        return Ready("template", chosen.text, {"content": chosen.content})
    file = _own(scene, actor, header["file"], "template.parameters.header.file")
    if file.kind != header["type"]:
        raise Invalid(f"the header of this template is a file of the kind {header['type']}", field="file")
    header |= _content(file)
    return Ready("template", chosen.text, {"content": chosen.content}, (file.id,))


def _own(scene: Scene, actor: Actor, public_id: str, field: str) -> Attachment:
    """A file that this agent uploaded for this conversation, and that was not sent yet."""
    mine = select(Attachment).filter_by(public_id=public_id, conversation_id=scene.conversation.id, user_id=actor.id)
    file = db.session.scalars(mine.with_for_update()).one_or_none()
    if file is None or file.seq is not None:
        raise Invalid("there is no such file of yours that waits to be sent", field=field)
    if file.state is not FileState.READY:
        raise Invalid("this file is not ready", field=field)
    return file


def _content(file: Attachment) -> JSON:
    content: JSON = {"file": file.public_id, "name": file.name, "mime": file.type, "size": file.size}
    content |= {"voice": True} if (file.ref or {}).get("voice") else {}
    return content | ({"width": file.width, "height": file.height} if file.width and file.height else {})


def _quoted(scene: Scene, seq: int) -> JSON:
    if not scene.line.abilities.quotes:
        raise Invalid("this channel has no quoted replies", field="quote")
    columns = (Message.provider_id, Message.seq, Message.text, Message.sender)
    wanted = select(*columns).where(Message.conversation_id == scene.conversation.id, Message.seq == seq)
    row = db.session.execute(wanted.where(Message.direction != Direction.NOTE)).one_or_none()
    if row is None or not row.provider_id or row.provider_id.startswith("print:"):
        raise Invalid("there is no such message to quote, or the provider has no id for it yet", field="quote")
    return {"id": row.provider_id, "seq": row.seq, "text": row.text[:LONGEST_QUOTE], "sender": row.sender.value}


READY = {"text": _text, "file": _file, "location": _location, "contact": _contact, "template": _template}
