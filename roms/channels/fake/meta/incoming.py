"""What Meta posts: messages, what changes them, echoes of the paired phone, statuses and news of templates."""

from __future__ import annotations

import base64
import hashlib
from typing import TYPE_CHECKING, Any

from roms.channels.fake.meta.links import link
from roms.channels.fake.meta.words import error_item
from roms.channels.fake.model import BUSINESS, Deed, Doc, Person, Taken
from roms.channels.fake.secrets_of import PHONE_NUMBER_ID

if TYPE_CHECKING:
    from roms.channels.fake.box import Box
    from roms.channels.fake.templates import Template


def news(box: Box, deed: Deed) -> list[Doc]:
    """What is posted of this deed."""
    if deed.by_business:
        return [_echo(box, deed)]
    value: dict[str, Any] = {}
    if not deed.kind.endswith("_changed"):
        value["contacts"] = [_contact(deed.person)]
    message = _who(deed) | {"id": deed.id, "timestamp": str(int(deed.at)), **_content(box, deed)}
    context = _context(box, deed)
    if context:
        message["context"] = context
    if deed.group:
        message["group_id"] = deed.group
    return [_change(value | {"messages": [message]})]


def _change(value: dict[str, Any], field: str = "messages") -> Doc:
    metadata = {"display_phone_number": BUSINESS, "phone_number_id": PHONE_NUMBER_ID}
    return Doc({"value": {"messaging_product": "whatsapp", "metadata": metadata, **value}, "field": field})


def _contact(person: Person) -> dict[str, Any]:
    profile = {"name": person.name} | ({"username": person.username} if person.username else {})
    number = {"wa_id": person.shown_number} if person.shown_number else {}
    return {"profile": profile, **number, "user_id": person.user_id}


def _who(deed: Deed) -> dict[str, Any]:
    """Who writes: in news of a new number the old one."""
    number = deed.more["old_number"] if deed.kind == "number_changed" else deed.person.shown_number
    user_id = deed.more["old_user_id"] if deed.kind == "user_id_changed" else deed.person.user_id
    tells = number and not deed.person.hidden and deed.kind != "user_id_changed"
    return ({"from": number} if tells else {}) | {"from_user_id": user_id}


def _echo(box: Box, deed: Deed) -> Doc:
    person = deed.person
    number = {"wa_id": person.shown_number} if person.shown_number else {}
    to = {"to": person.shown_number} if person.shown_number else {}
    message = {"from": BUSINESS, **to, "to_user_id": person.user_id, "id": deed.id, "timestamp": str(int(deed.at))}
    value = {"contacts": [{**number, "user_id": person.user_id}], "message_echoes": [message | _content(box, deed)]}
    return _change(value, "smb_message_echoes")


def _context(box: Box, deed: Deed) -> dict[str, Any]:
    if deed.quotes:
        line = box.phones.line(deed.quotes)
        return {"from": deed.person.shown_number if line and line.mine else BUSINESS, "id": deed.quotes}
    if deed.forwarded:
        return {"frequently_forwarded" if deed.forwarded == "often" else "forwarded": True}
    return {}


def _content(box: Box, deed: Deed) -> dict[str, Any]:
    if deed.file:
        return _file(box, deed)
    kind, content = _TABLE.get(deed.kind, _text)(deed)
    return {"type": kind, **({kind: content} if content is not None else {})} | _errors(deed)


def _errors(deed: Deed) -> dict[str, Any]:
    return {"errors": [error_item(131051, link=False)]} if deed.kind == "unsupported" else {}


def _text(deed: Deed) -> tuple[str, Any]:
    return "text", {"body": deed.text}


def _file(box: Box, deed: Deed) -> dict[str, Any]:
    file = deed.file
    assert file is not None
    kind = "audio" if deed.kind == "voice" else deed.kind
    digest = base64.b64encode(hashlib.sha256(file.data).digest()).decode()
    media_id = str(int(hashlib.sha256(deed.file_id.encode()).hexdigest()[:13], 16))
    box.phones.keep(media_id, file)
    content: dict[str, Any] = {"caption": deed.text} if deed.text else {}
    content |= {"filename": file.name} if file.name else {}
    content |= {"mime_type": file.type, "sha256": digest, "id": media_id, "url": link(box, media_id)}
    content |= {"voice": deed.kind == "voice"} if kind == "audio" else {}
    content |= {"animated": False} if kind == "sticker" else {}
    return {"type": kind, kind: content}


