"""Files on their way to Meta: uploaded first where we have them, else fetched by Meta from an address."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from roms.channels.base import Parcel
from roms.channels.failures import Permanent
from roms.channels.reading import printable, text_of
from roms.channels.whatsapp import content_of, fitting, mime_of, sticker_fits

Upload = Callable[[str, str, bytes], str]  # (name, type, data) -> Meta's id
USUAL = {"image": "image/jpeg", "video": "video/mp4", "document": "application/pdf"}
BEGINNINGS = {b"\x89PNG\r\n\x1a\n": "image/png", b"\xff\xd8\xff": "image/jpeg", b"%PDF": "application/pdf"}
HEADER_TEXT = 60  # characters


def file_of(parcel: Parcel, upload: Upload) -> tuple[str, dict[str, Any]]:
    """(kind it is sent as, {"id": …} or {"link": …}). Raises Permanent where there is no file, or none Meta takes."""
    content = content_of(parcel)
    mime = mime_of(content.get("mime"))
    if parcel.data is not None:
        wanted = "document" if parcel.kind == "sticker" and not sticker_fits(parcel.data) else parcel.kind
        kind = fitting(wanted, mime, len(parcel.data))
        return kind, {"id": upload(_name(content), _whole_type(content, mime), parcel.data)}
    link = _link(parcel, content)
    return (fitting(parcel.kind, mime, 0) if mime else parcel.kind), {"link": link}


def header_of(header: Mapping[str, Any], parcel: Parcel, upload: Upload) -> list[dict[str, Any]]:
    """A template's header: words, or a picture, video or document."""
    kind, text = text_of(header.get("type")).lower(), " ".join(printable(text_of(header.get("text"))).split())
    if text and kind in ("", "text"):
        key = text_of(header.get("key"))
        named = {"parameter_name": key} if key and not key.isdigit() else {}
        return [{"type": "header", "parameters": [{"type": "text", **named, "text": text[:HEADER_TEXT]}]}]
    if kind not in USUAL:
        return []
    if parcel.data is not None:
        mime = mime_of(header.get("mime")) or _type_by_content(parcel.data) or USUAL[kind]
        file = {"id": upload(_name(header), mime, parcel.data)}
    else:
        file = {"link": _link(parcel, header)}
    name = printable(text_of(header.get("name"), 200))
    file |= {"filename": name} if name and kind == "document" else {}
    return [{"type": "header", "parameters": [{"type": kind, kind: file}]}]


def _link(parcel: Parcel, content: Mapping[str, Any]) -> str:
    link = parcel.link or next(
        (text_of(content.get(key)) for key in ("source", "link", "url") if _is_open(content.get(key))), ""
    )
    if not link:
        raise Permanent("The file of this message is not stored any more.", "no_file")
    return link


def _is_open(value: object) -> bool:
    return text_of(value).startswith("https://")


def _name(content: Mapping[str, Any]) -> str:
    """For the form's own field only: what the person sees goes beside the message."""
    return re.sub(r"[^\w.-]+", "_", text_of(content.get("name"), 100), flags=re.ASCII) or "file"


def _whole_type(content: Mapping[str, Any], mime: str) -> str:
    """Meta tells a voice message by its codec."""
    return "audio/ogg; codecs=opus" if mime == "audio/ogg" else mime


def _type_by_content(data: bytes) -> str:
    return next((mime for start, mime in BEGINNINGS.items() if data.startswith(start)), "")
