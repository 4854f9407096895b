"""What the adapter is handed of a message that waits: only what its channel can show."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from roms.channels.base import Abilities, Parcel
from roms.services import marks
from roms.services.abilities import shows_choices
from roms.services.channels import Line

Payload = Mapping[str, Any]


def made(line: Line, row: Any, address: str) -> Parcel:
    """Of a message's row (id, kind, text, payload, attempts); its file is read when it is sent: enclosures.py."""
    kind, payload = _shown(line.abilities, row.kind, row.payload or {})
    quotes = str((payload.get("quoted") or {}).get("id", ""))
    return Parcel(row.id, address, row.text, kind, payload, quotes=quotes, mark=marks.of(line.id, row.id, row.attempts))


def _shown(abilities: Abilities, kind: str, payload: Payload) -> tuple[str, Payload]:
    """As plain text what the channel shows no better: a template where there are none, choices that are no buttons."""
    if kind == "template" and not abilities.templates:
        return "text", {}
    if kind == "buttons":
        kind = "text"
    options = payload.get("options") or []
    if options and not shows_choices(abilities, str(payload.get("prompt", "")), options):
        payload = {name: value for name, value in payload.items() if name not in ("prompt", "options")}
    return kind, payload
