"""What Twilio's forms say. Old accounts name no MessageType: then the fields that are there tell what it is."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from roms.channels.reading import text_of
from roms.channels.whatsapp import mime_of, place_of, place_text

Fields = Mapping[str, str]
PLACE = {"latitude": "Latitude", "longitude": "Longitude", "name": "Label", "address": "Address"}
CARD_TYPES = ("text/vcard", "text/x-vcard", "text/directory")
FILES = ("image", "video", "audio", "document", "sticker")
SAID = ("", "text", "interactive", "button", "contacts", "location", "unsupported", *FILES)
MOST_FILES = 10
ENDING = re.compile(r"[^/\\\n]{1,150}\.[A-Za-z0-9]{1,8}")


@dataclass(frozen=True, slots=True)
class Content:
    """What one message, or one of its files, says."""

    kind: str
    text: str
    payload: str | None = None
    extra: Mapping[str, Any] = field(default_factory=dict)


def contents_of(fields: Fields) -> Iterator[Content]:
    """At least one: every file, or the place, or the words; else a visible placeholder."""
    kind = fields.get("MessageType", "").lower()
    files = [*_files(fields, kind)]
    place = place_of(fields, PLACE)
    if files:
        yield from files
    elif place and kind in ("", "location"):
        yield Content("location", place_text(place), extra={"location": place})
    else:
        yield _words(fields, kind)


def _files(fields: Fields, kind: str) -> Iterator[Content]:
    told = fields.get("NumMedia", "")
    count = int(told) if told.isascii() and told.isdigit() and len(told) < 4 else 0
    for number in range(min(max(count, 1), MOST_FILES)):
        url = text_of(fields.get(f"MediaUrl{number}"), 2000)
        if url:
            yield _file(fields, kind, url, mime_of(fields.get(f"MediaContentType{number}")), is_first=number == 0)


def _file(fields: Fields, kind: str, url: str, mime: str, is_first: bool) -> Content:
    """The words beside a file are its caption; of a document they are its name."""
    media: dict[str, Any] = {"url": url, **({"mime_type": mime} if mime else {})}
    words = fields.get("Body", "") if is_first else ""
    if mime in CARD_TYPES or kind == "contacts":  # the card itself is in the file
        return Content("contact", f"[contact] {words}".strip(), extra={"media": media, "contacts": []})
    kind = kind if kind in FILES else _kind_of(mime)
    name = words if kind == "document" and ENDING.fullmatch(words) else ""
    caption = "" if name else words
    media |= {"name": name} if name else {}
    media |= {"voice": True} if kind == "audio" and mime == "audio/ogg" else {}
    text = " ".join(part for part in (f"[{kind}]", name, caption) if part)
    return Content(kind, text, extra={"media": media, **({"caption": caption} if caption else {})})


def _kind_of(mime: str) -> str:
    family = mime.partition("/")[0]
    return family if family in ("image", "video", "audio") else "document"


def _words(fields: Fields, kind: str) -> Content:
    payload = text_of(fields.get("ButtonPayload"), 300) or text_of(fields.get("ListId"), 300)
    titles = (fields.get("ButtonText"), fields.get("ListTitle"), fields.get("Body"), payload)
    text = next((title for title in titles if title), "")
    if text and (payload or kind in SAID):
        return Content("text", text, payload or None)
    label = kind if re.fullmatch(r"\w{1,40}", kind, re.ASCII) else "message"
    return Content("unsupported", f"[{label}] {text}".strip(), extra={"type": label})
