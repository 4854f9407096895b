"""Messages that the provider has approved: what it lists, what it tells between times, and what may be sent now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import or_, select, update

from roms import clock, queue
from roms.channels import ADAPTERS
from roms.channels.items import Template, TemplateChanged
from roms.db import after_commit, db, serialize, transaction
from roms.engine.types import JSON
from roms.errors import Conflict, Invalid, NotFound
from roms.models import Channel, Conversation, MessageTemplate
from roms.services import access, template_parts
from roms.services.actors import Actor
from roms.services.scene import Scene

SYNC_EVERY = timedelta(hours=1)
APPROVED = "approved"
WHY_NOT: Mapping[str, Mapping[str, str]] = {
    "gone": {
        "id": "Penyedia tidak punya templat ini lagi.",
        "en": "The provider does not have this template any more.",
    },
    "pending": {"id": "Masih diperiksa WhatsApp.", "en": "WhatsApp is still looking at it."},
    "rejected": {"id": "Ditolak WhatsApp.", "en": "WhatsApp rejected it."},
    "paused": {
        "id": "Dijeda WhatsApp karena banyak orang tidak menyukainya.",
        "en": "WhatsApp paused it, because too many people did not like it.",
    },
    "disabled": {"id": "Dimatikan WhatsApp.", "en": "WhatsApp disabled it."},
    "authentication": {
        "id": "Kode masuk tidak dikirim dengan tangan.",
        "en": "Login codes are not sent by hand.",
    },
    "parts": {
        "id": "Ada bagian yang tidak bisa diisi di sini (misalnya carousel).",
        "en": "It has parts that cannot be filled in here (a carousel, for instance).",
    },
    "unknown": {"id": "Belum disetujui WhatsApp.", "en": "WhatsApp has not approved it."},
}


@dataclass(frozen=True, slots=True)
class Chosen:
    """A template filled in: how it reads, and what the adapter is handed."""

    text: str
    content: JSON


@transaction()
def store(channel_id: int, found: Sequence[Template]) -> None:
    """The provider's whole list; what is not in it any more is kept for old messages, but not sent."""
    serialize(f"templates {channel_id}")
    at = clock.now()
    known = {(row.name, row.language): row for row in _rows(channel_id)}
    for template in found:
        row = known.pop((template.name[:512], template.language[:20]), None)
        if row is None:
            row = MessageTemplate(channel_id=channel_id, name=template.name[:512], language=template.language[:20])
            db.session.add(row)
        _take(row, template, at)
    for gone in known.values():
        if not gone.is_gone:
            gone.is_gone, gone.changed_at = True, at
    db.session.execute(update(Channel).where(Channel.id == channel_id).values(templates_at=at))
    db.session.flush()


@transaction()
def changed(channel_id: int, told: TemplateChanged) -> int:
    """What the provider tells of one template, at once; of one we do not know, the list is fetched anew."""
    serialize(f"templates {channel_id}")
    by_name = MessageTemplate.name == told.name
    which = or_(MessageTemplate.provider_id == told.provider_id, by_name) if told.provider_id else by_name
    rows = [row for row in _rows(channel_id, which) if not told.language or row.language == told.language]
    if any(row.provider_id == told.provider_id for row in rows) and told.provider_id:
        rows = [row for row in rows if row.provider_id == told.provider_id]
    values = {name: getattr(told, name) for name in ("status", "quality", "category", "reason") if getattr(told, name)}
    for row in rows:
        for name, value in values.items():
            setattr(row, name, value)
        row.changed_at = clock.now()
    db.session.flush()
    if not rows:
        after_commit(lambda: queue.ask(queue.SYNC_TEMPLATES, channel_id))
    return len(rows)


def listing(actor: Actor, cid: str) -> JSON:
    """For the picker: all of this conversation's channel, those that may be sent first."""
    channel = _channel(actor, cid)
    shown = [_shown(row) for row in _rows(channel.id) if not row.is_gone]
    shown.sort(key=lambda each: (not each["is_sendable"], each["name"], each["language"]))
    at = channel.templates_at
    return {"templates": shown, "fetched_at": at.isoformat().replace("+00:00", "Z") if at else None}


def refresh(actor: Actor, cid: str) -> None:
    """Have the list fetched anew; it is there in a moment."""
    channel = _channel(actor, cid)
    if ADAPTERS[channel.kind].templates is None:
        raise Conflict("this channel has no templates")
    queue.ask(queue.SYNC_TEMPLATES, channel.id)


