"""Accounts as admins see them: how they are, what goes through them, what is set, and never a secret."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select

from roms import clock
from roms.channels import ADAPTERS
from roms.channels.base import Adapter
from roms.db import db
from roms.engine.types import JSON
from roms.errors import NotFound
from roms.models import Channel, ChannelEvent, Conversation, Direction, Message, MessageTemplate, Status, User
from roms.services import channels, frames
from roms.services.account_states import BY, is_restarting, needs_attention

WINDOW = timedelta(hours=24)
RECENT = 30  # conversations in which the newest message of ours is looked for
EVENTS = 40
NOT_SENT = (Status.QUEUED, Status.SENDING)
CODES = ("needs_scan", "new_code", "restarting", "restarted", "logged_out")  # after these a picture is out of date


def kinds() -> list[JSON]:
    """What can be added, the official ones first."""
    found = [_kind(adapter) for adapter in ADAPTERS.values() if not adapter.direct]
    return sorted(found, key=lambda kind: bool(kind["unofficial"]))


def _kind(adapter: Adapter) -> JSON:
    return {
        "kind": adapter.kind,
        "title": adapter.title,
        "unofficial": adapter.abilities.unofficial,
        "direct": adapter.direct,
        "templates": adapter.abilities.templates,
        "window": adapter.abilities.window is not None,
        "linking": adapter.linking is not None,
        "setup": adapter.setup is not None,
        "fields": [
            {
                "name": field.name,
                "secret": field.secret,
                "required": field.required,
                "default": field.default,
                "pattern": field.pattern,
                "made_by_us": field.made_by_us,
            }
            for field in adapter.fields
        ],
    }


def listing() -> list[JSON]:
    """Every account with the traffic of the last day."""
    traffic = _traffic()
    return [_summary(row, traffic.get(row.id, {})) for row in _rows()]


def one(channel_id: int) -> JSON:
    """The same for one account, with its settings, its webhook's address, its templates and what happened to it."""
    rows = _rows(channel_id)
    if not rows:
        raise NotFound("there is no such channel")
    row, events = rows[0], _events(channel_id)
    adapter = ADAPTERS[row.kind]
    sealed = channels.line(row.id).account.values
    secret = [field.name for field in adapter.fields if field.secret]
    return _summary(row, _traffic().get(row.id, {})) | {
        "about": _kind(adapter),
        "values": {field.name: row.settings.get(field.name, "") for field in adapter.fields if not field.secret},
        "secrets": {name: {"is_set": bool(sealed.get(name)), "at": _set_at(channel_id, name)} for name in secret},
        "webhook": "" if adapter.direct else channels.webhook_of(row.kind, row.webhook_key),
        "events": events,
        "code": next((event["id"] for event in events if event["event"] in CODES), 0),
        "templates": _templates(channel_id),
        "templates_at": frames.moment(row.templates_at) if row.templates_at else None,
    }


def _rows(*ids: int) -> Sequence[Channel]:
    found = select(Channel).order_by(Channel.id).execution_options(populate_existing=True)
    return db.session.scalars(found.where(Channel.id.in_(ids)) if ids else found).all()


def _summary(row: Channel, traffic: dict[str, Any]) -> JSON:
    adapter, problem = ADAPTERS[row.kind], channels.line(row.id).problem
    data = row.state_data or {}
    sent, failed = traffic.get("sent", 0), traffic.get("failed", 0)
    return {
        "id": row.id,
        "kind": row.kind,
        "title": adapter.title,
        "name": row.name,
        "is_enabled": row.is_enabled,
        "unofficial": adapter.abilities.unofficial,
        "direct": adapter.direct,
        "state": "connected" if adapter.direct else "failed" if problem else row.state,
        "state_at": _moment(row.state_at),
        "state_code": row.state_code,
        "state_text": problem or row.state_text,
        "state_by": data.get(BY, ""),
        "state_data": {name: value for name, value in data.items() if name != BY},
        "restarting": is_restarting(row),
        "attention": needs_attention(row),
        "last_in": _moment(_later(row.last_in_at, traffic.get("last_in"))),
        "last_out": _moment(traffic.get("last_out") or _last_out(row.id)),
        "in": traffic.get("in", 0),
        "out": sent + failed,
        "failed": failed,
        "waiting": traffic.get("waiting", 0),
    }


def _traffic() -> dict[int, dict[str, Any]]:
    """By channel, for the last day; only conversations in which something happened are looked through."""
    since, found = clock.now() - WINDOW, dict[int, dict[str, Any]]()
    tally = select(Message.channel_id, Message.direction, Message.status, func.count(), func.max(Message.created_at))
    tally = tally.join(Conversation, Conversation.id == Message.conversation_id)
    tally = tally.where(Conversation.last_at >= since, Message.created_at >= since, Message.direction != Direction.NOTE)
    grouped = tally.group_by(Message.channel_id, Message.direction, Message.status)
    for channel_id, direction, status, count, last in db.session.execute(grouped):
        sums = found.setdefault(channel_id, {})
        way = "in" if direction is Direction.IN else "failed" if status is Status.FAILED else "sent"
        if direction is Direction.IN or status not in (*NOT_SENT, Status.CANCELLED):
            sums[way] = sums.get(way, 0) + count
            when = "last_in" if direction is Direction.IN else "last_out"
            sums[when] = _later(sums.get(when), last)
    waiting = select(Message.channel_id, func.count()).where(Message.status.in_(NOT_SENT)).group_by(Message.channel_id)
    for channel_id, count in db.session.execute(waiting):
        found.setdefault(channel_id, {})["waiting"] = count
    return found


def _last_out(channel_id: int) -> datetime | None:
    """Older than a day: in the conversations that were busy last, which is where it is."""
    recent = select(Conversation.id).filter_by(channel_id=channel_id).order_by(Conversation.last_at.desc())
    newest = select(func.max(Message.created_at)).where(
        Message.conversation_id.in_(recent.limit(RECENT)),
        Message.direction == Direction.OUT,
        Message.status.not_in([*NOT_SENT, Status.CANCELLED, Status.FAILED]),
    )
    return db.session.scalar(newest)


def _events(channel_id: int) -> list[JSON]:
    found = select(ChannelEvent, User.name).outerjoin(User, User.id == ChannelEvent.user_id)
    newest = found.where(ChannelEvent.channel_id == channel_id).order_by(ChannelEvent.id.desc()).limit(EVENTS)
    return [
        {"id": event.id, "event": event.event, "data": event.data, "who": name, "at": frames.moment(event.at)}
        for event, name in db.session.execute(newest)
    ]


def _set_at(channel_id: int, name: str) -> str | None:
    """When a secret was given last."""
    changes = select(ChannelEvent.data, ChannelEvent.at).where(
        ChannelEvent.channel_id == channel_id, ChannelEvent.event.in_(["added", "changed"])
    )
    for data, at in db.session.execute(changes.order_by(ChannelEvent.id.desc())):
        if name in data.get("fields", ()):
            return frames.moment(at)
    return None


def _templates(channel_id: int) -> list[JSON]:
    rows = select(MessageTemplate).filter_by(channel_id=channel_id, is_gone=False)
    named = rows.order_by(MessageTemplate.name, MessageTemplate.language)
    columns = ("id", "name", "language", "category", "status", "quality", "reason")
    return [{name: getattr(row, name) for name in columns} for row in db.session.scalars(named)]


def _later(one: datetime | None, other: datetime | None) -> datetime | None:
    return max((each for each in (one, other) if each), default=None)


def _moment(at: datetime | None) -> str | None:
    return frames.moment(at) if at else None
