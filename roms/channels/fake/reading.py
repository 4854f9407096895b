"""What the dialects need to read a request of ours: files as data, addresses of files, buttons and lists."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from roms.channels.fake.courier import is_here
from roms.channels.fake.model import File

DATA = re.compile(r"data:([\w.+-]+/[\w.+-]+(?:; ?[\w=.+-]+)*?)(?:;name=([^;,]*))?;base64,([A-Za-z0-9+/=\s]+)")
SHOWN = re.compile(r"image/(png|jpeg|gif|webp)|video/mp4|audio/(mpeg|ogg|mp4|aac|amr)|application/pdf")
MOST_ROWS, MOST_BUTTONS = 10, 3

Choice = dict[str, Any]


def is_address(value: object) -> bool:
    """Whether a provider would fetch from there: https, or this very machine."""
    if not isinstance(value, str):
        return False
    try:
        parts = urlsplit(value)
    except ValueError:
        return False
    return bool(parts.hostname) and (parts.scheme == "https" or (parts.scheme == "http" and is_here(value)))


def name_in(link: str) -> str:
    """The last part of an address."""
    return link.partition("?")[0].rpartition("/")[2] or link


def file_in(value: object) -> File | None:
    """The file in a data: address."""
    match = DATA.fullmatch(value) if isinstance(value, str) else None
    if not match:
        return None
    return decoded(match[3], match[1], match[2] or "")


def decoded(text: object, type_: str, name: str = "") -> File | None:
    """The file that this base64 is."""
    try:
        return File(type_, base64.b64decode("".join(str(text).split()), validate=True), name)
    except binascii.Error:
        return None


def base_type(type_: str) -> str:
    """A type without its parameters."""
    return type_.partition(";")[0].strip().lower()


def is_text(value: object, most: int, least: int = 1) -> bool:
    """Whether this is text of a length between."""
    return isinstance(value, str) and least <= len(value) <= most


def is_number(value: object) -> bool:
    """Whether this is a number, and no truth value."""
    return type(value) in (int, float)


def choice(how: str, id_: object, title: object, description: object = "") -> Choice:
    """Something to tap, as the page shows it."""
    return {"how": how, "id": str(id_), "title": str(title), "description": str(description or "")}


def choices_fault(choices: list[Choice], most: int, title: int, id_: int) -> str:
    """What is wrong with buttons or rows, "" when nothing is."""
    if not 1 <= len(choices) <= most:
        return f"between 1 and {most} are allowed"
    for one in choices:
        if not 1 <= len(one["title"]) <= title:
            return f"Button title length invalid. Min length: 1, Max length: {title}"
        if not 1 <= len(one["id"]) <= id_:
            return f"id length invalid. Min length: 1, Max length: {id_}"
    if len({one["id"] for one in choices}) < len(choices):
        return "ids must be unique"
    titles = {one["title"] for one in choices}
    return "titles must be unique" if len(titles) < len(choices) and choices[0]["how"] == "button" else ""


def text_in(value: object, *path: str) -> str:
    """The text at the end of these keys, "" when it is not there."""
    for key in path:
        value = value.get(key) if isinstance(value, Mapping) else None
    return value if isinstance(value, str) else ""


def object_in(value: object, *path: str) -> Mapping[str, Any]:
    """The object at the end of these keys, an empty one when it is not there."""
    for key in path:
        value = value.get(key) if isinstance(value, Mapping) else None
    return value if isinstance(value, Mapping) else {}


def objects_in(value: object) -> list[Mapping[str, Any]]:
    """The objects of a list."""
    return [one for one in value if isinstance(one, Mapping)] if isinstance(value, list) else []


def card_words(vcard: str) -> str:
    """What a phone shows of a contact card: the first number."""
    return "".join(re.findall(r"TEL[^:\n]*:([^\n\r]+)", vcard)[:1])
