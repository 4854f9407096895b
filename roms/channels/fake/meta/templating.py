"""A template on its way out: it must exist, be approved, and get exactly the parameters that it has."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from roms.channels.fake import reading
from roms.channels.fake.meta.words import wrong
from roms.channels.fake.model import File
from roms.channels.fake.templates import HOLE, Template

if TYPE_CHECKING:
    from roms.channels.fake.box import Box

Part = Mapping[str, Any]
STATES = {"PAUSED": 132015, "DISABLED": 132016}


def read(box: Box, kind: str, body: Part) -> tuple[str, dict[str, Any], dict[str, Any], File | None]:
    """The words as they are shown, what was filled in, what the page needs. Raises Refusal."""
    name, language = str(body.get("name")), reading.text_in(body, "language", "code")
    template = box.templates.find(name, language)
    if template is None or template.status in ("REJECTED", "PENDING"):
        raise wrong(132001, f"template name ({name}) does not exist in {language}")
    if template.status in STATES:
        raise wrong(STATES[template.status])
    parts = {str(part.get("type")).lower(): part for part in reading.objects_in(body.get("components"))}
    values = _values(template, parts.get("body", {}))
    header = _header(template, parts.get("header", {}))
    buttons = [part for part in reading.objects_in(body.get("components")) if part.get("type") == "button"]
    choices = _choices(template, buttons)
    words = "\n".join(part for part in (header["words"], template.filled(values), template.footer) if part)
    content = {"name": name, "language": language, "parameters": values, "header": header["link"]}
    shown: dict[str, Any] = {"choices": choices, "template": name}
    file = box.phones.file_of(f"up-{header['id']}") if header["id"] else None
    if file:
        shown |= {"type": reading.base_type(file.type), "name": file.name or name}
    elif header["link"]:
        shown |= {"link": header["link"], "name": reading.name_in(header["link"])}
    return words, content, shown, file


def _values(template: Template, part: Part) -> dict[str, str]:
    given = reading.objects_in(part.get("parameters"))
    holes = template.holes
    if len(given) != len(holes):
        raise wrong(132000, f"body: number of localizable_params ({len(given)}) does not match ({len(holes)})")
    values: dict[str, str] = {}
    for place, parameter in enumerate(given):
        name = str(parameter.get("parameter_name", "")) if template.named else holes[place]
        text = parameter.get("text")
        if parameter.get("type") != "text" or not isinstance(text, str) or not text or name not in holes:
            raise wrong(132012, f"body: parameter {name or place + 1} is not as in the template")
        if "\n" in text or "\t" in text or "    " in text:
            raise wrong(132012, "parameters have no new lines, tabs or more than three spaces")
        values[name] = text
    return values


def _header(template: Template, part: Part) -> dict[str, str]:
    given = reading.objects_in(part.get("parameters"))
    if template.header in ("IMAGE", "DOCUMENT"):
        kind = template.header.lower()
        file = reading.object_in(given[0] if given else {}, kind)
        link, media_id = file.get("link"), file.get("id")
        if not reading.is_address(link) and not media_id:
            raise wrong(132012, f"header: Format mismatch, expected {template.header}, received UNKNOWN")
        return {"words": "", "link": str(link or ""), "id": str(media_id or "")}
    if given:
        raise wrong(132000, "header: the template has no parameters there")
    return {"words": template.header, "link": "", "id": ""}


def _choices(template: Template, given: list[Part]) -> list[reading.Choice]:
    by_place = {str(part.get("index")): part for part in given}
    found = []
    for place, button in enumerate(template.buttons):
        values = reading.objects_in(by_place.get(str(place), {}).get("parameters"))
        value = str((values[0] if values else {}).get("payload") or (values[0] if values else {}).get("text") or "")
        if button["type"] == "URL":
            if HOLE.search(button["url"]) and not value:
                raise wrong(131008, f"buttons: Button at index {place} of type Url requires a parameter")
            found.append(reading.choice("url", HOLE.sub(value.replace("\\", ""), button["url"]), button["text"]))
        else:
            found.append(reading.choice("template", value or button["text"], button["text"]))
    if len(by_place) > len(template.buttons):
        raise wrong(132000, "buttons: there are more parameters than buttons")
    return found
