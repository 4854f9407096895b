"""What is WhatsApp's own, whoever carries it: how people are named, which files it takes, how long its texts may be.

Meta's limits, as Meta and those who resell its interface publish them.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import math
import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from roms.channels.base import Parcel
from roms.channels.failures import Permanent
from roms.channels.items import Identity
from roms.channels.reading import object_of, printable, text_of

USER_ID = re.compile(r"[A-Za-z]{2}\.(?:ENT\.)?[A-Za-z0-9]{1,128}")  # business-scoped: who has no number to show
PHONE = re.compile(r"\+?([1-9][0-9]{6,14})")
WINDOW = timedelta(hours=24)
MEGABYTE = 1024 * 1024
OFFICE = "application/vnd.openxmlformats-officedocument."
DOCUMENTS = (
    *(
        "application/pdf",
        "text/plain",
        "application/msword",
        "application/vnd.ms-excel",
        "application/vnd.ms-powerpoint",
    ),
    *(f"{OFFICE}wordprocessingml.document", f"{OFFICE}spreadsheetml.sheet", f"{OFFICE}presentationml.presentation"),
)
FILES: Mapping[str, tuple[tuple[str, ...], int]] = {
    "image": (("image/jpeg", "image/png"), 5 * MEGABYTE),
    "video": (("video/mp4", "video/3gpp"), 16 * MEGABYTE),
    "audio": (("audio/aac", "audio/amr", "audio/mpeg", "audio/mp4", "audio/ogg"), 16 * MEGABYTE),
    "document": (DOCUMENTS, 100 * MEGABYTE),
    "sticker": (("image/webp",), 500 * 1024),
}
TAKEN = {kind for types, _ in FILES.values() for kind in types}  # as a document any of these will do


def user_id_of(value: object) -> str:
    """A business-scoped user id, "" for anything else."""
    text = text_of(value, 200)
    return text if USER_ID.fullmatch(text) else ""


def phone_of(value: object) -> str:
    """A number in E.164 with plus, "" for anything else."""
    found = PHONE.fullmatch(text_of(value, 40))
    return f"+{found[1]}" if found else ""


def identities(user_ids: list[str], phone: str, username: str = "") -> tuple[Identity, ...]:
    """Surest first: the id that names one person to this business, then the number, then the name they chose."""
    found = [Identity("user_id", value) for value in dict.fromkeys(user_ids) if value]
    found += [Identity("phone", phone)] if phone else []
    return (*found, Identity("username", username)) if username else tuple(found)


def mime_of(value: object) -> str:
    """The bare type, without its parameters."""
    return text_of(value, 100).partition(";")[0].strip().lower()


def sha256_of(value: object) -> str:
    """A file's hash in hex, however it was written down."""
    text = text_of(value, 100)
    if re.fullmatch(r"[0-9a-fA-F]{64}", text):
        return text.lower()
    try:
        raw = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return ""
    return raw.hex() if len(raw) == 32 else ""


def degrees(value: object, most: float) -> float | None:
    """A latitude (most 90) or longitude (most 180)."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    return number if math.isfinite(number) and abs(number) <= most else None


def place_of(raw: Mapping[str, Any], keys: Mapping[str, str]) -> dict[str, Any] | None:
    """A location's payload of the provider's keys {"latitude": "Latitude", …}; None without a point on the map."""
    point = {key: degrees(raw.get(keys[key]), most) for key, most in (("latitude", 90.0), ("longitude", 180.0))}
    if None in point.values():
        return None
    words = {key: text_of(raw.get(keys[key]), 300) for key in ("name", "address", "url") if key in keys}
    return {**point, **{key: value for key, value in words.items() if value}}


def place_text(place: Mapping[str, Any]) -> str:
    words = [place[key] for key in ("name", "address") if key in place]
    return "[location] " + ", ".join(words or [f"{place['latitude']}", f"{place['longitude']}"])


def fingerprint(*parts: object) -> str:
    """What tells a repeat of a message that came without an id."""
    said = json.dumps(parts, default=str)
    return hashlib.blake2b(said.encode("utf-8", "replace"), digest_size=16).hexdigest()


def content_of(parcel: Parcel) -> Mapping[str, Any]:
    return object_of(parcel.payload.get("content"))


def words(text: object, most: int) -> str:
    """Text that fits; a longer one is refused whole, for nobody wants half a sentence sent."""
    found = printable(text_of(text))
    if len(found) > most:
        raise Permanent(f"The text has {len(found)} characters; WhatsApp takes {most} here.", "too_long")
    return found


def fitting(kind: str, mime: str, size: int, files: Mapping[str, tuple[tuple[str, ...], int]] = FILES) -> str:
    """As which kind a file of this type and size can be sent: what is no proper picture or sound goes as a document.

    Raises Permanent where nothing fits. A size of 0 is not known.
    """
    types, most = files.get(kind, ((), 0))
    if mime in types and size <= most:
        return kind
    if kind == "sticker" and mime in files["image"][0]:
        return fitting("image", mime, size, files)
    if mime not in TAKEN:
        raise Permanent(f"WhatsApp takes no files of the type {mime or 'unknown'}.", "file_type")
    if size > files["document"][1]:
        raise Permanent(f"The file has {size} bytes; WhatsApp takes {files['document'][1]} at most.", "file_size")
    return "document"


def sticker_fits(data: bytes) -> bool:
    """WhatsApp takes 100 KB of a still sticker and 500 KB of one that moves (a bit of WebP's extended header)."""
    moves = data[12:16] == b"VP8X" and bool(data[20:21]) and bool(data[20] & 2)
    return len(data) <= (500 if moves else 100) * 1024


def contact_of(parcel: Parcel) -> tuple[str, str, str]:
    """(name, number as written, its digits) of the card that a message hands over."""
    content = content_of(parcel)
    name, phone = (" ".join(printable(text_of(content.get(key), 200)).split()) for key in ("name", "phone"))
    return name or phone, phone, re.sub(r"[^0-9]", "", phone)
