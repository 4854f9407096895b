"""What Meta is sent, kind by kind: BODIES is the table, a new kind is a line in it.

A question with few short answers becomes buttons or a list, any other is sent as the numbered text it already is.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from roms.channels.base import Parcel
from roms.channels.failures import Permanent
from roms.channels.meta.files import Upload, file_of, header_of
from roms.channels.reading import each, object_of, printable, text_of
from roms.channels.whatsapp import PHONE, USER_ID, contact_of, content_of, place_of, words

Body = dict[str, Any]
TEXT, PROMPT, CAPTION = 4096, 1024, 1024
BUTTONS, BUTTON_TITLE, BUTTON_ID = 3, 20, 256
ROWS, ROW_TITLE, ROW_DESCRIPTION, ROW_ID = 10, 24, 72, 200
OPEN_LIST = "Menu"  # on the button that opens a list: the same word in Indonesian and in English
PLACE = {key: key for key in ("latitude", "longitude", "name", "address")}
UPLOADED = {"image", "video", "audio", "document", "sticker"}


def body_of(parcel: Parcel, upload: Upload) -> Body:
    """The whole request. Raises Permanent for what Meta cannot be sent; what is wrong is found before any upload."""
    if parcel.kind not in BODIES:
        raise Permanent(f"Meta is sent no messages of the kind {parcel.kind}.", "cannot")
    common = {"messaging_product": "whatsapp", **_receiver(parcel.address)}
    quoted = {"context": {"message_id": parcel.quotes}} if parcel.quotes and parcel.kind != "reaction" else {}
    said = BODIES[parcel.kind](parcel, upload)
    marked = {"biz_opaque_callback_data": parcel.mark} if parcel.mark else {}
    return {**common, **quoted, **marked, **said}


def _receiver(address: str) -> Body:
    """A number goes as `to`, the id of somebody who shows none as `recipient`; anything else is a group's."""
    if USER_ID.fullmatch(address):
        return {"recipient_type": "individual", "recipient": address[:2].upper() + address[2:]}
    if phone := PHONE.fullmatch(address):
        return {"recipient_type": "individual", "to": phone[1]}
    if not address or not address.isascii() or not address.isprintable() or " " in address:
        raise Permanent("The address is not one that Meta knows.", "bad_address")
    return {"recipient_type": "group", "to": address}


def _text(parcel: Parcel, upload: Upload) -> Body:
    options = [object_of(option) for option in each(parcel.payload.get("options"))]
    answers = [(text_of(option.get("key")), printable(text_of(option.get("label")))) for option in options]
    prompt = printable(text_of(parcel.payload.get("prompt")))
    if answers and 0 < len(prompt) <= PROMPT and _are_distinct(answers):
        interactive = _buttons(answers) or _list(answers)
        if interactive:
            return {"type": "interactive", "interactive": {**interactive, "body": {"text": prompt}}}
    body = words(parcel.text, TEXT)
    if not body:
        raise Permanent("A message without any words cannot be sent.", "empty")
    return {"type": "text", "text": {"preview_url": "https://" in body, "body": body}}


def _are_distinct(answers: list[tuple[str, str]]) -> bool:
    keys, labels = ({pair[part] for pair in answers} for part in (0, 1))
    return all(key and label for key, label in answers) and len(keys) == len(labels) == len(answers)


def _buttons(answers: list[tuple[str, str]]) -> Body | None:
    if len(answers) > BUTTONS or any(len(key) > BUTTON_ID or len(label) > BUTTON_TITLE for key, label in answers):
        return None
    buttons = [{"type": "reply", "reply": {"id": key, "title": label}} for key, label in answers]
    return {"type": "button", "action": {"buttons": buttons}}


def _list(answers: list[tuple[str, str]]) -> Body | None:
    """A label that is too long for a row's title is cut there and stands whole below it."""
    if len(answers) > ROWS or any(len(key) > ROW_ID or len(label) > ROW_DESCRIPTION for key, label in answers):
        return None
    rows = [{"id": key, "title": label[:ROW_TITLE].strip()} for key, label in answers]
    for row, (_, label) in zip(rows, answers, strict=True):
        if len(label) > ROW_TITLE:
            row |= {"title": label[: ROW_TITLE - 1].strip() + "…", "description": label}
    if len({row["title"] for row in rows}) < len(rows):
        return None
    return {"type": "list", "action": {"button": OPEN_LIST, "sections": [{"rows": rows}]}}


