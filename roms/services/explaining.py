"""Why did the bot say that, and why did it not take what the contact wrote?

From what is stored with the message, and from playing its one turn again from the session that turn began with
(services/turns.py). What is said now is laid beside what was said then; where they differ, the answer says so.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Select, or_, select

from roms.db import db
from roms.engine import retell, rules, session
from roms.engine.contest import Lost
from roms.engine.events import Event, MessageReceived
from roms.engine.types import JSON, Mode, Session
from roms.errors import NotFound
from roms.models import Conversation, Direction, Message, Sender
from roms.services import access, frames, loops, past, permission, promising, publishing, turns
from roms.services.actors import Actor
from roms.services.shown import cut, shown

LONGEST_TEXT = 500
MOST_OPTIONS = 20
MOST_VARIABLES = 50
PLACE = ("release", "file", "line", "flow", "step")


def of(actor: Actor, cid: str, seq: int) -> JSON:
    """Everything known about message `seq` of this conversation. Raises NotFound where nobody can ask why."""
    here = Conversation.public_id == cid, Message.seq == seq, access.visible_to(actor)
    row = db.session.execute(_messages().join(Conversation).where(*here)).one_or_none()
    if row is None or not _can_be_asked(row):
        raise NotFound("there is no such message of a contact or a flow")
    return _explained(row)


def explain(message: int) -> JSON:
    """The same, by the message's id in the database."""
    row = db.session.execute(_messages().where(Message.id == message)).one_or_none()
    if row is None or not _can_be_asked(row):
        raise NotFound(f"there is no message {message} that a contact or a flow wrote")
    return _explained(row)


def _messages() -> Select[Any]:
    return select(
        Message.conversation_id,
        Message.seq,
        Message.sender,
        Message.kind,
        Message.text,
        Message.payload,
        Message.why,
        Message.before,
        Message.created_at,
    )


def _can_be_asked(row: Any) -> bool:
    """What a contact wrote, what a flow said, and what was said about advertising; not the bot's notes."""
    said = bool(row.why) or permission.MARK in (row.payload or {})
    return row.sender is Sender.CONTACT or (row.sender is Sender.BOT and said)


def _explained(row: Any) -> JSON:
    began, said = _turn(row)
    mode = past.mode_at(row.conversation_id, began.seq)
    found: JSON = {
        "seq": row.seq,
        "sender": row.sender.value,
        "at": frames.moment(row.created_at),
        "text": cut(row.text, LONGEST_TEXT),
        "heard": None,
        "mode": mode.value,
        "outcome": "unknown",
        "flow": "",
        "where": {name: row.why[name] for name in PLACE} if row.why else None,
        "rule": _rule(row.why["rule"]) if row.why else None,
        "took": None,
        "question": None,
        "lost": [],
        "variables": [],
        "facts": [],
        "answers": [each.seq for each in said],
        "doubt": None,
    }
    if began.sender is Sender.CONTACT:
        found["heard"] = {"seq": began.seq, "text": cut(began.text, LONGEST_TEXT)}
    return found | _retold(began, said, mode)


def _turn(row: Any) -> tuple[Any, list[Any]]:
    """What began the turn this message belongs to, and what the bot said in it."""
    here, begins = Message.conversation_id == row.conversation_id, _begins()
    first = _messages().where(here, begins, Message.seq <= row.seq).order_by(Message.seq.desc()).limit(1)
    began = db.session.execute(first).one_or_none() or row
    after = select(Message.seq).where(here, begins, Message.seq > began.seq).order_by(Message.seq).limit(1)
    until = db.session.scalar(after)
    spoken = select(Message.seq, Message.text, Message.why, Message.payload).where(here, Message.seq >= began.seq)
    spoken = spoken.where(Message.sender == Sender.BOT, Message.direction == Direction.OUT)
    if until is not None:
        spoken = spoken.where(Message.seq < until)
    rows = db.session.execute(spoken.order_by(Message.seq))
    return began, [each for each in rows if promising.MARK not in (each.payload or ())]


def _begins() -> Any:
    return or_(Message.sender == Sender.CONTACT, Message.before.is_not(None))


