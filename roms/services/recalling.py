"""Conversations as they happened, read back from messages, history, timers and calls: for replay, tests, the "why"."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import zip_longest
from typing import Any

from sqlalchemy import Select, select

from roms.db import db
from roms.engine import events
from roms.engine.events import Event
from roms.engine.replay import Labelled, Past, Record
from roms.engine.types import Mode
from roms.errors import NotFound
from roms.models import BulkAction, Channel, Contact, Conversation, Direction, History, HttpCall, Message, Sender, Timer
from roms.services import contents, hours, known, loops, people_did
from roms.services.known import Change, Known
from roms.services.labelling import PERSON
from roms.services.permission import MARK
from roms.services.promising import MARK as PROMISE

AT_ONCE = 500  # conversations read with one statement a table
OURS = {MARK, PROMISE}  # what the bot said and no flow did

Entry = tuple[int, int, datetime, Any]  # number, rank among equals, when, the row


@dataclass(slots=True)
class _Happened:
    """One thing that happened, and what has come of it so far."""

    at: datetime
    event: Event
    said: list[str] = field(default_factory=list)
    step: str = ""
    mode: Mode = Mode.BOT
    release: int = 0
    seq: int = 0
    labels: tuple[Labelled, ...] = ()  # by people, since what happened before


def id_of(public_id: str) -> int:
    """Raises NotFound."""
    found = db.session.scalar(select(Conversation.id).filter_by(public_id=public_id))
    if found is None:
        raise NotFound(f"there is no conversation {public_id}")
    return found


def one(conversation: int) -> Record:
    return next(records([conversation]))


def records(ids: Sequence[int]) -> Iterator[Record]:
    """These conversations from their beginning, in the order of the ids."""
    for start in range(0, len(ids), AT_ONCE):
        yield from _records(ids[start : start + AT_ONCE])


def _records(ids: Sequence[int]) -> Iterator[Record]:
    said = _by_conversation(
        select(
            Message.conversation_id,
            Message.seq,
            Message.created_at.label("at"),
            Message.sender,
            Message.agent_id,
            Message.kind,
            Message.text,
            Message.payload,
            Message.why,
        ).where(Message.direction != Direction.NOTE, Message.conversation_id.in_(ids))
    )
    happened = _by_conversation(
        select(History.conversation_id, History.seq, History.at, History.event, History.data, History.agent_id).where(
            History.event.in_((*people_did.HISTORY, "label")), History.conversation_id.in_(ids)
        )
    )
    timers = _by_conversation(
        select(Timer.conversation_id, Timer.seq, Timer.fired_at.label("at"), Timer.kind, Timer.turn, Timer.due_at)
        .where(Timer.conversation_id.in_(ids))
        .order_by(Timer.fired_at, Timer.id)
    )
    answers, undone = _answers(ids), _undone(happened)
    heads = heads_of(ids)
    changed = known.changes(row.contact_id for row in heads)
    for row in heads:
        entries = _in_order((*said[row.id], *happened[row.id]), timers[row.id], answers[row.id])
        yield _record(row, entries, timers[row.id], changed.get(row.contact_id, []), undone.get(row.public_id, {}))


def _answers(ids: Sequence[int]) -> dict[int, list[Any]]:
    return _by_conversation(
        select(
            HttpCall.conversation_id,
            HttpCall.seq,
            HttpCall.answered_at.label("at"),
            HttpCall.turn,
            HttpCall.status,
            HttpCall.data,
            HttpCall.problem,
        )
        .where(HttpCall.conversation_id.in_(ids), HttpCall.answered_at.is_not(None))
        .order_by(HttpCall.answered_at, HttpCall.id)
    )


def _undone(happened: Mapping[int, list[Any]]) -> dict[str, dict[str, Any]]:
    """How conversations were before what was taken back: by public id, then by the act."""
    acts = {row.data["action"] for rows in happened.values() for row in rows if row.event == "undone"}
    found: dict[str, dict[str, Any]] = defaultdict(dict)
    if acts:
        kept = select(BulkAction.public_id, BulkAction.before).where(BulkAction.public_id.in_(acts))
        for act in db.session.execute(kept):
            for before in act.before:
                found[before["id"]][act.public_id] = before
    return found


def _by_conversation(rows: Select[*tuple[Any, ...]]) -> dict[int, list[Any]]:
    filed: dict[int, list[Any]] = defaultdict(list)
    for row in db.session.execute(rows):
        filed[row.conversation_id].append(row)
    return filed


def heads_of(ids: Sequence[int]) -> Sequence[Any]:
    """Each of these conversations with its contact and its channel, in the order of the ids."""
    rows = db.session.execute(
        select(
            Conversation.id,
            Conversation.public_id,
            Conversation.contact_id,
            Conversation.channel_id,
            Conversation.created_at,
            Conversation.mode,
            Contact.name.label("contact"),
            Contact.named_at,
            Contact.phone,
            Contact.language,
            Contact.labels,
            Channel.kind,
            Channel.name.label("channel"),
        )
        .join(Contact, Contact.id == Conversation.contact_id)
        .join(Channel, Channel.id == Conversation.channel_id)
        .where(Conversation.id.in_(ids))
        .order_by(Conversation.id)
    )
    return rows.all()


def _record(
    head: Any, entries: list[Entry], timers: list[Any], changed: list[Change], undone: Mapping[str, Any]
) -> Record:
    moves = [row for _, rank, _, row in entries if not rank and getattr(row, "event", "") == "mode"]
    initial = Mode(min(moves, key=lambda row: row.seq).data["from"]) if moves else head.mode
    contact = Known(head, changed)
    walked = _walked(entries, initial, undone)
    following = [each.seq for each in walked[1:]]
    past = tuple(
        Past(
            each.at,
            each.event,
            contact.facts(each.at, each.seq),
            tuple(each.said),
            each.step,
            each.mode,
            each.release,
            each.seq,
            contact.learned(each.seq, after) if changed else {},
            each.labels,
            hours.known(head.channel_id, each.at),
        )
        for each, after in zip_longest(walked, following)
    )
    set_ = frozenset((row.kind, row.turn, row.due_at) for row in timers)
    return Record(head.public_id, head.created_at, initial, {"kind": head.kind, "name": head.channel}, past, set_)


def _in_order(numbered: Sequence[Any], timers: list[Any], answers: list[Any]) -> list[Entry]:
    """By number, as it was under the conversation's lock; a timer stands behind the number it fired after, and so does
    the answer of another system."""
    entries: list[Entry] = [(row.seq, 0, row.at, row) for row in numbered]
    unnumbered = [row for row in (*timers, *answers) if row.at is not None]
    for rank, row in enumerate(sorted(unnumbered, key=lambda row: row.at), 1):
        seq = row.seq
        if seq is None:  # fired before its place was recorded: by time
            seq = max((number for number, _, at, _ in entries if at < row.at), default=0)
        entries.append((seq, rank, row.at, row))
    entries.sort(key=lambda entry: entry[:2])
    return entries


def _walked(entries: Iterable[Entry], mode: Mode, undone: Mapping[str, Any]) -> list[_Happened]:
    """From rows to what happened, each with what the bot said and the mode that came of it."""
    walked: list[_Happened] = []
    labels: list[Labelled] = []
    for seq, rank, at, row in entries:
        if not rank and getattr(row, "event", "") == "label":
            labels += _labelled(row.data)
            continue
        event = _timer(row) if rank else _said(row) if hasattr(row, "sender") else _done(row, walked, undone)
        if event is not None:
            walked.append(_Happened(at, event, mode=mode, seq=seq, labels=tuple(labels)))
            labels.clear()
        if not rank and hasattr(row, "sender"):
            if row.sender is Sender.BOT and walked and not OURS & set(row.payload or ()):  # no flow said that
                walked[-1].said.append(row.text)
                walked[-1].step = _step(row.why)
                walked[-1].release = row.why["release"] if row.why else 0
        elif not rank and row.event == "mode":
            mode = Mode(row.data["to"])
            if walked and row.data["event"] != "agent_replied":  # there the reply itself stands behind
                walked[-1].mode = mode
    return walked


def _labelled(data: Mapping[str, Any]) -> list[Labelled]:
    """What a person did to the labels; what a flow did comes out again by itself."""
    if data.get("by") != PERSON:
        return []
    if "was" in data:
        return [(data["was"], data["label"])]
    return [(data["label"], "") if data.get("removed") else ("", data["label"])]


def _step(why: Mapping[str, Any] | None) -> str:
    return f"{why['flow']}.{why['step']}" if why else ""


def _timer(row: Any) -> Event:
    if hasattr(row, "problem"):
        return events.OutsideAnswered(row.turn, row.status, row.data, row.problem)
    return events.TimerFired(row.kind, row.turn)


def _said(row: Any) -> Event | None:
    payload = row.payload or {}
    if payload.get("unheard") or payload.get(MARK, {}).get("taken"):  # it was shown, and no flow heard of it
        return None
    if row.sender is Sender.CONTACT:
        if payload.get(loops.MARK):
            return events.Looped()
        content = contents.received(row.kind, row.payload)
        text, tapped = contents.heard(row.kind, row.text, row.payload), (row.payload or {}).get("tapped")
        return events.MessageReceived(text, tapped, row.kind, content)
    if row.sender is Sender.AGENT and row.kind != "reaction":  # a sign on a message answers nobody
        content = (row.payload or {}).get("content")
        return events.AgentReplied(row.text, row.agent_id, row.agent_id is None, row.kind, content)
    return None


def _done(row: Any, walked: list[_Happened], undone: Mapping[str, Any]) -> Event | None:
    """What a person did in the inbox; what follows from something else that is known already is nothing new."""
    event = people_did.event_of(row, undone)
    if event is None or isinstance(event, events.AgentFound) or row.event in ("mode", "undone"):
        return event
    if not walked or walked[-1].at != row.at:
        return event
    if isinstance(walked[-1].event, events.Transferred) and row.event == "handoff":
        walked[-1].event = event  # the change of mode does not say to which team
        return None
    if isinstance(walked[-1].event, events.Woken) and row.event in ("assigned", "handoff"):
        walked.pop()  # whoever was given it has it in sight
        return event
    is_free = row.event in ("snoozed", "woken") and not isinstance(walked[-1].event, events.Undone)
    return event if is_free else None