def _location(deed: Deed) -> tuple[str, Any]:
    keys = ("latitude", "longitude", "name", "address", "url")
    return "location", {key: deed.more[key] for key in keys if deed.more.get(key) not in (None, "")}


def _cards(deed: Deed) -> tuple[str, Any]:
    cards = []
    for card in deed.more["contacts"]:
        digits = "".join(sign for sign in card["phone"] if sign.isdigit())
        name = {"formatted_name": card["name"], "first_name": card["name"].split()[0]}
        cards.append({"name": name, "phones": [{"phone": card["phone"], "wa_id": digits, "type": "CELL"}]})
    return "contacts", cards


def _reaction(deed: Deed) -> tuple[str, Any]:
    return "reaction", {"message_id": deed.more["target"]} | ({"emoji": deed.text} if deed.text else {})


def _tap(deed: Deed) -> tuple[str, Any]:
    chosen = {"id": deed.more["id"], "title": deed.text}
    if deed.more["how"] == "template":
        return "button", {"payload": deed.more["id"], "text": deed.text}
    if deed.more["how"] == "list":
        described = {"description": deed.more["description"]} if deed.more.get("description") else {}
        return "interactive", {"type": "list_reply", "list_reply": chosen | described}
    return "interactive", {"type": "button_reply", "button_reply": chosen}


def _order(deed: Deed) -> tuple[str, Any]:
    items = [
        {"product_retailer_id": item["id"], "quantity": item["quantity"], "item_price": item["price"],
         "currency": item["currency"]}
        for item in deed.more["items"]
    ]  # fmt: skip
    text = deed.text or str(deed.more.get("text") or "")
    return "order", {"catalog_id": deed.more["catalog"], "text": text, "product_items": items}


def _edit(deed: Deed) -> tuple[str, Any]:
    message = {"context": {"id": "M0"}, "type": "text", "text": {"body": deed.text}}
    return "edit", {"original_message_id": deed.more["target"], "message": message}


def _delete(deed: Deed) -> tuple[str, Any]:
    return "revoke", {"original_message_id": deed.more["target"]}


def _system(deed: Deed) -> tuple[str, Any]:
    name, more = deed.person.name, deed.more
    if deed.kind == "number_changed":
        body = f"User {name} changed from {more['old_number']} to {more['number']}"
        return "system", {"body": body, "wa_id": more["number"], "type": "user_changed_number"}
    body = f"User {name} changed from {more['old_user_id']} to {more['user_id']}"
    ids = {"previous_user_id": more["old_user_id"], "user_id": more["user_id"]}
    return "system", {"body": body, **ids, "type": "user_changed_user_id"}


def _unsupported(deed: Deed) -> tuple[str, Any]:
    return "unsupported", {"type": deed.more["type"]}


_TABLE = {
    "location": _location,
    "contact": _cards,
    "reaction": _reaction,
    "tap": _tap,
    "order": _order,
    "edit": _edit,
    "delete": _delete,
    "number_changed": _system,
    "user_id_changed": _system,
    "unsupported": _unsupported,
}


def status(box: Box, taken: Taken, word: str, code: int) -> Doc | None:
    """The word on a message of ours."""
    person, draft = taken.draft.person, taken.draft
    number = {"wa_id": person.shown_number} if person.shown_number else {}
    body: dict[str, Any] = {"id": taken.id, "status": word, "timestamp": str(int(box.now()))}
    body |= {"recipient_id": person.shown_number} if person.shown_number else {}
    body["recipient_user_id"] = person.user_id
    if draft.data:
        body["biz_opaque_callback_data"] = draft.data
    if word in ("sent", "delivered"):
        pricing = {"billable": draft.kind == "template", "pricing_model": "PMP"}
        free = "regular" if draft.kind == "template" else "free_customer_service"
        body["pricing"] = pricing | {"category": "utility" if draft.kind == "template" else "service", "type": free}
    if word == "failed":
        body["errors"] = [error_item(code or 131000)]
    return _change({"contacts": [{**number, "user_id": person.user_id}], "statuses": [body]})


def template_news(box: Box, template: Template) -> Doc:
    """What is posted when a template's state changes."""
    value = {
        "event": template.status,
        "message_template_id": int(box.templates.id_of(template)),
        "message_template_name": template.name,
        "message_template_language": template.language,
        "reason": template.reason,
    }
    return Doc({"value": value, "field": "message_template_status_update"})