def _retold(began: Any, said: list[Any], mode: Mode) -> JSON:
    """What playing the turn again tells; `doubt` says why it tells less, or may not be what happened."""
    kept = began.before
    if (began.payload or {}).get(permission.MARK, {}).get("taken"):
        return {"outcome": "consent"}
    if (began.payload or {}).get(loops.MARK):
        return {"outcome": "loop"}
    if kept is None and mode is Mode.BOT:
        return {"doubt": "unrecorded"}
    start = kept.get("seq", began.seq) if kept else began.seq
    facts = past.facts_at(began.conversation_id, start, began.created_at)
    state = kept["state"] if kept else {"mode": mode.value, "since": began.created_at.isoformat()}
    try:
        before = session.load(state, facts)
    except session.Unreadable:
        return {"doubt": "unreadable", "facts": _facts(facts)}
    known: JSON = {"facts": _facts(facts), "mode": before.mode.value, "variables": _variables({}, before.variables)}
    event = _event(began)
    release = publishing.usable(_release(before, said, began))
    if event is None or release is None:
        return known | {"doubt": "event" if event is None else "release"}
    told = retell.tell(release, before, event, began.created_at)
    differs = told.said != tuple(each.text for each in said)
    if told.heard:
        known["heard"] = {"seq": began.seq, "text": cut(told.heard, LONGEST_TEXT)}
    return known | _told(told) | {"doubt": "differs" if differs else None}


def _event(began: Any) -> Event | None:
    if began.sender is Sender.CONTACT:
        return MessageReceived(began.text, (began.payload or {}).get("tapped"), began.kind)
    return turns.event_of(began.before)


def _release(before: Session, said: list[Any], began: Any) -> int:
    """The one that spoke, or the one the talk stood in, or the newest of that time."""
    numbers = [each.why["release"] for each in said if each.why]
    return int(numbers[0] if numbers else before.release or past.newest_release(began.created_at))


def _told(told: retell.Told) -> JSON:
    return {
        "outcome": told.outcome,
        "flow": told.flow,
        "took": _rule(told.rule) if told.rule else None,
        "question": _question(told.question) if told.question else None,
        "lost": [_lost(each) for each in told.lost],
        "variables": _variables(told.before, told.after),
    }


def _question(question: retell.Question) -> JSON:
    step = question.step
    return {
        "flow": step.place.flow,
        "step": step.place.step,
        "file": step.file,
        "line": step.line,
        "kind": question.kind,
        "options": [{"key": key, "label": cut(label, 80)} for key, label in question.options[:MOST_OPTIONS]],
        "tries": question.tries,
        "most": question.most,
        "outcome": question.outcome,
    }


def _lost(lost: Lost) -> JSON:
    return {
        "flow": lost.flow,
        "step": lost.step,
        "file": lost.file,
        "line": lost.line,
        "rule": _rule(lost.rule),
        "why": lost.why,
        "values": dict(lost.values),
    }


def _rule(text: str) -> JSON:
    rule = rules.read(text)
    several = {"code": rule.several, "count": rule.count} if rule.several else None
    return {"code": rule.code, "text": rule.text, "values": dict(rule.values), "several": several}


def _variables(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[JSON]:
    """By name; `was` stands where the turn changed one that had a value."""
    return [
        {"name": name, "value": shown(value)}
        | ({"was": shown(before[name])} if name in before and before[name] != value else {})
        for name, value in sorted(after.items())[:MOST_VARIABLES]
    ]


def _facts(facts: Mapping[str, Any]) -> list[JSON]:
    contact, channel, conversation = facts["contact"], facts["channel"], facts["conversation"]
    values = {
        "contact.name": contact["name"],
        "contact.phone": contact["phone"],
        "contact.language": contact["language"],
        "contact.labels": ", ".join(contact["labels"]),
        "channel.kind": channel["kind"],
        "channel.name": channel["name"],
        "conversation.priority": conversation["priority"],
        "conversation.labels": ", ".join(conversation["labels"]),
    }
    return [{"name": name, "value": shown(value)} for name, value in values.items() if value]
