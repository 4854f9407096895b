"""What Whapi's messages say, kind by kind: READERS is the table, a new kind is a line in it."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from roms.channels import vcards
from roms.channels.leftovers import label_of
from roms.channels.reading import each, number_of, object_of, text_of


@dataclass(frozen=True, slots=True)
class Content:
    """What a message says, whatever kind it was."""

    kind: str
    text: str
    payload: str | None = None
    extra: Mapping[str, Any] = field(default_factory=dict)


Reader = Callable[[str, object], Content]
FILES = {"gif": "video", "short": "video", "voice": "audio", "documentWithCaption": "document"}


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
    named = object_of(reply.get(text_of(reply.get("type"))))
    chosen = named or object_of(reply.get("buttons_reply")) or object_of(reply.get("list_reply"))
    payload = re.sub(r"^(ButtonsV3|ListV3):", "", text_of(chosen.get("id"), 300))
    title = text_of(chosen.get("title")) or payload
    return Content("text", title, payload or None) if title else _unsupported(kind, value)


def _file(kind: str, value: object) -> Content:
    file, name = object_of(value), ""
    media = {key: text_of(file.get(theirs), 1000) for key, theirs in MEDIA.items()}
    media["sha256"] = _hex(file.get("sha256"))
    if not kind.startswith("sticker"):
        name = media["name"] = text_of(file.get("filename") or file.get("file_name"), 200)
    numbers = {"size": number_of(file.get("file_size"), 1e12), "seconds": number_of(file.get("seconds"), 1e6)}
    counted = {key: number for key, number in numbers.items() if number is not None and number > 0}
    signs = {"voice": kind == "voice", "animated": kind == "gif" or file.get("animated") is True}
    caption, kind = text_of(file.get("caption")), FILES.get(kind, kind)
    told = {key: said for key, said in {**media, **counted, **signs}.items() if said}
    text = " ".join(part for part in (f"[{kind}]", name, caption) if part)
    return Content(kind, text, extra={"media": told, **({"caption": caption} if caption else {})})


def _hex(value: object) -> str:
    """A SHA-256 that came in base64 (or already in hex), "" for anything else."""
    text = text_of(value, 100)
    if re.fullmatch(r"[0-9a-fA-F]{64}", text):
        return text.lower()
    try:
        digest = base64.b64decode(text.encode("ascii", "replace"), validate=True)
    except binascii.Error:
        return ""
    return digest.hex() if len(digest) == 32 else ""


def _location(kind: str, value: object) -> Content:
    place = object_of(value)
    numbers = {key: number_of(place.get(key), 360.0) for key in ("latitude", "longitude")}
    if None in numbers.values():
        return _unsupported(kind, value)
    named = {key: text_of(place.get(key), 300) for key in ("name", "address") if text_of(place.get(key))}
    url = text_of(place.get("url"), 1000)
    words = ", ".join(named.values()) or ", ".join(str(number) for number in numbers.values())
    caption = text_of(place.get("caption") or place.get("comment"), 1000)
    more = {**({"url": url} if url else {}), **({"live": True} if kind == "live_location" else {})}
    extra = {"location": {**numbers, **named, **more}, **({"caption": caption} if caption else {})}
    return Content("location", f"[location] {words} {caption}".strip(), extra=extra)


def _contact(kind: str, value: object) -> Content:
    cards = [object_of(card) for card in each(object_of(value).get("list") or value)]
    contacts = [vcards.contact(card.get("vcard"), card.get("name")) for card in cards[:50] if card]
    if not contacts:
        return _unsupported(kind, value)
    names = ", ".join(contact["name"] or "".join(contact["phones"][:1]) for contact in contacts)
    return Content("contact", f"[contact] {names}".strip(), extra={"contacts": contacts})


def _order(kind: str, value: object) -> Content:
    """Whapi tells how many things were ordered and for how much, not which."""
    order = object_of(value)
    told = {"id": order.get("order_id"), "text": order.get("text"), "title": order.get("title")}
    facts = {key: text_of(said, 1000) for key, said in told.items() if text_of(said)}
    sums = {key: number_of(order.get(key), 1e15) for key in ("item_count", "total_price")}
    total = {key: number for key, number in sums.items() if number is not None}
    currency = text_of(order.get("currency"), 3)
    sum_ = f"{total['total_price']} {currency}".strip() if "total_price" in total else ""
    count = f"{total['item_count']} ×" if "item_count" in total else ""
    words = " ".join(part for part in ("[order]", count, facts.get("title", ""), sum_, facts.get("text", "")) if part)
    return Content("order", words, extra={"order": {"items": [], "currency": currency, **facts, **total}})


def _poll(kind: str, value: object) -> Content:
    poll = object_of(value)
    options = ", ".join(text for text in (text_of(option, 100) for option in each(poll.get("options"))) if text)
    words = ": ".join(part for part in (text_of(poll.get("title"), 300), options[:600]) if part)
    return Content("unsupported", f"[poll] {words}".strip(), extra={"type": "poll"})


def _unsupported(kind: str, value: object) -> Content:
    """Shown by its name and by whatever words it has."""
    label, said = label_of(kind), object_of(value)
    nested = (said.get("title"), said.get("body"), object_of(said.get("body")).get("text"), said.get("text"))
    words = next((text for text in (text_of(words, 1000) for words in (*nested, value)) if text), "")
    return Content("unsupported", f"[{label}] {words}".strip(), extra={"type": label})


MEDIA = {"id": "id", "url": "link", "mime_type": "mime_type"}
READERS: Mapping[str, Reader] = {
    "text": _plain,
    "link_preview": _plain,
    "reply": _reply,
    **dict.fromkeys(("image", "video", "gif", "short", "audio", "voice", "sticker"), _file),
    **dict.fromkeys(("document", "documentWithCaption"), _file),
    **dict.fromkeys(("location", "live_location"), _location),
    **dict.fromkeys(("contact", "contact_list"), _contact),
    "order": _order,
    "poll": _poll,
}
