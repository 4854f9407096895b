"""What a flow says besides plain text: pictures and files, places, contact cards, approved templates, buttons.

Each reads to one `Said`: a kind, what a channel needs to show it, and the words for a channel that can show nothing.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from roms.engine.effects import Option
from roms.engine.media import FOLDER, Media, of_name
from roms.engine.scope import Scope, shown
from roms.engine.template import Template, Text

LONGEST_ADDRESS = 2000
LONGEST_NAME = 150


@dataclass(frozen=True, slots=True)
class Said:
    """One saying, as it reads for one contact. `content` is plain JSON."""

    kind: str
    text: str
    content: Mapping[str, Any] = field(default_factory=dict)
    prompt: str = ""
    options: tuple[Option, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Show:
    """A picture, video, sound, document or sticker: a file of the release, or whatever lies at an https address."""

    kind: str
    source: Text
    files: Mapping[str, Media]  # those of the release that `source` names
    caption: Text | None
    name: Text | None

    def read(self, scope: Scope, language: str) -> Said:
        source = _address(self.source.by_language.get(language, self.source.fallback), scope)
        file, caption = self.files.get(source), _words(self.caption, scope, language)
        name = _file_name(_words(self.name, scope, language), source, file)
        content: dict[str, Any] = {"source": source, "name": name}
        if file is not None:
            content |= {"hash": file.hash, "mime": file.type, "size": file.size}
            content |= {"width": file.width, "height": file.height} if file.width and file.height else {}
        if caption:
            content["caption"] = caption
        if source.startswith(FOLDER):  # without an address of its own: only the caption tells of it, or the name
            return Said(self.kind, caption or f"[{name}]", content)
        return Said(self.kind, f"{caption}\n{source}" if caption else source, content)


@dataclass(frozen=True, slots=True, eq=False)
class Pin:
    """A place on the map."""

    latitude: float
    longitude: float
    name: Text | None
    address: Text | None

    def read(self, scope: Scope, language: str) -> Said:
        words = {"name": _words(self.name, scope, language), "address": _words(self.address, scope, language)}
        named = {key: value for key, value in words.items() if value}
        text = "\n".join((*named.values(), map_link(self.latitude, self.longitude)))
        return Said("location", text, {"latitude": self.latitude, "longitude": self.longitude, **named})


@dataclass(frozen=True, slots=True, eq=False)
class Card:
    """Somebody's name and telephone number, to be kept with one tap."""

    name: Text
    phone: Text

    def read(self, scope: Scope, language: str) -> Said:
        name, phone = _words(self.name, scope, language), _words(self.phone, scope, language)
        return Said("contact", f"{name}: {phone}", {"name": name, "phone": phone})


@dataclass(frozen=True, slots=True, eq=False)
class Approved:
    """A template that the provider has approved; `text` is how it reads where there are none."""

    name: str
    language: str
    parameters: tuple[Text, ...]
    text: Text

    def read(self, scope: Scope, language: str) -> Said:
        values = [_words(each, scope, language) for each in self.parameters]
        content = {"name": self.name, "language": self.language or language, "parameters": values}
        return Said("template", self.text.read(scope, language), content)


@dataclass(frozen=True, slots=True, eq=False)
class Buttons:
    """A text with buttons that start flows whenever they are tapped, today or next week; nothing waits for them."""

    text: Text
    buttons: tuple[tuple[str, Text], ...]  # payload, label

    def read(self, scope: Scope, language: str) -> Said:
        prompt = self.text.read(scope, language)
        options = tuple(Option(payload, label.read(scope, language)) for payload, label in self.buttons)
        lines = "\n".join(f"▸ {option.label}" for option in options)
        return Said("buttons", f"{prompt}\n{lines}", {}, prompt, options)


Sayable = Text | Show | Pin | Card | Approved | Buttons


def map_link(latitude: float, longitude: float) -> str:
    return f"https://maps.google.com/?q={latitude},{longitude}"


def _file_name(given: str, source: str, file: Media | None) -> str:
    """What it is called where it is saved: no folders, and an ending that says what it is."""
    own = source.partition("?")[0].rpartition("/")[2]
    name = re.sub(r"[\s/\\]+", " ", given)[:LONGEST_NAME].strip()
    if name and file is not None and of_name(name) != file.type:
        name += "." + own.rpartition(".")[2]
    return name or own


def _words(text: Text | None, scope: Scope, language: str) -> str:
    return text.read(scope, language).strip() if text else ""


def _address(template: Template, scope: Scope) -> str:
    """Whatever is put into an address stays one part of it: a contact's slash or question mark leads nowhere else."""
    parts = [template.pieces[0].strip()]
    for (read, filters), after in zip(template.holes, template.pieces[1:], strict=True):
        value = read(scope)
        for change, argument in filters:
            value = change(value, argument)
        parts += (quote(shown(value), safe=""), after.rstrip())
    return "".join(parts)[:LONGEST_ADDRESS]
