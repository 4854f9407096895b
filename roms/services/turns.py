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
    """The event again, large values cut; None where it is of another version of the program."""
    fields = dict(kept.get("event") or {})
    kind = EVENTS.get(fields.pop("name", ""))
    try:
        return kind(**fields) if kind else None
    except TypeError:
        return None


def _event(event: Event) -> JSON:
    return {"name": event.name} | {each.name: _cut(getattr(event, each.name)) for each in dataclasses.fields(event)}


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


def _cut(data: Any) -> Any:
    """The same without what is large: parts of a mapping, or all of it where many small parts make it so."""
    if isinstance(data, Mapping):
        kept = {name: CUT if _is_large(value) else value for name, value in data.items()}
        return CUT if len(json.dumps(kept, default=str)) > 8 * LARGEST else kept
    return CUT if _is_large(data) else data


def _is_large(value: Any) -> bool:
    if isinstance(value, str):
        return len(value) > LARGEST
    return isinstance(value, (Mapping, list, tuple)) and len(json.dumps(value, default=str)) > LARGEST
