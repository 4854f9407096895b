"""What an event is there for. A lifecycle row that leaves it out is sound, and yet nobody can have meant it."""

from __future__ import annotations

from roms.engine.book import Desk
from roms.engine.table import Row
from roms.engine.types import Mode
from roms.engine.yamltext import Path

# What is missed without the action, in English and Indonesian.
WITHOUT = {
    "talk": ("the bot says nothing", "bot tidak menjawab"),
    "queue": ("no agent gets the conversation", "tidak ada agen yang mendapat percakapan"),
    "notify": ("no agent hears of the message", "tidak ada agen yang tahu ada pesan"),
    "start_response_clock": ("nobody notices that it waits", "tidak ketahuan bahwa kontak menunggu"),
    "send": ("the agent's words never leave", "kata-kata agen tidak pernah terkirim"),
    "assign_actor": ("the agent does not get the conversation", "agen itu tidak mendapat percakapannya"),
    "assign": ("the agent does not get the conversation", "agen itu tidak mendapat percakapannya"),
    "transfer": ("it stays with whoever has it", "percakapan tetap pada pemegangnya"),
    "snooze": ("it stays in sight", "percakapan tetap terlihat"),
    "wake": ("it stays out of sight", "percakapan tetap tersembunyi"),
    "reassign": ("the contact goes on waiting for the same agent", "kontak tetap menunggu agen yang sama"),
    "unassign": ("the bot talks in an agent's conversation", "bot bicara di percakapan milik agen"),
    "reopen": ("it goes on as if it had never been closed", "percakapan berlanjut seolah tidak pernah ditutup"),
}
ALWAYS: dict[str, tuple[str, ...]] = {
    "handoff_requested": ("queue",),
    "agent_claimed": ("assign_actor",),
    "agent_replied": ("send",),
    "assigned": ("assign",),
    "transferred": ("transfer",),
    "snoozed": ("snooze",),
    "woken": ("wake",),
    "response_overdue": ("reassign",),
}


def check(desk: Desk, mode: Mode, event: str, row: Row, path: Path) -> None:
    """Warn of what this row leaves undone."""
    for action in duties(mode, event, row):
        if action not in row.do:
            english, indonesian = WITHOUT[action]
            desk.book.warn(desk.document.at(path), "duty", word=event, wanted=action, why=english, why_id=indonesian)


def duties(mode: Mode, event: str, row: Row) -> tuple[str, ...]:
    """What must be done there; in AGENT whoever replies has the conversation, or gets it by `lock_owner`."""
    to, found = row.to or mode, ALWAYS.get(event, ())
    if event == "message_received" and to is Mode.BOT:
        found += ("talk",)
    if event == "message_received" and to is Mode.AGENT:
        found += ("notify", "start_response_clock")
    if event == "agent_replied" and mode is not Mode.AGENT:
        found += ("assign_actor",)
    if event == "released" and mode in (Mode.AGENT, Mode.PAUSED):
        found += ("unassign",)
    if mode is Mode.CLOSED and to is not mode:
        found += ("reopen",)
    return found
