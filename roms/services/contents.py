"""What a message is besides its words, told from the stored row alone: engine, replay and browsers read the same."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from roms.engine.attachments import FILES
from roms.engine.types import JSON


def received(kind: str, payload: Mapping[str, Any] | None) -> JSON | None:
    """The picture, file or place that a contact sent, in the form that a flow reads; None for mere words."""
    payload = payload or {}
    if kind == "location":
        place = payload.get("location")
        return {"kind": kind, **place} if isinstance(place, Mapping) else None
    if kind not in FILES:
        return None
    media = payload.get("media")
    media = media if isinstance(media, Mapping) else {}
    parts = {"name": media.get("name"), "caption": payload.get("caption"), "id": media.get("id")}
    parts |= {"mime": media.get("mime_type")}
    return {"kind": kind, **{key: value for key, value in parts.items() if value}}


def shown(kind: str, payload: Mapping[str, Any] | None, is_ours: bool) -> JSON | None:
    """The same for browsers. `url` is there only where the file is our own: nothing is fetched from strangers."""
    if not is_ours:
        return received(kind, payload)
    content = (payload or {}).get("content")
    if not isinstance(content, Mapping):
        return None
    if hash_ := content.get("hash"):
        return {**content, "url": f"/media/{hash_}/{quote(str(content['name']), safe='')}"}
    return dict(content)