def _file(parcel: Parcel, upload: Upload) -> Body:
    content = content_of(parcel)
    caption = words(content.get("caption"), CAPTION)
    kind, file = file_of(parcel, upload)
    if kind == "document":
        name = printable(text_of(content.get("name"), 200))
        file |= {"filename": name} if name else {}
    if kind == "audio" and content.get("voice") is True:
        file["voice"] = True
    if caption and kind in ("image", "video", "document"):
        file["caption"] = caption
    return {"type": kind, kind: file}


def _location(parcel: Parcel, upload: Upload) -> Body:
    place = place_of(content_of(parcel), PLACE)
    if place is None:
        raise Permanent("The place has no point on the map.", "cannot")
    return {"type": "location", "location": {key: _clean(value) for key, value in place.items()}}


def _contact(parcel: Parcel, upload: Upload) -> Body:
    name, phone, digits = contact_of(parcel)
    if not name or not digits:
        raise Permanent("The card has no name or no number.", "cannot")
    number = {"phone": phone, "type": "CELL", **({"wa_id": digits} if phone.startswith("+") else {})}
    card = {"name": {"formatted_name": name, "first_name": name.split()[0]}, "phones": [number]}
    return {"type": "contacts", "contacts": [card]}


def _reaction(parcel: Parcel, upload: Upload) -> Body:
    """Sign "" takes the sign away."""
    content = content_of(parcel)
    target = text_of(content.get("target"))
    if not target:
        raise Permanent("The message reacted to is not one that Meta knows.", "cannot")
    return {"type": "reaction", "reaction": {"message_id": target, "emoji": printable(text_of(content.get("emoji")))}}


def _template(parcel: Parcel, upload: Upload) -> Body:
    content = content_of(parcel)
    name, language = text_of(content.get("name"), 512), text_of(content.get("language"), 20)
    if not name or not language:
        raise Permanent("The template has no name or no language.", "132001")
    given = content.get("parameters")
    values = given if isinstance(given, Mapping) else {"body": given}  # a flow gives those of the text alone
    body = _parameters(values.get("body"))
    parts: list[Body] = [*header_of(object_of(values.get("header")), parcel, upload)]
    parts += [{"type": "body", "parameters": body}] if body else []
    parts += [_button(object_of(button)) for button in each(values.get("buttons"))]
    template: Body = {"name": name, "language": {"code": language}}
    return {"type": "template", "template": template | ({"components": parts} if parts else {})}


def _parameters(values: object) -> list[Body]:
    """In order, or by name. Meta refuses line breaks and rows of blanks in them."""
    if isinstance(values, Mapping):
        named = ((text_of(name), _clean(value)) for name, value in values.items())
        return [{"type": "text", "parameter_name": name, "text": value} for name, value in named]
    return [{"type": "text", "text": _clean(value)} for value in each(values)]


def _button(raw: Mapping[str, Any]) -> Body:
    """The end of an address unless `type` says that it is a coupon or what a tap sends back."""
    sub_type, value = text_of(raw.get("type")) or "url", _clean(raw.get("value"))
    if sub_type not in BUTTON_VALUES:
        raise Permanent(f"A template's button of the type {sub_type} takes no value.", "cannot")
    kind, key = BUTTON_VALUES[sub_type]
    index = text_of(raw.get("index")) or "0"
    return {"type": "button", "sub_type": sub_type, "index": index, "parameters": [{"type": kind, key: value}]}


def _clean(value: object) -> Any:
    if isinstance(value, float):
        return value
    return " ".join(printable(text_of(value)).split())


BUTTON_VALUES = {
    "url": ("text", "text"),
    "quick_reply": ("payload", "payload"),
    "copy_code": ("coupon_code", "coupon_code"),
}
BODIES: Mapping[str, Callable[[Parcel, Upload], Body]] = {
    "text": _text,
    "buttons": _text,
    **dict.fromkeys(UPLOADED, _file),
    "location": _location,
    "contact": _contact,
    "template": _template,
    "reaction": _reaction,
}