def due() -> list[int]:
    """Channels whose list was not fetched for an hour."""
    kinds = [kind for kind, adapter in ADAPTERS.items() if adapter.templates is not None]
    old = or_(Channel.templates_at.is_(None), Channel.templates_at < clock.now() - SYNC_EVERY)
    return list(db.session.scalars(select(Channel.id).where(Channel.kind.in_(kinds), Channel.is_enabled, old)))


def chosen(scene: Scene, template_id: int, parameters: Mapping[str, Any]) -> Chosen:
    """This template, filled in by an agent. Raises Invalid."""
    if not scene.line.abilities.templates:
        raise Invalid("this channel has no templates", field="template")
    row = db.session.get(MessageTemplate, template_id)
    if row is None or row.channel_id != scene.line.id:
        raise Invalid("there is no such template", field="template.id")
    code = why_not(row)
    if code:
        raise Invalid(WHY_NOT[code]["en"], field="template.id", why_not=dict(WHY_NOT[code]))
    made = template_parts.filled(row.components, parameters)
    return Chosen(template_parts.preview(row.components, made), _content(row, made))


def of_flow(channel_id: int, content: Mapping[str, Any]) -> JSON:
    """What a flow names, completed by what we know of it: its id, its category, and which value goes where."""
    values = content.get("parameters") or []
    named: JSON = {**content, "parameters": {"body": values} if isinstance(values, list) else values}
    row = _named(channel_id, content)
    if row is None:
        return named
    keys = [each["key"] for each in template_parts.parameters(row.components) if each["where"] == "body"]
    if isinstance(values, list) and len(keys) == len(values) and any(not key.isdigit() for key in keys):
        named["parameters"] = {"body": dict(zip(keys, values, strict=True))}
    return _content(row, named["parameters"])


def is_refused(channel_id: int, content: Mapping[str, Any]) -> bool:
    """Whether what we know of this template forbids sending it now; of an unknown one the provider decides."""
    row = _named(channel_id, content)
    return row is not None and (row.is_gone or row.status != APPROVED)


def category(channel_id: int, content: Mapping[str, Any]) -> str:
    """What the provider files this template under now, else what it was filed under; "" where nobody told us."""
    row = _named(channel_id, content)
    return row.category if row is not None else str(content.get("category") or "")


def why_not(row: MessageTemplate) -> str:
    """The code of the reason why an agent cannot send it, "" when he can."""
    if row.is_gone:
        return "gone"
    if row.status != APPROVED:
        return row.status if row.status in WHY_NOT else "unknown"
    if row.category == "authentication":
        return "authentication"
    return "" if template_parts.is_known(row.components) else "parts"


def _take(row: MessageTemplate, template: Template, at: Any) -> None:
    values: JSON = {
        name: getattr(template, name) for name in ("provider_id", "category", "status", "quality", "reason")
    }
    values |= {"components": [dict(each) for each in template.components], "is_gone": False}
    if any(getattr(row, name) != value for name, value in values.items()):
        for name, value in values.items():
            setattr(row, name, value)
        row.changed_at = at


def _rows(channel_id: int, *which: Any) -> list[MessageTemplate]:
    wanted = select(MessageTemplate).where(MessageTemplate.channel_id == channel_id, *which)
    fresh = wanted.order_by(MessageTemplate.name, MessageTemplate.language).execution_options(populate_existing=True)
    return list(db.session.scalars(fresh))


def _named(channel_id: int, content: Mapping[str, Any]) -> MessageTemplate | None:
    found = _rows(channel_id, MessageTemplate.name == content.get("name"))
    wanted = content.get("language")
    return next((row for row in found if row.language == wanted), None)


def _channel(actor: Actor, cid: str) -> Channel:
    of = select(Channel).join(Conversation, Conversation.channel_id == Channel.id)
    found = db.session.scalars(of.where(Conversation.public_id == cid, access.visible_to(actor))).one_or_none()
    if found is None:
        raise NotFound("there is no such conversation")
    return found


def _content(row: MessageTemplate, made: Mapping[str, Any]) -> JSON:
    content: JSON = {"name": row.name, "language": row.language, "category": row.category, "parameters": dict(made)}
    buttons = template_parts.button_texts(row.components)
    content |= {"buttons": buttons} if buttons else {}
    return content | ({"provider_id": row.provider_id} if row.provider_id else {})


def _shown(row: MessageTemplate) -> JSON:
    code = why_not(row)
    told = {
        name: getattr(row, name) for name in ("id", "name", "language", "category", "status", "quality", "components")
    }
    return told | {
        "parameters": template_parts.parameters(row.components),
        "is_sendable": not code,
        "why_not": dict(WHY_NOT[code]) if code else None,
    }
