"""From the plain values under `say` to compiled sayings, and what can be seen to be wrong with one by itself."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from roms.engine.book import Button, Desk, as_text
from roms.engine.media import EXTENSIONS, FOLDER, KINDS, MOST_PIXELS, Media
from roms.engine.sayings import Approved, Buttons, Card, Pin, Sayable, Show
from roms.engine.template import Template, Text
from roms.engine.yamltext import Path

LONGEST_CAPTION = 1024
MOST_BUTTONS, LONGEST_LABEL = 3, 20
_ADDRESS = re.compile(r"https://[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+(:[0-9]{1,5})?([/?].*)?", re.DOTALL)
_PHONE = re.compile(r"\+?[0-9][0-9 ().-]{6,24}")


def says(desk: Desk, path: Path) -> tuple[Sayable, ...]:
    """None, one, or a list of sayings."""
    value = desk.value(path)
    if value is None:
        return ()
    if isinstance(value, list):
        return tuple(_saying(desk, (*path, number)) for number in range(len(value)))
    return (_saying(desk, path),)


def _saying(desk: Desk, path: Path) -> Sayable:
    value = desk.value(path)
    kind = next((kind for kind in SAYINGS if kind in value), "") if isinstance(value, dict) else ""
    return SAYINGS[kind](desk, path, kind) if kind else desk.text(path)


def _some(desk: Desk, path: Path) -> Text | None:
    return desk.text(path) if desk.value(path) is not None else None


def _show(desk: Desk, path: Path, kind: str) -> Show:
    source, caption = desk.text((*path, kind)), _some(desk, (*path, "caption"))
    files: dict[str, Media] = {}
    for at, template in _spread(desk, (*path, kind), source):
        if template.source.strip().startswith(FOLDER):
            name = template.source.strip()
            files |= _file(desk, at, name, kind)
        elif not _ADDRESS.fullmatch(template.pieces[0].strip()) or _is_open(template):
            desk.add(at, "media-address", word=template.source[:60])
    for at, template in _spread(desk, (*path, "caption"), caption):
        if (length := sum(map(len, template.pieces))) > LONGEST_CAPTION:
            desk.book.warn(desk.document.at(at), "caption-long", length=length, most=LONGEST_CAPTION)
    return Show(kind, source, files, caption, _some(desk, (*path, "name")))


def _is_open(template: Template) -> bool:
    """Whether the first hole could change the host: only what stands behind a slash is a part of the path."""
    return bool(template.holes) and "/" not in template.pieces[0].partition("://")[2]


def _file(desk: Desk, at: Path, name: str, kind: str) -> dict[str, Media]:
    """A file of the release, if it can be shown as such."""
    book, (extensions, most) = desk.book, KINDS[kind]
    file = book.media.get(name)
    if file is None:
        desk.add(at, "media-missing", word=name[:100], known=book.media)
        return {}
    book.shown.add(name)
    if file.type and file.type not in {EXTENSIONS[each] for each in extensions}:
        desk.add(at, "media-kind", word=name, kind=kind, kinds=", ".join(extensions))
    elif file.size > most or file.width * file.height > MOST_PIXELS:
        size = f"{file.width} × {file.height}" if file.size <= most else f"{file.size // 1024} KB"
        limit = "50 MP" if file.size <= most else f"{most // 1024} KB"
        desk.add(at, "media-large", word=name, size=size, most=limit)
    return {name: file}


def _spread(desk: Desk, path: Path, text: Text | None) -> list[tuple[Path, Template]]:
    """Each language's template with its place."""
    if text is None:
        return []
    if isinstance(desk.value(path), dict):
        return [((*path, language), template) for language, template in text.by_language.items()]
    return [(path, text.fallback)]


def _pin(desk: Desk, path: Path, kind: str) -> Pin:
    path = (*path, kind)
    latitude, longitude = (float(desk.value((*path, key))) for key in ("latitude", "longitude"))
    return Pin(latitude, longitude, _some(desk, (*path, "name")), _some(desk, (*path, "address")))


def _card(desk: Desk, path: Path, kind: str) -> Card:
    phone = desk.text((*path, kind, "phone"))
    for at, template in _spread(desk, (*path, kind, "phone"), phone):
        if not template.holes and not _PHONE.fullmatch(template.source.strip()):
            desk.add(at, "contact-phone", word=template.source[:40])
    return Card(desk.text((*path, kind, "name")), phone)


def _approved(desk: Desk, path: Path, kind: str) -> Approved:
    inside: Path = (*path, kind)
    values = desk.value((*inside, "parameters")) or ()
    parameters = tuple(desk.text((*inside, "parameters", number)) for number in range(len(values)))
    name, language = desk.value((*inside, "name")), desk.value((*inside, "language"))
    return Approved(name, language or "", parameters, desk.text((*path, "text")))


def _buttons(desk: Desk, path: Path, kind: str) -> Buttons:
    made: list[tuple[str, Text]] = []
    for number, button in enumerate(desk.value((*path, kind))):
        at: Path = (*path, kind, number)
        payload, label = as_text(button["payload"]), desk.text((*at, "label"))
        made.append((payload, label))
        desk.book.buttons.append(Button(payload, label, desk.document.at((*at, "payload"))))
        spot = desk.document.at((*at, "label"))
        longest = max(sum(map(len, template.pieces)) for template in label.templates)
        if longest > LONGEST_LABEL:
            desk.book.warn(spot, "label-long", word=payload, length=longest, most=LONGEST_LABEL)
    if len(made) > MOST_BUTTONS:
        spot = desk.document.at((*path, kind, MOST_BUTTONS))
        desk.book.warn(spot, "buttons-many", word=str(len(made)), most=MOST_BUTTONS)
    return Buttons(desk.text((*path, "text")), tuple(made))


SAYINGS: dict[str, Callable[[Desk, Path, str], Any]] = {
    **dict.fromkeys(KINDS, _show),
    "location": _pin,
    "contact": _card,
    "template": _approved,
    "buttons": _buttons,
}
