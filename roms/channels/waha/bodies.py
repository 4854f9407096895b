"""What WAHA is sent, kind by kind: BODIES is the table, a new kind is a line in it."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Mapping
from typing import Any

from roms.channels.base import Parcel
from roms.channels.failures import Permanent
from roms.channels.reading import number_of, object_of, printable, text_of
from roms.channels.waha import ids

Body = dict[str, Any]
OURS = ("bot", "agent", "business", "system")  # who wrote a quoted message that is one of ours


def request_of(parcel: Parcel) -> tuple[str, str, Body]:
    """Method, path and body, without the session. Raises Permanent for what WAHA cannot be sent."""
    if parcel.kind not in BODIES:
        raise Permanent(f"WAHA is not sent messages of kind {parcel.kind} yet.")
    chat = ids.address_of(parcel.address)
    if not chat:
        raise Permanent("The address is not one that WAHA knows.")
    if parcel.kind == "reaction":
        return "PUT", "/api/reaction", _reaction(parcel)
    path, body = BODIES[parcel.kind]
    return "POST", path, {"chatId": chat, **body(parcel), **_quote(parcel)}


def _content(parcel: Parcel) -> Mapping[str, Any]:
    return object_of(parcel.payload.get("content"))


def _quote(parcel: Parcel) -> Body:
    """WAHA wants the long id, in which stands whose message it was."""
    if not parcel.quotes:
        return {}
    ours = text_of(object_of(parcel.payload.get("quoted")).get("sender")) in OURS
    return {"reply_to": ids.long(parcel.quotes, parcel.address, ours)}


def _reaction(parcel: Parcel) -> Body:
    content = _content(parcel)
    target = text_of(content.get("target"))
    if not target:
        raise Permanent("It is not known which message this reaction is for.")
    ours = text_of(content.get("sender")) in OURS
    emoji = printable(text_of(content.get("emoji"), 40))
    return {"messageId": ids.long(target, parcel.address, ours), "reaction": emoji}


def _text(parcel: Parcel) -> Body:
    return {"text": printable(parcel.text)}  # choices are numbered in it: no engine shows buttons for sure


def _file(parcel: Parcel, usual: str) -> Body:
    """Our own file as data, so that WAHA need not reach us; anything else by its address."""
    content = _content(parcel)
    mime = text_of(content.get("mime"), 120) or usual
    name = re.sub(r"[^\w. ()-]+", "_", printable(text_of(content.get("name"), 120))) or f"{parcel.kind}-{parcel.id}"
    if parcel.data is not None:
        return {"mimetype": mime, "filename": name, "data": base64.b64encode(parcel.data).decode()}
    source = parcel.link or text_of(content.get("source"))
    if not source.startswith("https://"):
        raise Permanent("The file of this message is not stored any more.")
    return {"mimetype": mime, "filename": name, "url": source}


def _caption(parcel: Parcel) -> Body:
    caption = printable(text_of(_content(parcel).get("caption")))
    return {"caption": caption} if caption else {}


def _image(parcel: Parcel) -> Body:
    return {"file": _file(parcel, "image/jpeg"), **_caption(parcel)}


def _sticker(parcel: Parcel) -> Body:
    return {"file": _file(parcel, "image/webp")}  # as a picture: WAHA has no call for stickers


def _document(parcel: Parcel) -> Body:
    return {"file": _file(parcel, "application/octet-stream"), **_caption(parcel)}


def _video(parcel: Parcel) -> Body:
    """WAHA turns other formats into MP4 itself. A caption is always told, for its own is an advertisement."""
    file = _file(parcel, "video/mp4")
    caption = printable(text_of(_content(parcel).get("caption")))
    return {"file": file, "convert": file["mimetype"] != "video/mp4", "caption": caption}


def _voice(parcel: Parcel) -> Body:
    """Every sound goes as a voice message, the only one that can be played in the chat; it must be Opus for that."""
    file = _file(parcel, "audio/ogg; codecs=opus")
    if "url" in file:
        del file["filename"]
    return {"file": file, "convert": not file["mimetype"].startswith("audio/ogg")}


def _location(parcel: Parcel) -> Body:
    content = _content(parcel)
    place = {key: number_of(content.get(key), 360.0) for key in ("latitude", "longitude")}
    if None in place.values():
        raise Permanent("The place of this message has no coordinates.")
    words = (printable(text_of(content.get(key), 300)) for key in ("name", "address"))
    return {**place, "title": ", ".join(word for word in words if word)}


def _contact(parcel: Parcel) -> Body:
    content = _content(parcel)
    name, phone = (" ".join(printable(text_of(content.get(key), 200)).split()) for key in ("name", "phone"))
    digits = re.sub(r"[^0-9]", "", phone)
    known = {"whatsappId": digits} if phone.startswith("+") and digits else {}
    return {"contacts": [{"fullName": name, "phoneNumber": phone, **known}]}


TEXT = ("/api/sendText", _text)
BODIES: Mapping[str, tuple[str, Callable[[Parcel], Body]]] = {
    "text": TEXT,
    "template": TEXT,  # a number that is linked like a phone has none: nobody approves what it says
    "image": ("/api/sendImage", _image),
    "video": ("/api/sendVideo", _video),
    "audio": ("/api/sendVoice", _voice),
    "document": ("/api/sendFile", _document),
    "sticker": ("/api/sendImage", _sticker),
    "location": ("/api/sendLocation", _location),
    "contact": ("/api/sendContactVcard", _contact),
    "reaction": ("/api/reaction", _reaction),
}
