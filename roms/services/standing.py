"""What waits now, for how long and why: the journal's other half, of which a person may do something about each."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, func, literal, or_, select
from sqlalchemy.orm import aliased

from roms import clock
from roms.db import db, table
from roms.engine.types import JSON
from roms.models import Channel, ChannelPace, Contact, Conversation, Direction, Message, Sender, Status, Timer
from roms.services import account_states, arrivals, aside, channels, frames, heartbeats, pacing

PAGE = 50
PREVIEW = 80  # letters of what was said
LATE = timedelta(seconds=5)  # a timer fires within a second when all is well
STUCK_AFTER = timedelta(minutes=2)  # in the outbox, with nothing that explains it
UNSENT = (Status.QUEUED, Status.SENDING)


def now(is_server: bool = True) -> JSON:
    """Everything at a glance; lists have their newest PAGE, and `more` says that there are others."""
    at = clock.now()
    return {
        "at": frames.moment(at),
        "parts": [_part(part) for part in heartbeats.parts(is_server)],
        "spool": spool(),
        "channels": [_channel(row, at) for row in _channels()],
        "waiting": waiting(),
        "unknown": unknown(),
        "aside": _listed([_aside(each) for each in aside.listed(limit=PAGE + 1)]) | {"counts": aside.tally()},
        "timers": timers(at),
    }


def is_stuck(found: JSON) -> list[str]:
    """What a person must look at, as short English lines; none when all is well."""
    lines = [f"{part['name']}: {part['told']}" for part in found["parts"] if part["state"] != "ok"]
    spool_ = found["spool"]
    if spool_["waiting"] and spool_["oldest"] > 60:
        lines.append(f"spool: {spool_['waiting']} webhooks wait, the oldest for {spool_['oldest']} s")
    lines += [f"spool: {spool_['broken']} webhooks were set aside"] if spool_["broken"] else []
    for channel in found["channels"]:
        if channel["is_stuck"]:
            lines.append(f"{channel['name']}: {channel['count']} unsent since {channel['oldest']}: {channel['why']}")
    total = found["unknown"]["total"]
    lines += [f"{total} messages of which nobody knows whether they were sent"] if total else []
    lines += [f"{found['aside']['counts']['dead']} items set aside"] if found["aside"]["counts"]["dead"] else []
    lines += [f"{found['timers']['overdue']} timers are overdue"] if found["timers"]["overdue"] else []
    return lines


def spool() -> JSON:
    there = arrivals.spool()
    by_channel = [{"id": id_, "waiting": len(there.waiting(id_))} for id_ in there.channels()]
    some = [each for each in by_channel if each["waiting"]]
    return {
        "waiting": sum(each["waiting"] for each in some),
        "oldest": round(there.oldest()),
        "broken": there.broken(),
        "channels": some,
    }


def timers(at: datetime) -> JSON:
    late = select(func.count(), func.min(Timer.due_at)).where(Timer.fired_at.is_(None), Timer.due_at < at - LATE)
    count, oldest = db.session.execute(late).one()
    return {"overdue": count, "oldest": frames.moment(oldest)}


# --- channels ------------------------------------------------------------------------------------------------------


def _channels() -> list[Channel]:
    return list(db.session.scalars(select(Channel).order_by(Channel.id).execution_options(populate_existing=True)))


def _channel(row: Channel, at: datetime) -> JSON:
    """What this channel has not sent yet, and why its oldest waits."""
    columns = table(Message).c
    here = columns.channel_id == row.id, columns.status.in_(UNSENT)
    count, oldest = db.session.execute(select(func.count(), func.min(columns.created_at)).where(*here)).one()
    first = select(*columns).where(*here).order_by(columns.id).limit(1)
    found = db.session.execute(first).mappings().one_or_none()
    pace = db.session.execute(select(*table(ChannelPace).c).where(ChannelPace.channel_id == row.id)).one_or_none()
    rests = pacing.rests_until(pace, at) if pace else None
    why, until = _why(row, rests, found, at) if found else ("", None)
    return {
        "id": row.id,
        "name": row.name,
        "kind": row.kind,
        "direct": channels.line(row.id).is_direct,
        "attention": account_states.needs_attention(row),
        "rests_until": frames.moment(rests),
        "is_asked": bool(rests and pace and not pace.failures),  # the provider itself wants to be left alone
        "count": count,
        "oldest": frames.moment(oldest),
        "why": why,
        "until": frames.moment(until),
        "is_stuck": bool(count and oldest and at - oldest > STUCK_AFTER),
    }


def _why(row: Channel, rests: datetime | None, message: Mapping[Any, Any], at: datetime) -> tuple[str, datetime | None]:
    """A word, and until when; the page and the command line have the sentences."""
    if not row.is_enabled:
        return "off", None
    if message["status"] is Status.SENDING:
        return "sending", message["lease_until"]
    if account_states.needs_attention(row):
        return "attention", message["due_at"]
    if rests:
        return "resting", rests
    if message["due_at"] and message["due_at"] > at:
        return "later", message["due_at"]
    return "nobody" if at - (message["due_at"] or at) > LATE else "now", None


# --- lists ---------------------------------------------------------------------------------------------------------


def waiting(before: int | None = None) -> JSON:
    """What is not sent yet, oldest first, from number `before` on; `behind`: another of its conversation goes first."""
    earlier = aliased(Message)
    behind = exists().where(
        and_(earlier.conversation_id == Message.conversation_id, earlier.seq < Message.seq),
        earlier.status.in_(UNSENT),
    )
    which = Message.status.in_(UNSENT), or_(Message.sender != Sender.BOT, Message.epoch == Conversation.epoch)
    return _messages(*which, Message.id > (before or 0), extra=behind.label("behind"), order=Message.id)


def unknown(before: int | None = None) -> JSON:
    """Of which nobody knows whether the provider has them, newest first, from number `before` on."""
    which = [Message.status == Status.UNKNOWN]
    total = db.session.scalar(select(func.count()).select_from(Message).where(*which)) or 0
    if before:
        which.append(Message.id < before)
    return _messages(*which, extra=literal(False).label("behind"), order=Message.id.desc()) | {"total": total}


def _messages(*which: ColumnElement[bool], extra: Any, order: Any) -> JSON:
    columns = (Message.id, Message.channel_id, Message.seq, Message.kind, Message.text, Message.sender, Message.status)
    wanted: Any = select(*columns, Message.created_at, Message.due_at, Message.error_code, Message.checked, extra)
    wanted = wanted.add_columns(Conversation.public_id, Contact.name, Contact.phone)
    wanted = wanted.select_from(Message).join(Conversation, Conversation.id == Message.conversation_id)
    wanted = wanted.join(Contact, Contact.id == Conversation.contact_id)
    rows = db.session.execute(wanted.where(Message.direction == Direction.OUT, *which).order_by(order).limit(PAGE + 1))
    return _listed([_message(row._mapping) for row in rows])


def _message(row: Mapping[Any, Any]) -> JSON:
    return {
        "id": row["id"],
        "seq": row["seq"],
        "channel": channels.line(row["channel_id"]).facts,
        "conversation": row["public_id"],
        "contact": row["name"] or frames.phone_text(row["phone"]) or "",
        "kind": row["kind"],
        "text": row["text"][:PREVIEW],
        "sender": row["sender"].value,
        "status": row["status"].value,
        "at": frames.moment(row["created_at"]),
        "due_at": frames.moment(row["due_at"]),
        "error": row["error_code"],
        "checked": row["checked"],
        "behind": bool(row["behind"]),
    }


def _aside(found: JSON) -> JSON:
    return {
        name: found[name] for name in ("id", "channel", "conversation", "kind", "state", "tries", "failed", "came_at")
    }


def _listed(rows: list[JSON]) -> JSON:
    return {"items": rows[:PAGE], "more": len(rows) > PAGE}


def _part(part: heartbeats.Part) -> JSON:
    return {
        "name": part.name,
        "state": part.state,
        "seconds": part.seconds,
        "instances": part.instances,
        "told": part.told,
    }


def warnings(is_admin: bool) -> list[dict[str, str]]:
    """For the inbox: webhooks that are coming in late, for everybody; parts that do not work, for admins."""
    found = []
    if depth := arrivals.spool().depth():
        found.append({"code": "spool_waiting", "name": str(depth)})
    if is_admin:
        found += [{"code": "part_silent", "name": part.name} for part in heartbeats.unwell()]
    return found
