"""What Meta takes at POST /<version>/<phone number id>/messages: every kind, read marks and typing."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from roms.channels.fake import reading
from roms.channels.fake.meta import templating
from roms.channels.fake.meta.words import refusal, wrong
from roms.channels.fake.model import Draft, File, Person, Refusal, Reply, Request, Route, Taken
from roms.channels.fake.people import USER_ID, is_group
from roms.channels.fake.secrets_of import PHONE_NUMBER_ID, bearer, same

if TYPE_CHECKING:
    from roms.channels.fake.box import Box

Read = tuple[str, dict[str, Any], dict[str, Any], File | None]  # words, content, what the page needs, the file
Part = Mapping[str, Any]
# Kind of file: its types and the most bytes, as Meta lists them.
FILES: Mapping[str, tuple[str, int]] = {
    "image": (r"image/(jpeg|png)", 5 << 20),
    "audio": (r"audio/(aac|amr|mpeg|mp4|ogg)", 16 << 20),
    "video": (r"video/(mp4|3gpp)", 16 << 20),
    "sticker": (r"image/webp", 500 << 10),
    "document": (r"[\w.+-]+/[\w.+-]+", 100 << 20),
}
TYPES = re.compile("|".join(pattern for pattern, _ in FILES.values()))


def allowed(box: Box, request: Request) -> None:
    """The token. Raises Refusal."""
    if not same(bearer(request.headers), box.secrets.meta_token):
        raise Refusal(refusal(0, 190))


def messages(box: Box, request: Request, parts: Sequence[str]) -> Draft | Reply:
    """A send, or with `status: read` a mark, perhaps with typing."""
    allowed(box, request)
    if parts[0] != PHONE_NUMBER_ID:
        raise Refusal(refusal(400, 33))
    body = request.fields
    if body.get("messaging_product") != "whatsapp":
        raise wrong(100, "messaging_product must be whatsapp")
    return _mark(box, body) if body.get("status") == "read" else _send(box, body)


def _mark(box: Box, body: Part) -> Reply:
    line = box.phones.line(str(body.get("message_id")))
    person = box.phones.person_of(line.id) if line else None
    if line is None or person is None or not line.mine:
        raise wrong(131009, "message_id is not one of a message that came in")
    box.phones.signal("meta", person, "read", id=line.id)
    if reading.text_in(body, "typing_indicator", "type") == "text":
        box.phones.signal("meta", person, "typing")
    return Reply(200, {"success": True})


def _send(box: Box, body: Part) -> Draft:
    person, to = _recipient(box, body)
    kind = body.get("type", "text")
    content = body.get(str(kind))
    if kind not in READERS:
        raise wrong(100, f"Param type must be one of {', '.join(map(str, READERS))}")
    if not isinstance(content, dict | list):
        raise wrong(131008, f"The parameter {kind} is required.")
    words, parsed, shown, file = READERS[kind](box, str(kind), content)
    _pace(box, person)
    template = kind == "template"
    late = not template and not is_group(person) and not box.limits.is_open("meta", person.key)
    said = {"interactive": "text", "contacts": "contact"}.get(str(kind), str(kind))
    return Draft(
        "meta", person, to, said, lambda taken: _taken(body, template, taken), words, parsed, shown, file,
        reading.text_in(body, "context", "message_id"), parsed.get("target", ""), body, 131047 if late else 0,
        data=str(body.get("biz_opaque_callback_data") or ""),
    )  # fmt: skip


def _recipient(box: Box, body: Part) -> tuple[Person, str]:
    to, hidden = body.get("to"), body.get("recipient")
    if isinstance(hidden, str) and USER_ID.fullmatch(hidden):
        to = hidden
    elif not isinstance(to, str) or not re.fullmatch(r"\+?\d{5,20}|[\w-]{5,80}", to):
        raise wrong(131008 if to is None else 131009, "to must be a phone number")
    grouped = body.get("recipient_type") == "group"
    person = box.phones.find(f"{to}@g.us" if grouped else to)
    if person is None:
        raise wrong(131009, "to must be a phone number")
    return person, to


def _pace(box: Box, person: Person) -> None:
    if box.limits.too_fast("meta"):
        raise Refusal(refusal(0, 130429))
    if box.limits.too_often("meta", person.key):
        raise Refusal(refusal(0, 131056))


def _taken(body: Part, template: bool, taken: Taken) -> Reply:
    person = taken.draft.person
    number = {"wa_id": person.shown_number} if person.shown_number else {}
    contact = {"input": taken.draft.to, **number, "user_id": person.user_id}
    message = {"id": taken.id} | ({"message_status": "accepted"} if template else {})
    return Reply(200, {"messaging_product": "whatsapp", "contacts": [contact], "messages": [message]})


def _text(box: Box, kind: str, body: Part) -> Read:
    if not reading.is_text(body.get("body"), 4096):
        raise wrong(100, "Param text['body'] must be at least 1 and at most 4096 characters long.")
    return body["body"], {}, {}, None


def _media(box: Box, kind: str, body: Part) -> Read:
    caption, name = str(body.get("caption") or ""), str(body.get("filename") or "")
    if len(caption) > 1024 or (caption and kind in ("audio", "sticker")):
        raise wrong(131009, "caption is too long, or not for this kind")
    content: dict[str, Any] = {"caption": caption, "name": name}
    if body.get("id"):
        file = box.phones.file_of(f"up-{body['id']}")
        if file is None:
            raise wrong(100, f"Media ID {body['id']} does not exist")
        pattern, most = FILES[kind]
        if not re.fullmatch(pattern, reading.base_type(file.type)) or len(file.data) > most:
            raise wrong(131053, f"{file.type} of {len(file.data)} bytes is no {kind}")
        content |= {"id": body["id"], "mime": file.type, "size": len(file.data), "voice": body.get("voice") is True}
        return caption, content, {"name": name or file.name or kind, "type": reading.base_type(file.type)}, file
    if not reading.is_address(body.get("link")):
        raise wrong(131009, "Either id or an https link is wanted")
    link = str(body["link"])
    return caption, content | {"link": link}, {"link": link, "name": name or reading.name_in(link)}, None


def _location(box: Box, kind: str, body: Part) -> Read:
    try:
        place = {key: float(body[key]) for key in ("latitude", "longitude")}
    except (KeyError, TypeError, ValueError):
        raise wrong(131009, "latitude and longitude are wanted") from None
    named = {key: str(body[key]) for key in ("name", "address") if body.get(key)}
    return "\n".join(named.values()), place | named, dict(place), None


def _contacts(box: Box, kind: str, body: Any) -> Read:
    cards = reading.objects_in(body)
    if not cards or not all(reading.text_in(card, "name", "formatted_name") for card in cards):
        raise wrong(131008, "contacts[0].name.formatted_name is required")
    known = [
        {"name": reading.text_in(card, "name", "formatted_name"),
         "phone": "".join(reading.text_in(phone, "phone") for phone in reading.objects_in(card.get("phones"))[:1])}
        for card in cards
    ]  # fmt: skip
    return "\n".join(f"{one['name']}\n{one['phone']}" for one in known), {"contacts": known}, {}, None


def _reaction(box: Box, kind: str, body: Part) -> Read:
    target, emoji = body.get("message_id"), body.get("emoji", "")
    if not isinstance(target, str) or not isinstance(emoji, str) or len(emoji) > 16:
        raise wrong(131009, "message_id and emoji are wanted")
    if box.phones.line(target) is None:
        raise wrong(131009, "message_id is not known")
    return emoji, {"target": target, "emoji": emoji}, {}, None


def _interactive(box: Box, kind: str, body: Part) -> Read:
    form, words, action = body.get("type"), reading.text_in(body, "body", "text"), reading.object_in(body, "action")
    if not reading.is_text(words, 1024):
        raise wrong(131009, "Body text length invalid. Min length: 1, Max length: 1024")
    for part in ("header", "footer"):
        if len(reading.text_in(body, part, "text")) > 60:
            raise wrong(131009, f"{part} text length invalid. Max length: 60")
    if form not in FORMS:
        raise wrong(131009, f"interactive type must be one of {', '.join(map(str, FORMS))}")
    fault, choices, label = FORMS[form](action)
    if fault:
        raise wrong(131009, fault)
    parts = (reading.text_in(body, "header", "text"), words, reading.text_in(body, "footer", "text"))
    shown: dict[str, Any] = {"choices": choices, "label": label}
    return "\n".join(part for part in parts if part), {"type": form, "choices": choices, "words": words}, shown, None


Form = tuple[str, list[reading.Choice], str]


def _buttons(action: Part) -> Form:
    replies = [reading.object_in(one, "reply") for one in reading.objects_in(action.get("buttons"))]
    found = [reading.choice("button", one.get("id", ""), one.get("title", "")) for one in replies]
    return reading.choices_fault(found, reading.MOST_BUTTONS, 20, 256), found, ""


def _list(action: Part) -> Form:
    label, sections = reading.text_in(action, "button"), reading.objects_in(action.get("sections"))
    rows = [row for section in sections for row in reading.objects_in(section.get("rows"))]
    found = [reading.choice("list", row.get("id", ""), row.get("title", ""), row.get("description")) for row in rows]
    fault = reading.choices_fault(found, reading.MOST_ROWS, 24, 200)
    titles = [reading.text_in(section, "title") for section in sections]
    if not 1 <= len(label) <= 20:
        fault = "Button label length invalid. Min length: 1, Max length: 20"
    elif len(sections) > 1 and not all(1 <= len(title) <= 24 for title in titles):
        fault = "Section title length invalid. Min length: 1, Max length: 24"
    elif any(len(one["description"]) > 72 for one in found):
        fault = "Row description is too long. Max length: 72"
    return fault, found, label


def _link(action: Part) -> Form:
    title, url = (reading.text_in(action, "parameters", key) for key in ("display_text", "url"))
    good = 1 <= len(title) <= 20 and reading.is_address(url)
    return "" if good else "display_text (20 at most) and url are wanted", [reading.choice("url", url, title)], ""


def _ask_place(action: Part) -> Form:
    return "" if action.get("name") == "send_location" else "action.name must be send_location", [], ""


FORMS: Mapping[object, Callable[[Part], Form]] = {
    "button": _buttons,
    "list": _list,
    "cta_url": _link,
    "location_request_message": _ask_place,
}
READERS: Mapping[object, Callable[[Box, str, Any], Read]] = {
    "text": _text,
    **dict.fromkeys(FILES, _media),
    "location": _location,
    "contacts": _contacts,
    "reaction": _reaction,
    "interactive": _interactive,
    "template": templating.read,
}
ROUTES = (Route("POST", r"/v\d+\.\d+/(\d+)/messages", messages, "send"),)
