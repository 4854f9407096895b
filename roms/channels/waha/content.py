"""What a message of WAHA's says. It names no kind: what is there, and a file's type, tell."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from roms.channels import vcards
from roms.channels.reading import each, number_of, object_of, text_of


@dataclass(frozen=True, slots=True)
class Content:
    """What a message says, whatever kind it was."""

    kind: str
    text: str
    extra: Mapping[str, Any] = field(default_factory=dict)


def content_of(payload: Mapping[str, Any]) -> Content:
    """A file, a place, cards or words; with none of these it is shown as something that we cannot read."""
    body, media = text_of(payload.get("body")), object_of(payload.get("media"))
    place = _location(object_of(payload.get("location")))
    if place is not None:
        return place
    if media or payload.get("hasMedia") is True:
        return _file(media, body)
    cards = [card for card in each(payload.get("vCards")) if text_of(card)][:50]
    if cards:
        return _contacts(cards)
    return Content("text", body) if body else _unreadable(text_of(object_of(payload.get("_data")).get("type")))


def _unreadable(named: str) -> Content:
    """Engines have a word for most kinds, and only that."""
    label = named if re.fullmatch(r"[A-Za-z]\w{0,39}", named, re.ASCII) and named != "chat" else "message"
    return Content("unsupported", f"[{label}]", {"type": label})


def _location(place: Mapping[str, Any]) -> Content | None:
    numbers = {key: number_of(place.get(key), 360.0) for key in ("latitude", "longitude")}
    if None in numbers.values():
        return None
    title = text_of(place.get("name"), 300) or text_of(place.get("description"), 300)
    words = {"name": title, "address": text_of(place.get("address"), 300), "url": text_of(place.get("url"), 1000)}
    told = {key: said for key, said in words.items() if said}
    shown = ", ".join(told[key] for key in ("name", "address") if key in told)
    live = {"live": True} if place.get("live") is True else {}
    shown = shown or ", ".join(str(number) for number in numbers.values())
    return Content("location", f"[location] {shown}", {"location": {**numbers, **told, **live}})


def _file(media: Mapping[str, Any], caption: str) -> Content:
    """Without an address it shows all the same that there was a file: an engine may have failed to fetch it."""
    mime, name = text_of(media.get("mimetype"), 120), text_of(media.get("filename"), 200)
    kind = _kind(mime.lower(), name)
    if not mime and not text_of(media.get("url")):
        return Content("unsupported", f"[media] {caption}".strip(), {"type": "media"})
    told = {"url": text_of(media.get("url"), 2000), "mime_type": mime, "name": name}
    facts: dict[str, Any] = {key: said for key, said in told.items() if said}
    facts |= {"voice": True} if kind == "audio" and "opus" in mime.lower() else {}
    text = " ".join(part for part in (f"[{kind}]", name, caption) if part)
    return Content(kind, text, {"media": facts, **({"caption": caption} if caption else {})})


def _kind(mime: str, name: str) -> str:
    """Stickers are the only pictures that WhatsApp passes on as WebP, and they have no name."""
    if mime.startswith("image/webp") and not name:
        return "sticker"
    family = mime.partition("/")[0]
    return family if family in ("image", "video", "audio") else "document"


def _contacts(cards: list[object]) -> Content:
    contacts = [vcards.contact(card) for card in cards]
    names = ", ".join(contact["name"] or "".join(contact["phones"][:1]) for contact in contacts)
    return Content("contact", f"[contact] {names}".strip(), {"contacts": contacts})
