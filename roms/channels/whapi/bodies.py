"""What Whapi is sent, kind by kind: BODIES is the table, a new kind is a line in it."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Mapping
from typing import Any

from roms.channels.base import Parcel
from roms.channels.failures import Permanent
from roms.channels.reading import object_of, printable, text_of
from roms.channels.whatsapp import sticker_fits

Body = dict[str, Any]
_ID = re.compile(r"[A-Za-z0-9._]+(-[A-Za-z0-9._]+)+")  # Whapi's own; what has another form it never heard of


def path_and_body(parcel: Parcel) -> tuple[str, Body]:
    """Where to post, and what; without the recipient. Raises Permanent for what Whapi cannot be sent."""
    if parcel.kind not in BODIES:
        raise Permanent(f"Whapi is not sent messages of kind {parcel.kind} yet.")
    is_too_large = parcel.kind == "sticker" and parcel.data is not None and not sticker_fits(parcel.data)
    path, body = BODIES["document" if is_too_large else parcel.kind]
    if parcel.kind == "audio" and _content(parcel).get("voice") is True:
        path = "/messages/voice"
    return path, body(parcel) | ({"quoted": parcel.quotes} if _ID.fullmatch(parcel.quotes) else {})


def reaction(parcel: Parcel) -> tuple[str, Body]:
    """Where to put a sign on a message of theirs or ours, or (emoji "") take it away."""
    target = text_of(_content(parcel).get("target"))
    if not _ID.fullmatch(target):
        raise Permanent("Whapi does not know the message that this reaction is for.")
    return f"/messages/{target}/reaction", {"emoji": printable(text_of(_content(parcel).get("emoji"), 40))}


def _text(parcel: Parcel) -> Body:
    return {"body": printable(parcel.text)}  # choices are numbered in it: the vendor calls its buttons unstable


def _content(parcel: Parcel) -> Mapping[str, Any]:
    return object_of(parcel.payload.get("content"))


def _media(parcel: Parcel) -> Body:
    """Our own file as data, so that Whapi need not reach us; anything else by its address."""
    content = _content(parcel)
    if parcel.data is None:
        source = parcel.link or text_of(content.get("source"))
        if not source.startswith("https://"):
            raise Permanent("The file of this message is not stored any more.")
        return {"media": source}
    mime = text_of(content.get("mime")) or "application/octet-stream"
    name = re.sub(r"[^\w.-]+", "_", text_of(content.get("name"), 100), flags=re.ASCII)
    return {"media": f"data:{mime};name={name};base64,{base64.b64encode(parcel.data).decode()}", "mime_type": mime}


def _captioned(parcel: Parcel) -> Body:
    caption = printable(text_of(_content(parcel).get("caption")))
    return _media(parcel) | ({"caption": caption} if caption else {})


def _document(parcel: Parcel) -> Body:
    name = printable(text_of(_content(parcel).get("name"), 200))
    return _captioned(parcel) | ({"filename": name} if name else {})


def _location(parcel: Parcel) -> Body:
    content = _content(parcel)
    body = {key: content.get(key) for key in ("latitude", "longitude")}
    return body | {key: printable(text_of(content[key])) for key in ("name", "address") if content.get(key)}


def _contact(parcel: Parcel) -> Body:
    content = _content(parcel)
    name, phone = (" ".join(printable(text_of(content.get(key))).split()) for key in ("name", "phone"))
    digits = re.sub(r"[^0-9]", "", phone)
    number = f"TEL;type=CELL;waid={digits}:+{digits}" if phone.startswith("+") else f"TEL;type=CELL:{digits}"
    written = re.sub(r"([\\,;])", r"\\\1", name)
    return {"name": name, "vcard": f"BEGIN:VCARD\nVERSION:3.0\nFN:{written}\n{number}\nEND:VCARD"}


TEXT = ("/messages/text", _text)
BODIES: Mapping[str, tuple[str, Callable[[Parcel], Body]]] = {
    "text": TEXT,
    "template": TEXT,  # a number that is linked like a phone has none: nobody approves what it says
    "buttons": TEXT,
    "image": ("/messages/image", _captioned),
    "video": ("/messages/video", _captioned),
    "audio": ("/messages/audio", _media),
    "document": ("/messages/document", _document),
    "sticker": ("/messages/sticker", _media),
    "location": ("/messages/location", _location),
    "contact": ("/messages/contact", _contact),
}
