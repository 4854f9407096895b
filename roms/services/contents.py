"""What a message is besides its words, told from the stored row alone: engine, replay and browsers read the same."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from roms.engine.attachments import FILES
from roms.engine.types import JSON

WITH_CAPTION = FILES | {"sticker"}
DETAILS = ("order", "contacts", "referral", "product", "type")


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
        return received(kind, payload)  # typed on the paired phone: it came in like theirs
    if hash_ := content.get("hash"):
        return {**content, "url": f"/media/{hash_}/{quote(str(content['name']), safe='')}"}
    return dict(content)


def heard(kind: str, text: str, payload: Mapping[str, Any] | None) -> str:
    """The words as they first arrived, which is what the engine was told."""
    before = ((payload or {}).get("edited") or {}).get("before")
    if not payload or not before:
        return text
    first = str(before[0]["text"])
    return words(kind, {**payload, "caption": first}) if kind in WITH_CAPTION else first


def words(kind: str, payload: Mapping[str, Any]) -> str:
    """What stands for a file in a list and in a search."""
    media = payload.get("media") or {}
    return " ".join(part for part in (f"[{kind}]", media.get("name"), payload.get("caption")) if part)


def around(payload: Mapping[str, Any]) -> JSON:
    """What belongs to a message besides its content: what it answers, who wrote it, what became of it since."""
    quoted, details = payload.get("quoted") or {}, {name: payload[name] for name in DETAILS if name in payload}
    return {
        "quoted": {name: quoted[name] for name in ("seq", "text", "sender")} if "seq" in quoted else None,
        "reactions": [each for each in payload.get("reactions", ()) if each["emoji"]],
        "edited": payload.get("edited"),
        "deleted": payload.get("deleted"),
        "author": payload.get("author"),
        "forwarded": payload.get("forwarded", False),
        "details": details or None,
    }
