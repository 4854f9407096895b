"""What a message is besides its words, told from the stored row alone: engine, replay and browsers read the same."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from roms.engine.attachments import FILES
from roms.engine.types import JSON
from roms.services import filewords

SHOWN_AS = {"image": "image/", "sticker": "image/", "video": "video/", "audio": "audio/", "voice": "audio/"}

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
    content = (payload or {}).get("content") if is_ours else None
    if not isinstance(content, Mapping):
        return _theirs(kind, payload or {})
    if kind == "template":
        return _template(content)
    if content.get("file") and kind in ("image", "video", "audio", "document", "sticker"):
        return uploaded(kind, content)
    if hash_ := content.get("hash"):
        return {**content, "url": f"/media/{hash_}/{quote(str(content['name']), safe='')}"}
    return dict(content)


def _template(content: Mapping[str, Any]) -> JSON:
    """With the file over its words, if there is one."""
    parameters = content.get("parameters")
    header = parameters.get("header") if isinstance(parameters, Mapping) else None
    file = header if isinstance(header, Mapping) and header.get("file") else None
    return {**content, **({"header": uploaded(str(file["type"]), file)} if file else {})}


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
        "late": payload.get("late"),
        "via": payload.get("via"),
        "details": details or None,
    }


def _theirs(kind: str, payload: Mapping[str, Any]) -> JSON | None:
    """What they sent, or what was sent from the paired phone: with its file as far as we have fetched it."""
    media = payload.get("media")
    public_id = media.get("file") or payload.get("file") if isinstance(media, Mapping) else None
    if not isinstance(media, Mapping) or not isinstance(public_id, str):
        return received(kind, payload)
    stored = media.get("stored")
    stored = stored if isinstance(stored, Mapping) else {"state": "waiting"}
    told = {key: media[key] for key in ("seconds", "voice", "animated") if media.get(key)}
    facts = {"kind": kind, "name": media.get("name") or "", "mime": media.get("mime_type") or "", **told}
    facts |= {"caption": payload["caption"]} if payload.get("caption") else {}
    facts |= {"size": media.get("size") or media.get("file_size") or 0, "file": public_id, "state": stored["state"]}
    if stored["state"] == "ready":
        return facts | _ready(kind, public_id, stored)
    code = str(stored.get("code", ""))
    return facts | {"url": None, "thumb": None, **({"error": _error(code)} if code else {})}


def _ready(kind: str, public_id: str, stored: Mapping[str, Any]) -> JSON:
    """A file that is not what its message said is one to download."""
    name, type_ = str(stored.get("name") or "file"), str(stored.get("type", ""))
    fits = type_.startswith(SHOWN_AS.get(kind, ""))
    sizes = {key: stored[key] for key in ("size", "width", "height") if stored.get(key)}
    thumb = f"/files/{public_id}/thumb" if stored.get("thumb") else None
    return {"kind": kind if fits else "document", "name": name, "mime": type_, **sizes, **_urls(public_id, name, thumb)}


def _urls(public_id: str, name: str, thumb: str | None) -> JSON:
    return {"url": f"/files/{public_id}/{quote(name, safe='')}", "thumb": thumb}


def uploaded(kind: str, content: Mapping[str, Any]) -> JSON:
    """A file of an agent's, sent or about to be."""
    public_id, name = str(content["file"]), str(content.get("name") or "file")
    has_thumb = str(content.get("mime", "")).startswith("image/")
    thumb = f"/files/{public_id}/thumb" if has_thumb else None
    return {"kind": kind, **content, "state": "ready", **_urls(public_id, name, thumb)}


def _error(code: str) -> JSON:
    return {"code": code, "say": filewords.said(code)}
