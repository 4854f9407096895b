"""How a conversation and its entries look to browsers: one place, for lists, threads and live frames alike."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from roms import jsontext
from roms.channels.addresses import is_group
from roms.engine import lifecycle
from roms.engine.flow import Release
from roms.engine.table import Lifecycle
from roms.engine.types import JSON
from roms.models import Contact, Conversation, Direction, Sender, Status
from roms.services import abilities, channels, contents, hours, links, refusals, window
from roms.services.channels import Line

Columns = Mapping[Any, Any]  # the columns of a row by name: a dict of ours or one that the database gave

ARRIVED = {"queued": "sending", "sending": "sending", "accepted": "sent"}  # what a visitor sees of a status


MOMENTS = ("waiting_since", "queued_at", "snoozed_until", "paused_until")


def moment(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat().replace("+00:00", "Z")


def summary(conversation: Conversation, line: Line, release: Release) -> JSON:
    """A conversation as lists show it."""
    return {
        "id": conversation.public_id,
        "seq": conversation.seq,
        "mode": conversation.mode.value,
        "mode_since": moment(conversation.mode_since),
        "assignee": conversation.assignee_id,
        "team": conversation.team,
        "priority": conversation.priority,
        "rank": conversation.rank,
        "skill": conversation.skill,
        "reason": conversation.reason,
        "contact": _person(conversation),
        "channel": line.facts | {"state": line.state},
        "window_until": moment(window.until(line, conversation.window_until)),
        "can": abilities.can(line.abilities),
        "unread": conversation.unread,
        "doubts": conversation.doubts,
        **{name: moment(getattr(conversation, name)) for name in MOMENTS},
        **_clock(conversation, release),
        "last": conversation.last,
        "labels": conversation.labels,
        "closed_as": _closed_as(conversation.state, release),
        "actions": _actions(conversation, release),
        "opened_at": moment(conversation.opened_at),
        "created_at": moment(conversation.created_at),
    }


def _actions(conversation: Conversation, release: Release) -> list[str]:
    """What a person may cause now; only what sleeps can be woken."""
    allowed = lifecycle.allowed(release, conversation.mode)
    return [each for each in allowed if each != "woken" or conversation.snoozed_until is not None]


def reason_of(key: str, lifecycle_: Lifecycle) -> JSON:
    """Why it was closed, as people read it; a word alone where this release has no such reason any more."""
    words = lifecycle_.close_reasons.get(key, {"id": key, "en": key})
    return {"key": key, **words}


def _closed_as(state: Any, release: Release) -> JSON | None:
    key = state.get("closed_as") if isinstance(state, Mapping) else None
    return reason_of(key, release.lifecycle) if isinstance(key, str) else None


def _person(conversation: Conversation) -> JSON:
    contact = conversation.contact
    return {
        "id": contact.id,
        "name": contact.name,
        "phone": contact.phone,
        "phone_text": phone_text(contact.phone),
        "language": contact.language,
        "labels": contact.labels,
        "picture": picture_url(contact),
        "opted_out_at": moment(contact.opted_out_at),
        "is_group": of_group(conversation.address, contact.phone),
    }


def _clock(conversation: Conversation, release: Release) -> JSON:
    """How long somebody has to answer; in its rests it stands still, because the team is not there."""
    rests = hours.rests(conversation, release.hours)
    return {
        "answer_from": moment(conversation.answer_from),
        "answer_by": moment(conversation.answer_by),
        "answer_rests": [[moment(begin), moment(end)] for begin, end in rests],
    }


def picture_url(contact: Contact) -> str | None:
    """Where a contact's picture is shown; another address for another picture."""
    return picture_at(contact.id, contact.picture)


def picture_at(contact_id: int, picture: str) -> str | None:
    return f"/files/contact/{contact_id}/picture?v={picture[:12]}" if picture else None


def of_group(address: str, phone: str | None) -> bool:
    """At gateways it is in the address; elsewhere whoever has a bare number that is no telephone's is a group."""
    return is_group(address) or (phone is None and address.isdecimal())


@functools.lru_cache(maxsize=10_000)
def phone_text(phone: str | None) -> str | None:
    """+6281234567890 as people write it: +62 812-3456-7890."""
    if phone is None:
        return None
    import phonenumbers  # 80 ms, and half of the processes never need it

    try:
        number = phonenumbers.parse(phone)
    except phonenumbers.NumberParseException:
        return phone
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL)


