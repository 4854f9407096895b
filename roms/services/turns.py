"""What a turn began with: the session and, where no message began it, the event. Kept small, read when asked why."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable, Mapping
from typing import Any, get_args

from roms.engine.events import Event
from roms.engine.types import JSON

LARGEST = 1000  # characters of a variable that are kept
EVENTS: Mapping[str, Callable[..., Event]] = {kind.name: kind for kind in get_args(Event)}
CUT = "…"  # stands for a value that is too large to keep twice


def begun(state: Any, event: Event | None = None, seq: int = 0) -> JSON:
    """What to keep of this session and event, with the number it came after; a message stands in its own row."""
    kept: JSON = {"state": _small(state)}
    if event is not None:
        kept |= {"event": _event(event), "seq": seq}
    return kept


def event_of(kept: Mapping[str, Any]) -> Event | None:
    """The event again; None where only its name is known."""
    fields = dict(kept.get("event") or {})
    kind = EVENTS.get(fields.pop("name", ""))
    try:
        return kind(**fields) if kind else None
    except TypeError:  # too large to be kept, or of another version of the program
        return None


def _event(event: Event) -> JSON:
    fields = {each.name: getattr(event, each.name) for each in dataclasses.fields(event)}
    return {"name": event.name} | ({} if any(map(_is_large, fields.values())) else fields)


def _small(state: Any) -> Any:
    """The same, but for variables, and an answer of another system that waits, where they are large."""
    if not isinstance(state, Mapping):
        return state
    if _is_large(state.get("arrived")):
        state = {name: value for name, value in state.items() if name != "arrived"}
    variables = state.get("variables")
    if not isinstance(variables, Mapping) or not any(map(_is_large, variables.values())):
        return state
    return {**state, "variables": {name: CUT if _is_large(value) else value for name, value in variables.items()}}


def _is_large(value: Any) -> bool:
    if isinstance(value, str):
        return len(value) > LARGEST
    return isinstance(value, (Mapping, list, tuple)) and len(json.dumps(value, default=str)) > LARGEST
