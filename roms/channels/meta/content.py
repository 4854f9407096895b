"""What Meta's messages say, kind by kind: READERS is the table, a new kind is a line in it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from roms.channels.reading import each, object_of, printable, text_of
from roms.channels.whatsapp import mime_of, place_of, place_text, sha256_of

PLACE = {key: key for key in ("latitude", "longitude", "name", "address", "url")}
LONGEST_FORM = 4000  # characters of what somebody filled in


@dataclass(frozen=True, slots=True)
class Content:
    """What a message says, whatever kind it was."""

    kind: str
    text: str
    payload: str | None = None
    extra: Mapping[str, Any] = field(default_factory=dict)


Reader = Callable[[str, object], Content | None]


def kind_of(raw: Mapping[str, Any]) -> str:
    """The kind a message has, or where it names none, the one whose content it carries."""
    return text_of(raw.get("type"), 40) or next((kind for kind in READERS if kind in raw), "unknown")


def content_of(raw: Mapping[str, Any]) -> Content:
    """What the message says; what cannot be read is shown to people by its name."""
    kind = kind_of(raw)
    reader = READERS.get(kind)
    return (reader and reader(kind, raw.get(kind))) or unsupported(kind, raw)


def unsupported(kind: str, raw: Mapping[str, Any]) -> Content:
    """A visible placeholder: what it was, as far as Meta says so."""
    named = text_of(object_of(raw.get("unsupported")).get("type"), 40) or kind
    label = named if re.fullmatch(r"\w{1,40}", named, re.ASCII) else "message"
    return Content("unsupported", f"[{label}]", extra={"type": label})


def _text(kind: str, value: object) -> Content | None:
    body = text_of(object_of(value).get("body")) or text_of(value)
    return Content("text", body) if body else None


def _file(kind: str, value: object) -> Content | None:
    file = object_of(value)
    facts = {"id": text_of(file.get("id"), 200), "url": text_of(file.get("url"), 2000)}
    if not any(facts.values()):
        return None
    name, caption = text_of(file.get("filename"), 200), text_of(file.get("caption"))
    facts |= {"mime_type": mime_of(file.get("mime_type")), "sha256": sha256_of(file.get("sha256")), "name": name}
    media: dict[str, Any] = {key: fact for key, fact in facts.items() if fact}
    media |= {key: True for key in ("voice", "animated") if file.get(key) is True}
    if type(size := file.get("file_size")) is int and 0 < size < 2**40:
        media["size"] = size
    text = " ".join(part for part in (f"[{kind}]", name, caption) if part)
    return Content(kind, text, extra={"media": media, **({"caption": caption} if caption else {})})


def _location(kind: str, value: object) -> Content | None:
    place = place_of(object_of(value), PLACE)
    return Content("location", place_text(place), extra={"location": place}) if place else None


def _contacts(kind: str, value: object) -> Content | None:
    cards = [card for card in (_card(object_of(raw)) for raw in each(value)) if card]
    names = ", ".join(card["name"] for card in cards)
    return Content("contact", f"[contact] {names}", extra={"contacts": cards}) if cards else None


def _card(raw: Mapping[str, Any]) -> dict[str, Any] | None:
    name = object_of(raw.get("name"))
    parts = (text_of(name.get(key), 100) for key in ("first_name", "middle_name", "last_name"))
    called = text_of(name.get("formatted_name"), 200) or " ".join(filter(None, parts))
    numbers = [object_of(phone) for phone in each(raw.get("phones"))]
    phones = [text_of(number.get("phone"), 40) or _plus(number.get("wa_id")) for number in numbers]
    emails = [text_of(object_of(email).get("email"), 200) for email in each(raw.get("emails"))]
    org = text_of(object_of(raw.get("org")).get("company"), 200)
    found = [phone for phone in phones if phone][:50], [email for email in emails if email][:50]
    if not called and not any(found):
        return None
    title = called or (found[0] or found[1])[0]
    return {"name": title, "phones": found[0], "emails": found[1], **({"org": org} if org else {})}


def _plus(wa_id: object) -> str:
    digits = text_of(wa_id, 40)
    return f"+{digits}" if digits.isdigit() else digits


def _interactive(kind: str, value: object) -> Content | None:
    reply = object_of(value)
    chosen = object_of(reply.get(text_of(reply.get("type"), 40)))
    if text_of(reply.get("type")) == "nfm_reply":
        return _form(chosen)
    payload = text_of(chosen.get("id"), 300)
    title = text_of(chosen.get("title")) or payload
    return Content("text", title, payload or None) if title else None


def _form(reply: Mapping[str, Any]) -> Content | None:
    """What somebody filled in, a line for each field; the token is ours and says nothing to people."""
    try:
        values = object_of(json.loads(text_of(reply.get("response_json")) or "{}", parse_constant=lambda _: None))
    except (ValueError, RecursionError):
        values = {}
    lines = [f"{key}: {_shown(each_value)}" for key, each_value in values.items() if key != "flow_token"]
    text = printable("\n".join(lines))[:LONGEST_FORM].strip() or text_of(reply.get("body"))
    return Content("text", text) if text else None


def _shown(value: object) -> str:
    return text_of(value) or json.dumps(value, ensure_ascii=False)


def _button(kind: str, value: object) -> Content | None:
    button = object_of(value)
    payload = text_of(button.get("payload"), 300)
    title = text_of(button.get("text")) or payload
    return Content("text", title, payload or None) if title else None


def _order(kind: str, value: object) -> Content | None:
    order = object_of(value)
    items = [item for item in (_item(object_of(raw)) for raw in each(order.get("product_items"))) if item]
    if not items:
        return None
    text, catalog = text_of(order.get("text")), text_of(order.get("catalog_id"), 100)
    listed = ", ".join(f"{item['quantity']} × {item['id']}" for item in items)
    facts = {"catalog": catalog, "text": text}
    extra = {"order": {**{key: fact for key, fact in facts.items() if fact}, "items": items}}
    return Content("order", " · ".join(filter(None, (f"[order] {listed}", text))), extra=extra)


def _item(raw: Mapping[str, Any]) -> dict[str, Any] | None:
    product = text_of(raw.get("product_retailer_id"), 200)
    item = {"id": product, "quantity": _number(raw.get("quantity")) or 1, "price": _number(raw.get("item_price"))}
    return {**item, "currency": text_of(raw.get("currency"), 10)} if product else None


def _number(value: object) -> int | float | None:
    """A number, be it written as text; None for what is none."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    if not abs(number) < 1e15:
        return None
    return int(number) if number == int(number) else number


READERS: Mapping[str, Reader] = {
    "text": _text,
    **dict.fromkeys(("image", "video", "audio", "document", "sticker"), _file),
    "location": _location,
    "contacts": _contacts,
    "interactive": _interactive,
    "button": _button,
    "order": _order,
}
