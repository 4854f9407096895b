"""An approved template read: what has to be filled in, whether that was done right, and how it reads then.

Components come in Meta's own form. Holes are {{1}}, {{2}} or {{name}}; which values WhatsApp refuses stands in `check`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from roms.engine.types import JSON
from roms.errors import Invalid

HOLE = re.compile(r"\{\{\s*([A-Za-z0-9_]+)\s*\}\}")
UNSENDABLE = re.compile(r"[\n\r\t]| {4}")  # WhatsApp refuses these in a value
FILES = ("image", "video", "document")
FILLED_BUTTONS = {"URL": "url", "COPY_CODE": "copy_code"}
PLAIN_BUTTONS = ("QUICK_REPLY", "PHONE_NUMBER", "URL", "COPY_CODE", "VOICE_CALL")
KNOWN = ("HEADER", "BODY", "FOOTER", "BUTTONS")
LONGEST = {"body": 1024, "header": 60, "button": 2000}  # characters, filled in

Components = Sequence[Any]


def parameters(components: Components) -> list[JSON]:
    """What has to be filled in, in the order it reads: [{where, key, example}]."""
    header, body = _part(components, "HEADER"), _part(components, "BODY")
    found: list[JSON] = []
    if (format_ := _word(header, "format").lower()) in FILES:
        found.append({"where": "header", "key": format_, "example": ""})
    else:
        found += _holes("header", header)
    found += _holes("body", body)
    return found + [
        {
            "where": "button",
            "key": str(index),
            "type": type_,
            "hole": "".join(HOLE.findall(_word(button, "url"))[:1]),
            "example": _first(button.get("example")),
        }
        for index, type_, button in _filled_buttons(components)
    ]


def is_known(components: Components) -> bool:
    """Whether these are only parts that we can fill in; a carousel or an offer that ends are not."""
    types = {_word(each, "type").upper() for each in components if isinstance(each, Mapping)}
    formats = {_word(_part(components, "HEADER"), "format").lower()} - {"", "text", *FILES}
    buttons = {_word(button, "type").upper() for button in _buttons(components)}
    return "BODY" in types and types <= set(KNOWN) and not formats and buttons <= set(PLAIN_BUTTONS)


def filled(components: Components, given: Mapping[str, Any]) -> JSON:
    """The parameters as they are sent: {body, header?, buttons?}; Invalid names the one that is not right."""
    wanted = parameters(components)
    made: JSON = {"body": _body(wanted, given.get("body") or [])}
    header = [each for each in wanted if each["where"] == "header"]
    if header:
        made["header"] = _header(header[0]["key"], given.get("header") or {})
    buttons = {each["key"]: each for each in wanted if each["where"] == "button"}
    if buttons:
        made["buttons"] = _button_values(buttons, given.get("buttons") or [])
    for extra in set(given) - set(made):
        if given[extra]:
            raise Invalid(f"this template has no {extra} to fill in", field=f"template.parameters.{extra}")
    check("body", rendered(_word(_part(components, "BODY"), "text"), made["body"]), "body", is_value=False)
    return made


def preview(components: Components, made: Mapping[str, Any]) -> str:
    """The message as the contact will read it."""
    header = _part(components, "HEADER")
    value = str((made.get("header") or {}).get("text", ""))
    top = HOLE.sub(lambda _: value, _word(header, "text"))
    if (format_ := _word(header, "format").lower()) in FILES:
        top = f"[{format_}]"
    body = rendered(_word(_part(components, "BODY"), "text"), made.get("body") or [])
    return "\n".join(filter(None, (top, body, _word(_part(components, "FOOTER"), "text"))))


def button_texts(components: Components) -> list[JSON]:
    """What stands on its buttons, in their order: [{text}]."""
    return [{"text": text} for button in _buttons(components) if (text := _word(button, "text"))]


def rendered(text: str, values: Sequence[str] | Mapping[str, str]) -> str:
    """The text with its holes filled; a hole without a value stays as it is."""
    named = values if isinstance(values, Mapping) else {str(at): value for at, value in enumerate(values, 1)}
    return HOLE.sub(lambda hole: str(named.get(hole[1], hole[0])), text)


def check(where: str, value: object, field: str, is_value: bool = True) -> str:
    """The value, stripped; Invalid where it is empty, too long, or has what WhatsApp refuses."""
    text = value.strip() if isinstance(value, str) else ""
    field = f"template.parameters.{field}"
    if not text:
        raise Invalid("this has to be filled in", field=field)
    if is_value and UNSENDABLE.search(text):
        raise Invalid("WhatsApp takes no line break, no tab and no four spaces in a row here", field=field)
    if len(text) > LONGEST[where]:
        raise Invalid(f"this has at most {LONGEST[where]} characters", field=field)
    return text


def _body(wanted: Sequence[JSON], given: Any) -> list[str] | dict[str, str]:
    keys = [each["key"] for each in wanted if each["where"] == "body"]
    if isinstance(given, list):
        given = dict(zip(keys, given, strict=True)) if len(given) == len(keys) else None
    if not isinstance(given, Mapping) or set(given) != set(keys):
        raise Invalid(f"this template has {len(keys)} value(s) to fill in", field="template.parameters.body")
    values = {key: check("body", given[key], f"body.{key}") for key in keys}
    in_order = [str(number) for number in range(1, len(keys) + 1)]
    # Twilio numbers its holes through all parts, so that the text may begin with {{2}}: those stay named.
    return [values[key] for key in in_order] if set(keys) == set(in_order) else values


def _header(key: str, given: Any) -> JSON:
    given = given if isinstance(given, Mapping) else {}
    if key in FILES:
        return {"type": key, "file": check("button", given.get("file"), "header.file")}
    return {"type": "text", "text": check("header", given.get("text"), "header.text"), "key": key}


def _button_values(wanted: Mapping[str, JSON], given: Any) -> list[JSON]:
    values = {str(each.get("index")): each.get("value") for each in given if isinstance(each, Mapping)}
    if set(values) != set(wanted):
        raise Invalid(f"this template has {len(wanted)} button(s) to fill in", field="template.parameters.buttons")
    return [
        {
            "index": int(key),
            "type": button["type"],
            "key": button["hole"],
            "value": check("button", values[key], f"buttons.{key}"),
        }
        for key, button in wanted.items()
    ]


def _holes(where: str, part: Mapping[str, Any]) -> list[JSON]:
    keys = dict.fromkeys(HOLE.findall(_word(part, "text")))
    examples = _examples(part, where)
    return [{"where": where, "key": key, "example": examples.get(key, "")} for key in keys]


def _examples(part: Mapping[str, Any], where: str) -> dict[str, str]:
    """By hole; Meta gives them as a list of lists, as a plain list, or as named ones."""
    example = part.get("example")
    example = example if isinstance(example, Mapping) else {}
    named = example.get(f"{where}_text_named_params")
    if isinstance(named, list):
        return {_word(each, "param_name"): _word(each, "example") for each in named if isinstance(each, Mapping)}
    values = example.get(f"{where}_text")
    values = values[0] if isinstance(values, list) and values and isinstance(values[0], list) else values
    return {str(at): str(value) for at, value in enumerate(values, 1)} if isinstance(values, list) else {}


def _filled_buttons(components: Components) -> Iterator[tuple[int, str, Mapping[str, Any]]]:
    for index, button in enumerate(_buttons(components)):
        type_ = _word(button, "type").upper()
        if type_ == "COPY_CODE" or (type_ == "URL" and HOLE.search(_word(button, "url"))):
            yield index, FILLED_BUTTONS[type_], button


def _buttons(components: Components) -> list[Mapping[str, Any]]:
    buttons = _part(components, "BUTTONS").get("buttons")
    return [button for button in buttons if isinstance(button, Mapping)] if isinstance(buttons, list) else []


def _part(components: Components, type_: str) -> Mapping[str, Any]:
    found = (each for each in components if isinstance(each, Mapping) and _word(each, "type").upper() == type_)
    return next(found, {})


def _word(of: Mapping[str, Any], name: str) -> str:
    value = of.get(name)
    return value if isinstance(value, str) else ""


def _first(example: Any) -> str:
    return str(example[0]) if isinstance(example, list) and example else example if isinstance(example, str) else ""
