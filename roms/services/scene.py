"""One conversation, locked, and everything that one transaction does to it: gathered, written once, told once."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from roms import clock, queue
from roms.db import after_commit, db, insert_all, save, table
from roms.engine.events import Event
from roms.engine.flow import Release
from roms.engine.types import JSON
from roms.models import REPLY, Attachment, Conversation, History, HttpCall, Message, Sender, Status, Timer, User
from roms.services import frames, publishing
from roms.services.channels import Line

Row = dict[str, Any]


@dataclass(slots=True)
class Scene:
    """Rows to insert, entries to show, and who is to be woken when it is all safe."""

    conversation: Conversation
    line: Line
    at: datetime
    start: int = 0  # the newest number before this transaction
    was: frames.Whose = (None, "")  # whose it was before this transaction
    release: Release | None = None
    actor: int | None = None  # the person who caused it; None: the contact, the bot or the clock
    begun: tuple[Any, Event, int] | None = None  # state, event, number: until the bot's first message has them
    messages: list[Row] = field(default_factory=list)
    history: list[Row] = field(default_factory=list)
    timers: list[Row] = field(default_factory=list)
    shown: list[Row] = field(default_factory=list)  # messages as they stand now, for the live frame
    last: Row | None = None  # the newest of what the list shows under the contact's name
    ring: bool = False
    is_late: bool = False  # the response clock goes on for nobody new: what is overdue stays so
    rings_supervisors: bool = False
    wakes_outbox: bool = False
    calls: list[Row] = field(default_factory=list)  # to other systems
    files: list[Row] = field(default_factory=list)  # of theirs, to be fetched

    def next_seq(self) -> int:
        self.conversation.seq += 1
        return self.conversation.seq

    @property
    def talk(self) -> Release:
        if self.release is None:
            self.release = publishing.of_state(self.conversation.state)
        return self.release


def scene_of(conversation: Conversation, line: Line, at: datetime, actor: int | None = None) -> Scene:
    was = (conversation.assignee_id, conversation.team)
    return Scene(conversation, line, at, start=conversation.seq, was=was, actor=actor)


def message_row(scene: Scene, **columns: Any) -> Row:
    """A message of this conversation with the next number; every column is there, so that all rows insert as one."""
    seq = scene.next_seq()
    row: Row = {
        "conversation_id": scene.conversation.id,
        "channel_id": scene.line.id,
        "seq": seq,
        "revision": seq,
        "agent_id": None,
        "kind": "text",
        "payload": None,
        "why": None,
        "before": None,
        "created_at": scene.at,
        "provider_at": None,
        "client_id": None,
        "provider_id": None,
        "epoch": scene.conversation.epoch,
        "rank": REPLY,
        "due_at": None,
        "error_code": "",
        "error_text": "",
        "error_class": "",
    }
    return row | columns


def way_out(scene: Scene) -> Row:
    """Our own web chat has a message as soon as it is written down; everything else goes through the outbox."""
    if scene.line.is_direct:
        return {"status": Status.SENT}
    scene.wakes_outbox = True
    return {"status": Status.QUEUED, "due_at": scene.at}


def _remember(scene: Scene, last: Row) -> None:
    """What the list shows under the contact's name."""
    scene.conversation.last = {
        "text": last["text"][:200],
        "sender": last["sender"],
        "agent": last["agent_id"],
        "at": frames.moment(scene.at),
    }
    scene.conversation.last_at = scene.at


def add_history(scene: Scene, event: str, data: JSON, agent: int | None = None) -> None:
    row = {"conversation_id": scene.conversation.id, "seq": scene.next_seq(), "event": event, "data": data}
    scene.history.append(row | {"agent_id": agent, "at": scene.at})


def finish(*scenes: Scene) -> None:
    """Write everything down in as few statements as it takes; tell when it is committed. Nothing may change after."""
    insert_all(table(Message), [row for scene in scenes for row in scene.messages])
    insert_all(table(History), [row for scene in scenes for row in scene.history])
    insert_all(table(Timer), [row for scene in scenes for row in scene.timers])
    calls = [row for scene in scenes for row in scene.calls]
    if calls:
        insert_all(table(HttpCall), calls)
    files = [row for scene in scenes for row in scene.files]
    if files:
        insert_all(table(Attachment), files)
    now = clock.now()
    moved = [scene for scene in scenes if scene.conversation.seq != scene.start]
    for scene in moved:
        scene.conversation.changed_at = now  # not `at`, which may lie before a long wait for the lock
        if any(row.get("is_doubtful") for row in scene.shown):
            scene.conversation.doubts = _doubts(scene.conversation.id)
        if scene.last is not None:
            _remember(scene, scene.last)
    changes = [_change(scene) for scene in moved]
    save([scene.conversation for scene in scenes])
    drains = {scene.line.id for scene in scenes if scene.wakes_outbox}
    after_commit(lambda: queue.wake(drains, changes, bool(calls)))
    if files:
        after_commit(lambda: queue.wake(files=True))


def _doubts(conversation_id: int) -> int:
    """Messages of this thread that a person was told may have arrived, or not."""
    of_it = Message.conversation_id == conversation_id, Message.status == Status.UNKNOWN, Message.is_doubtful
    return db.session.scalar(select(func.count()).select_from(Message).where(*of_it)) or 0


def _change(scene: Scene) -> bytes:
    conversation = scene.conversation
    summary = frames.summary(conversation, scene.line, scene.talk)
    rows = [*scene.shown, *scene.messages]
    entries = [frames.message_entry(row) for row in rows] + [frames.event_entry(row) for row in scene.history]
    entries.sort(key=lambda entry: entry["seq"])
    is_webchat = scene.line.kind == "webchat"
    visitor, whose = conversation.address if is_webchat else "", (conversation.assignee_id, conversation.team)
    header = frames.header(conversation.public_id, visitor, conversation.seq, whose, scene.was)
    agents = frames.agents_frame(summary, scene.start, entries, scene.ring)
    if scene.rings_supervisors:
        agents["ring"] = "supervisors"
    return frames.pack(header, agents, _visitor(scene, rows) if is_webchat else None)


def _visitor(scene: Scene, rows: list[Row]) -> JSON:
    names = names_of(row["agent_id"] for row in rows if row["sender"] == Sender.AGENT)
    entries = [entry for row in rows if (entry := frames.visitor_entry(row, names))]
    conversation = scene.conversation
    return {"t": "change", "from": scene.start, "s": conversation.seq, "mode": conversation.mode, "entries": entries}


def names_of(agents: Any) -> dict[int, str]:
    """Names of these people by id."""
    wanted = {agent for agent in agents if agent is not None}
    if not wanted:
        return {}
    return {row.id: row.name for row in db.session.execute(select(User.id, User.name).where(User.id.in_(wanted)))}
