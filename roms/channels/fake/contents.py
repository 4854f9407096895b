"""What a message of ours shows on a pretended phone: its kind, and a picture or file in place of the data."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping
from typing import Any

KINDS = ("text", "image", "video", "audio", "document", "sticker", "location", "contact")
_DATA = re.compile(r"data:([a-z]+/[a-z0-9.+-]+)(?:;name=([^;,]*))?;base64,([A-Za-z0-9+/=]+)")
SHOWN = re.compile(r"image/(png|jpeg|gif|webp)|video/mp4|audio/(mpeg|ogg)|application/pdf")

File = tuple[str, bytes]  # type, data


def kind_of(path: str) -> str:
    """The kind that is posted to this path, "" for none."""
    kind = path.removeprefix("/messages/")
    return kind if path != kind and kind in KINDS else ""


def fault_in(kind: str, body: Mapping[str, Any]) -> str:
    """What is wrong with what a message says, "" when nothing is."""
    if kind == "text":
        good = isinstance(body.get("body"), str) and body["body"]
        return "" if good else "body.body should be a string that is not empty"
    if kind == "location":
        good = all(type(body.get(key)) in (int, float) for key in ("latitude", "longitude"))
        return "" if good else "body.latitude and body.longitude should be numbers"
    if kind == "contact":
        good = all(isinstance(body.get(key), str) and body[key] for key in ("name", "vcard"))
        return "" if good else "body.name and body.vcard should be strings that are not empty"
    media = body.get("media")
    good = isinstance(media, str) and (media.startswith("https://") or _DATA.fullmatch(media))
    return "" if good else "body.media should be an address or data"


def words_of(kind: str, body: Mapping[str, Any]) -> str:
    """What a phone writes under the message, or instead of it."""
    if kind == "contact":
        return f"{body['name']}\n{''.join(re.findall(r'TEL[^:]*:(.+)', body['vcard'])[:1])}"
    if kind == "location":
        return "\n".join(str(body[key]) for key in ("name", "address") if body.get(key))
    return str(body["body"] if kind == "text" else body.get("caption") or "")


def shown(kind: str, body: Mapping[str, Any]) -> tuple[dict[str, Any], File | None]:
    """What the page needs beside the words, and the file that came with the message."""
    if kind == "location":
        return {key: body[key] for key in ("latitude", "longitude")}, None
    if kind in ("text", "contact"):
        return {}, None
    media = str(body["media"])
    data = _DATA.fullmatch(media)
    if data is None:
        return {"link": media, "name": body.get("filename") or media.partition("?")[0].rpartition("/")[2]}, None
    return {"name": body.get("filename") or data[2] or kind, "type": data[1]}, (data[1], _bytes(data[3]))


def _bytes(text: str) -> bytes:
    try:
        return base64.b64decode(text)
    except binascii.Error:
        return b""
