"""What Whapi's messages say, kind by kind: READERS is the table, a new kind is a line in it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from roms.channels.reading import each, object_of, text_of


@dataclass(frozen=True, slots=True)
class Content:
    """What a message says, whatever kind it was."""

    kind: str
    text: str
    payload: str | None = None
    extra: Mapping[str, Any] = field(default_factory=dict)


Reader = Callable[[str, object], Content]


def kind_of(raw: Mapping[str, Any]) -> str:
    """The kind a message has, or where it names none, the one whose content it carries."""
    return text_of(raw.get("type"), 40) or next((kind for kind in READERS if kind in raw), "unknown")


def content_of(raw: Mapping[str, Any]) -> Content:
    """What the message says; a kind that is not in the table is shown to people by its name."""
    kind = kind_of(raw)
    return READERS.get(kind, _unsupported)(kind, raw.get(kind))


def _plain(kind: str, value: object) -> Content:
    body = text_of(object_of(value).get("body")) or text_of(value)
    return Content("text", body) if body else _unsupported(kind, value)


def _reply(kind: str, value: object) -> Content:
    reply = object_of(value)
    chosen = object_of(reply.get(text_of(reply.get("type"))))
    payload = re.sub(r"^(ButtonsV3|ListV3):", "", text_of(chosen.get("id"), 300))
    title = text_of(chosen.get("title")) or payload
    return Content("text", title, payload or None) if title else _unsupported(kind, value)


def _file(kind: str, value: object) -> Content:
    kind = {"gif": "video", "short": "video", "documentWithCaption": "document"}.get(kind, kind)
    file = object_of(value)
    name = text_of(file.get("filename") or file.get("file_name"), 200)
    caption = text_of(file.get("caption"))
    facts = {key: file[key] for key in ("id", "link", "mime_type", "sha256") if isinstance(file.get(key), str)}
    numbers = {key: file[key] for key in ("file_size", "seconds") if type(file.get(key)) in (int, float)}
    media = {**facts, **numbers, **({"name": name} if name else {})}
    text = " ".join(part for part in (f"[{kind}]", name, caption) if part)
    return Content(kind, text, extra={"media": media, **({"caption": caption} if caption else {})})


def _location(kind: str, value: object) -> Content:
    place = object_of(value)
    numbers = {key: place[key] for key in ("latitude", "longitude") if type(place.get(key)) in (int, float)}
    named = {key: text_of(place.get(key), 300) for key in ("name", "address") if text_of(place.get(key))}
    words = ", ".join(named.values()) or ", ".join(str(number) for number in numbers.values())
    return Content("location", f"[location] {words}".strip(), extra={"location": {**numbers, **named}})


def _contact(kind: str, value: object) -> Content:
    cards = [object_of(card) for card in each(object_of(value).get("list") or value)]
    contacts = [{"name": text_of(card.get("name"), 200), "vcard": text_of(card.get("vcard"), 8000)} for card in cards]
    names = ", ".join(contact["name"] for contact in contacts)
    return Content("contact", f"[contact] {names}".strip(), extra={"contacts": contacts})


def _unsupported(kind: str, value: object) -> Content:
    label = kind if re.fullmatch(r"\w{1,40}", kind, re.ASCII) else "message"
    title = text_of(object_of(value).get("title"), 200)
    return Content("unsupported", f"[{label}] {title}".strip(), extra={"type": label})


READERS: Mapping[str, Reader] = {
    "text": _plain,
    "link_preview": _plain,
    "reply": _reply,
    **dict.fromkeys(("image", "video", "gif", "short", "audio", "voice", "sticker"), _file),
    **dict.fromkeys(("document", "documentWithCaption"), _file),
    **dict.fromkeys(("location", "live_location"), _location),
    **dict.fromkeys(("contact", "contact_list"), _contact),
}
