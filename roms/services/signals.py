"""What we show without saying anything: that we have read a message, that an answer is being written.

Gathered in Redis, each thing once, and shown by the worker for files; lost is fine, late is not, and nothing is ever
tried again. Only where a reply will follow: a typing sign that nothing follows makes people wait (Meta's lasts 25 s).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator

from sqlalchemy import select

from roms import queue
from roms.channels.base import Signal
from roms.db import db
from roms.engine.types import Mode
from roms.models import Conversation, Direction, Message
from roms.services import channels
from roms.services.channels import Line

READ, WRITES, RESTS = "read", "typing", "rests"
TYPING_ONCE_IN = 10  # seconds
BOT, AGENT = Mode.BOT.value, Mode.AGENT.value


def read_by_agent(public_id: str) -> None:
    """An agent has the conversation open and has seen what is there."""
    row = db.session.execute(select(Conversation.id, Conversation.mode).filter_by(public_id=public_id)).one_or_none()
    if row is not None and row.mode is Mode.AGENT:
        queue.signal([f"{row.id}:{AGENT}:{READ}"])


def read_by_bot(line: Line, conversations: Collection[int]) -> None:
    """The bot has answered these."""
    if conversations and line.abilities.read_marks and line.adapter.signal is not None:
        queue.signal(f"{id_}:{BOT}:{READ}" for id_ in conversations)


def typing(conversation_id: int, on: bool) -> None:
    """An agent writes, or has stopped."""
    queue.signal([f"{conversation_id}:{AGENT}:{WRITES if on else RESTS}"], TYPING_ONCE_IN)


def bot_thinks(conversation_id: int) -> None:
    """The bot's answer waits for another system."""
    queue.signal([f"{conversation_id}:{BOT}:{WRITES}"], TYPING_ONCE_IN)


def taken() -> list[tuple[int, Signal]]:
    """(channel, signal) of all that waits, one for a conversation, in the mode it was meant for."""
    wanted: dict[int, set[tuple[str, str]]] = {}
    for word in queue.signals():
        id_, mode, what = word.split(":")
        wanted.setdefault(int(id_), set()).add((mode, what))
    columns = (Conversation.id, Conversation.channel_id, Conversation.address, Conversation.mode)
    rows = db.session.execute(select(*columns).where(Conversation.id.in_(wanted))).all()
    newest = dict(_newest([row.id for row in rows]))
    found = []
    for row in rows:
        signs = {what for mode, what in wanted[row.id] if mode == row.mode.value}
        signal = _signal(channels.line(row.channel_id), row.address, newest.get(row.id, ""), signs)
        if signal is not None:
            found.append((row.channel_id, signal))
    return found


def _signal(line: Line, address: str, provider_id: str, signs: Collection[str]) -> Signal | None:
    """What the channel can show of these; None when that is nothing."""
    if line.adapter.signal is None or not line.is_enabled:
        return None
    read = line.abilities.read_marks and READ in signs and bool(provider_id)
    typing: bool | None = None
    if line.abilities.typing and (WRITES in signs or RESTS in signs):
        typing = WRITES in signs
    return Signal(address, provider_id, read, typing) if read or typing is not None else None


def _newest(conversations: Collection[int]) -> Iterator[tuple[int, str]]:
    """The provider's id of the newest message of theirs in each of these conversations."""
    theirs = Message.direction == Direction.IN, Message.provider_id.is_not(None)
    for id_ in conversations:
        newest = select(Message.provider_id).where(Message.conversation_id == id_, *theirs)
        found = db.session.scalar(newest.order_by(Message.seq.desc()).limit(1)) or ""
        yield id_, "" if found.startswith("print:") else found
