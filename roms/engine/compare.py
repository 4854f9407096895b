"""What changed between two sets of flow files, as people would say it: which step, and what of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from difflib import unified_diff
from typing import Any

from roms.engine.media import FOLDER, Files, split
from roms.engine.types import Place
from roms.engine.yamltext import Document, read

_WORDS = {
    "image": "image", "video": "video", "audio": "audio", "document": "document", "sticker": "sticker",
    "location": "location", "contact": "contact", "template": "template", "buttons": "buttons",
    "say": "text", "prompt": "text", "label": "label", "note": "note", "set": "variables", "go": "way", "then": "way",
    "timeout": "timeout", "options": "options", "choices": "options", "key": "options", "words": "options",
    "value": "options", "retries": "retries", "when": "condition", "where": "condition", "otherwise": "condition",
    "get": "call", "post": "call", "put": "call", "patch": "call", "delete": "call", "headers": "call",
    "body": "call", "failed": "way", "on": "way", "wait": "time", "until": "time", "burst": "burst", "as": "answer",
    "save": "variables", "flow": "way", "with": "variables", "team": "team", "priority": "priority",
}  # fmt: skip
_CONTROLS = ("menu", "ask", "rate", "branch", "go", "handoff", "close", "end", "call", "http", "wait")


@dataclass(frozen=True, slots=True)
class Change:
    """`what` is added, removed or changed; `parts` says what of it. Without a place it is about a whole flow."""

    place: Place
    what: str
    parts: tuple[str, ...] = ()

    def __str__(self) -> str:
        name = f"{self.place.flow}.{self.place.step}" if self.place.step else self.place.flow
        kind = "step" if self.place.step else "file" if self.place.flow.startswith(FOLDER) else "flow"
        return f"{kind} {name}: {', '.join(self.parts) + ' ' if self.parts else ''}{self.what}"


def changes(old: Files, new: Files) -> tuple[Change, ...]:
    """Every step that differs, in the order of the new files, then those that are gone."""
    before, after = _steps(old), _steps(new)
    found = []
    for place in [*after, *(each for each in before if each not in after)]:
        if place not in before:
            found.append(Change(place, "added"))
        elif place not in after:
            found.append(Change(place, "removed"))
        elif parts := _parts(before[place], after[place]):
            found.append(Change(place, "changed", parts))
    return tuple(found)


def text_diff(old: Files, new: Files) -> Iterator[str]:
    """Line by line, as git shows it; of a media file only that it differs."""
    (old, old_media), (new, new_media) = split(old), split(new)
    for name in sorted({*old, *new}):
        lines = old.get(name, "").splitlines(), new.get(name, "").splitlines()
        yield from unified_diff(*lines, f"a/{name}", f"b/{name}", lineterm="")
    for name in sorted({*old_media, *new_media}):
        if old_media.get(name) != new_media.get(name):
            yield f"Media files a/{name} and b/{name} differ"


def _steps(release: Files) -> dict[Place, Any]:
    """Every step as plain values; a flow's triggers and title, and the lifecycle, under a place without a step; so is
    a media file."""
    files, media = split(release)
    found: dict[Place, Any] = {Place(name, ""): {"content": media[name].hash} for name in sorted(media)}
    for name in sorted(files):
        document = read(name, files[name])
        data = document.data if isinstance(document, Document) else None
        if not isinstance(data, dict):
            continue
        steps = data.get("steps")
        if not isinstance(steps, dict):
            found[Place(name, "")] = data
            continue
        flow = str(data.get("flow"))
        found[Place(flow, "")] = {key: value for key, value in data.items() if key not in ("flow", "steps")}
        for step, following in zip(steps, [*list(steps)[1:], None], strict=True):
            found[Place(flow, step)] = (steps[step], following)
    return found


def _parts(old: Any, new: Any) -> tuple[str, ...]:
    if not isinstance(new, tuple):
        keys = [key for key in {**old, **new} if old.get(key) != new.get(key)]
        return tuple(keys)
    parts = [_word(path) for path in _differing(old[0], new[0])]
    controls = [next((key for key in _CONTROLS if key in (each or {})), None) for each in (old[0], new[0])]
    if controls[0] != controls[1]:
        parts.append(f"{controls[0] or 'nothing'} to {controls[1] or 'nothing'}")
    if old[1] != new[1] and controls[1] in (None, "ask", "call"):
        parts.append("following step")
    return tuple(dict.fromkeys(parts))


def _differing(old: Any, new: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Paths of the leaves that differ."""
    if isinstance(old, dict) and isinstance(new, dict):
        for key in {**old, **new}:
            yield from _differing(old.get(key), new.get(key), (*path, key))
    elif isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        for number, pair in enumerate(zip(old, new, strict=True)):
            yield from _differing(*pair, (*path, number))
    elif old != new:
        yield path


def _word(path: tuple[Any, ...]) -> str:
    """The name of the innermost thing that has one; what stands under `timeout` is about the timeout."""
    if "timeout" in path:
        return "timeout"
    return next((_WORDS[key] for key in reversed(path) if key in _WORDS), str(path[0]) if path else "step")