def message_entry(row: Columns) -> JSON:
    """A message or note as agents see it; `row` has the columns of the table by name."""
    entry: JSON = {
        "seq": row["seq"],
        "rev": row["revision"],
        "at": moment(row["created_at"]),
        "type": "note" if row["direction"] == Direction.NOTE else "message",
        "sender": row["sender"],
        "agent": row["agent_id"],
        "text": row["text"],
        "client_id": row["client_id"],
    }
    if entry["type"] == "note":
        entry["mentions"] = (row["payload"] or {}).get("mentions", [])
    else:
        payload = row["payload"] or {}
        entry |= {
            "direction": row["direction"],
            "kind": row["kind"],
            "prompt": payload.get("prompt", ""),
            "options": payload.get("options", []),
            "content": contents.shown(row["kind"], payload, row["direction"] == Direction.OUT),
            "status": row["status"],
            "error": _error(row) if row["error_code"] else None,
            "why": row["why"],
            "consent": "consent" in payload,
        }
        entry |= contents.around(payload)
        if row["status"] == Status.UNKNOWN:
            entry["doubt"] = {"asks": _asks(row), "checked": row["checked"]}
    return entry


def _asks(row: Columns) -> bool:
    """Whether a person is to decide: it took too long, nobody looks for it any more, or it surely is not there."""
    return bool(row["is_doubtful"] or row["due_at"] is None or row["checked"] == "absent")


def _error(row: Columns) -> JSON:
    """What went wrong: the provider's words for those who look it up, and ours for whoever has to do something."""
    class_ = row["error_class"] or ("unknown_outcome" if row["status"] == "unknown" else "permanent")
    words = refusals.said(channels.line(row["channel_id"]).kind, row["error_code"], class_)
    return {"code": row["error_code"], "class": class_, "text": row["error_text"], "say": dict(words)}


def event_entry(row: Columns) -> JSON:
    """What happened to the conversation, as agents see it."""
    return {
        "seq": row["seq"],
        "rev": row["seq"],
        "at": moment(row["at"]),
        "type": "event",
        "event": row["event"],
        "data": row["data"],
        "agent": row["agent_id"],
    }


def visitor_entry(row: Columns, names: Mapping[int, str]) -> JSON | None:
    """A message as the web chat's visitor sees it; None for what is not his to see."""
    if row["direction"] == Direction.NOTE or row["status"] == "cancelled":
        return None
    payload = row["payload"] or {}
    name = names.get(row["agent_id"] or 0, "")
    content = contents.shown(row["kind"], payload, row["direction"] == Direction.OUT)
    return {
        "seq": row["seq"],
        "rev": row["revision"],
        "at": moment(row["created_at"]),
        "from": "you" if row["sender"] == Sender.CONTACT else row["sender"],
        "name": name.split(" ")[0],
        "kind": row["kind"],
        "text": row["text"],
        "prompt": payload.get("prompt", ""),
        "options": payload.get("options", []),
        "content": links.for_visitor(content, row["conversation_id"]),
        "status": ARRIVED.get(row["status"], row["status"]),
        "client_id": row["client_id"],
    }


Whose = tuple[int | None, str]  # assignee and team: what decides who may see a conversation


def header(cid: str, visitor: str, seq: int, whose: Whose, was: Whose | None = None) -> JSON:
    """Who a frame is about and whose that is; `was`: whose it was before, where that has changed. A header that does
    not say whose reaches only those who see all."""
    told: JSON = {"c": cid, "v": visitor, "s": seq, "of": list(whose)}
    return told if was is None or was == whose else told | {"was": list(was)}


def pack(header: JSON, agents: JSON | None, visitor: JSON | None) -> bytes:
    """Three lines for the live hub: who it is about, the agents' frame, the visitor's frame."""
    return b"\n".join(_line(part) for part in (header, agents, visitor))


def _line(part: JSON | None) -> bytes:
    return b"" if part is None else jsontext.write(part).encode()


def agents_frame(summary_: JSON, start: int, entries: Iterable[JSON], ring: bool) -> JSON:
    return {
        "t": "change",
        "c": summary_["id"],
        "from": start,
        "s": summary_["seq"],
        "conversation": summary_,
        "entries": list(entries),
        "ring": ring,
    }
