"""What people did, as the history has it: written down with all that the engine was told, and read back for replay."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from roms.engine import events
from roms.engine.events import Event
from roms.engine.flow import Release
from roms.engine.session import moment_of
from roms.engine.types import JSON
from roms.services import frames

HISTORY = ("mode", "assigned", "handoff", "snoozed", "woken", "undone")
TRANSFERRED = "transferred"
FOUND = ("backlog", "given_back")  # rules of an assignment that was by turn, and no part of another event


def told(release: Release, event: Event) -> JSON:
    """What stands beside a change of mode: the step, the end, the reason."""
    if isinstance(event, events.Released) and event.step:
        return {"step": event.step}
    if isinstance(event, events.Paused) and event.until:
        return {"until": frames.moment(moment_of(event.until))}
    if isinstance(event, events.Closed) and event.reason:
        return {"reason": event.reason, "called": frames.reason_of(event.reason, release.lifecycle)}
    return {}


def event_of(row: Any, undone: Mapping[str, Mapping[str, Any]]) -> Event | None:
    """The event that this row tells of; `undone` has how it was before, by the act that was taken back."""
    return READ[row.event](row, undone) if row.event in READ else None


def _mode(row: Any, _: Any) -> Event | None:
    kind, data = row.data["event"], row.data
    if kind == "assigned":
        return events.Assigned(0, row.agent_id or 0)  # to whom stands in the row behind; the engine does not care
    if row.agent_id is None or kind not in CHANGES:
        return None
    return CHANGES[kind](row.agent_id, data)


CHANGES: dict[str, Callable[[int, JSON], Event]] = {
    "agent_claimed": lambda agent, _: events.AgentClaimed(agent),
    "transferred": lambda agent, _: events.Transferred(0, "", agent),
    "paused": lambda agent, data: events.Paused(agent, seconds(data.get("until"))),
    "resumed": lambda agent, _: events.Resumed(agent),
    "released": lambda agent, data: events.Released(agent, data.get("step", "")),
    "closed": lambda agent, data: events.Closed(agent, data.get("reason", ""), data.get("unasked", "")),
}


def _assigned(row: Any, _: Any) -> Event | None:
    data = row.data
    if data.get("rule") == "claimed":
        return events.AgentClaimed(data["agent"])
    if data.get("rule") == "assigned":
        return events.Assigned(data["agent"], data["by"])
    if data.get("rule") in FOUND:
        return events.AgentFound()
    return events.Transferred(data["agent"], "", data["by"]) if data.get("rule") == TRANSFERRED else None


def _handoff(row: Any, _: Any) -> Event | None:
    if row.data.get("reason") != TRANSFERRED:
        return None
    return events.Transferred(None, row.data["team"], row.agent_id or 0)


def _snoozed(row: Any, _: Any) -> Event:
    return events.Snoozed(row.agent_id or 0, seconds(row.data["until"]))


def _woken(row: Any, _: Any) -> Event | None:
    return events.Woken(row.agent_id) if row.data["by"] == "person" and row.agent_id is not None else None


def _undone(row: Any, undone: Mapping[str, Mapping[str, Any]]) -> Event | None:
    before = undone.get(row.data["action"])
    if before is None:
        return None
    return events.Undone(row.agent_id or 0, before["state"], before["snoozed_until"])


READ: dict[str, Callable[[Any, Any], Event | None]] = {
    "mode": _mode,
    "assigned": _assigned,
    "handoff": _handoff,
    "snoozed": _snoozed,
    "woken": _woken,
    "undone": _undone,
}


def seconds(until: str | None) -> int:
    """A moment of the history as events have it."""
    return int(datetime.fromisoformat(until).timestamp()) if until else 0
