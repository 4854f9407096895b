"""What a turn began with: the session and, where no message began it, the event. Kept small, read when asked why."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from roms.engine.events import Event, OutsideAnswered, ReleaseChanged, TimerFired
from roms.engine.types import JSON

LARGEST = 1000  # characters of a variable that are kept
CUT = "…"  # stands for a value that is too large to keep twice


def begun(state: Any, event: Event | None = None) -> JSON:
    """What to keep of this session and event; the event is None for a message, which stands in its own row."""
    kept: JSON = {"state": _small(state)}
    if event is not None:
        kept["event"] = _event(event)
    return kept


def event_of(kept: Mapping[str, Any]) -> Event | None:
    """The event again; None where only its name is known."""
    found = kept.get("event") or {}
    if found.get("name") == TimerFired.name:
        return TimerFired(str(found["kind"]), int(found["turn"]))
    if found.get("name") == ReleaseChanged.name:
        return ReleaseChanged(str(found["plan"]))
    if found.get("name") == OutsideAnswered.name:
        return OutsideAnswered(int(found["turn"]), int(found["status"]), found["data"], str(found["problem"]))
    return None


def _event(event: Event) -> JSON:
    if isinstance(event, TimerFired):
        return {"name": event.name, "kind": event.kind, "turn": event.turn}
    if isinstance(event, ReleaseChanged):
        return {"name": event.name, "plan": event.plan}
    if isinstance(event, OutsideAnswered):
        answer = {"status": event.status, "data": _cut(event.data), "problem": event.problem}
        return {"name": event.name, "turn": event.turn, **answer}
    return {"name": event.name}


def _small(state: Any) -> Any:
    """The same, but for variables whose value is large."""
    variables = state.get("variables") if isinstance(state, Mapping) else None
    if not isinstance(variables, Mapping) or not any(map(_is_large, variables.values())):
        return state
    return {**state, "variables": {name: CUT if _is_large(value) else value for name, value in variables.items()}}


def _cut(data: Any) -> Any:
    """What another system answered, but for parts that are large."""
    if isinstance(data, Mapping):
        return {name: CUT if _is_large(value) else value for name, value in data.items()}
    return CUT if _is_large(data) else data


def _is_large(value: Any) -> bool:
    if isinstance(value, str):
        return len(value) > LARGEST
    return isinstance(value, (Mapping, list, tuple)) and len(json.dumps(value)) > LARGEST
