"""What Whapi takes: messages of every kind, and what changes or marks one."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from roms.channels.fake import reading
from roms.channels.fake.model import BUSINESS, BUSINESS_NAME, Draft, File, Person, Refusal, Reply, Request, Route, Taken
from roms.channels.fake.secrets_of import bearer, same
from roms.channels.fake.whapi.words import address, refusal, wrong

if TYPE_CHECKING:
    from roms.channels.fake.box import Box

RECIPIENT = re.compile(r"\d{5,20}(@s\.whatsapp\.net)?|[\d-]{5,40}@g\.us|\d{5,20}@lid")
MEDIA = ("image", "video", "gif", "audio", "voice", "document", "sticker")
LARGEST = 100 << 20

Body = Mapping[str, Any]
Read = tuple[str, dict[str, Any], dict[str, Any], File | None]  # words, content, what the page needs, the file


def allowed(box: Box, request: Request) -> None:
    """The token, and a channel that is linked. Raises Refusal."""
    given = bearer(request.headers)
    if not any(same(given, token) for token in box.secrets.whapi_tokens):
        raise Refusal(refusal(401))


def linked(box: Box, request: Request) -> None:
    """The same, and a phone that is linked."""
    allowed(box, request)
    if not box.gateways["whapi"].works:
        raise Refusal(refusal(401))


def send(box: Box, request: Request, parts: Sequence[str]) -> Draft:
    """POST /messages/<kind>"""
    linked(box, request)
    kind, body = parts[0], request.body
    if kind not in READERS:
        raise Refusal(refusal(404))
    if not isinstance(body, dict):
        raise wrong("body should be object")
    to = body.get("to")
    person = box.phones.find(to) if isinstance(to, str) and RECIPIENT.fullmatch(to) else None
    if person is None:
        raise wrong("body.to should match pattern")
    words, content, shown, file = READERS[kind](box, kind, body)
    to = to if "@" in str(to) else f"{to}@s.whatsapp.net"
    if edited := body.get("edit"):
        return Draft("whapi", person, str(to), "edit", lambda taken: _sent(kind, str(to), taken), words,
                     content, target=str(edited), body=body)  # fmt: skip
    return Draft("whapi", person, str(to), _plain(kind, shown), lambda taken: _sent(kind, str(to), taken), words,
                 content, shown, file, str(body.get("quoted") or ""), body=body)  # fmt: skip


def _plain(kind: str, shown: Mapping[str, Any]) -> str:
    return {"contact_list": "contact", "gif": "video", "poll": "text"}.get(kind, kind)


def _sent(kind: str, to: str, taken: Taken) -> Reply:
    text = taken.draft.text
    message = {
        "id": taken.id,
        "from_me": True,
        "type": kind,
        "chat_id": to,
        "timestamp": int(taken.at),
        "source": "api",
        "status": "pending",
        kind: {"body": text} if kind == "text" else {"caption": text},
        "from": BUSINESS,
        "from_name": BUSINESS_NAME,
        "chat_name": taken.draft.person.name,
        "device_id": 1,
    }
    return Reply(201, {"sent": True, "message": message})


def _text(box: Box, kind: str, body: Body) -> Read:
    if not reading.is_text(body.get("body"), 65536):
        raise wrong("body.body should be a string that is not empty")
    return body["body"], {}, {}, None


def _media(box: Box, kind: str, body: Body) -> Read:
    media, caption = body.get("media"), str(body.get("caption") or "")
    name = str(body.get("filename") or "")
    content: dict[str, Any] = {"caption": caption, "name": name}
    if reading.is_address(media):
        content["link"] = media
        return caption, content, {"link": media, "name": name or reading.name_in(str(media))}, None
    file = reading.file_in(media) or (box.phones.file_of(str(media)) if isinstance(media, str) else None)
    if file is None:
        raise wrong("body.media should be an address or data")
    if len(file.data) > LARGEST:
        raise Refusal(refusal(413))
    content |= {"mime": file.type, "size": len(file.data), "name": name or file.name}
    return caption, content, {"name": name or file.name or kind, "type": reading.base_type(file.type)}, file


def _location(box: Box, kind: str, body: Body) -> Read:
    if not all(reading.is_number(body.get(key)) for key in ("latitude", "longitude")):
        raise wrong("body.latitude and body.longitude should be numbers")
    place = {key: body[key] for key in ("latitude", "longitude")}
    named = {key: str(body[key]) for key in ("name", "address") if body.get(key)}
    return "\n".join(named.values()), place | named, place, None


def _contact(box: Box, kind: str, body: Body) -> Read:
    cards = reading.objects_in(body.get("list")) if kind == "contact_list" else [body]
    if not cards or not all(reading.is_text(card.get(key), 9999) for card in cards for key in ("name", "vcard")):
        raise wrong("body.name and body.vcard should be strings that are not empty")
    known = [{"name": card["name"], "phone": reading.card_words(card["vcard"])} for card in cards]
    return "\n".join(f"{one['name']}\n{one['phone']}" for one in known), {"contacts": known}, {}, None


def _poll(box: Box, kind: str, body: Body) -> Read:
    options = body.get("options")
    if not reading.is_text(body.get("title"), 255) or not isinstance(options, list) or len(options) < 2:
        raise wrong("body.title and body.options are wanted")
    return "\n".join((body["title"], *(f"▸ {one}" for one in options))), {"options": options}, {}, None


def _interactive(box: Box, kind: str, body: Body) -> Read:
    words, action = reading.text_in(body, "body", "text"), reading.object_in(body, "action")
    if not reading.is_text(words, 1024):
        raise wrong("body.body.text should be a string of at most 1024")
    if body.get("type") == "button":
        found = [reading.choice("button", one.get("id"), one.get("title")) for one in
                 reading.objects_in(action.get("buttons"))]  # fmt: skip
        fault = reading.choices_fault(found, reading.MOST_BUTTONS, 20, 256)
    else:
        sections = reading.objects_in(reading.object_in(action, "list").get("sections"))
        rows = [row for section in sections for row in reading.objects_in(section.get("rows"))]
        found = [reading.choice("list", row.get("id"), row.get("title"), row.get("description")) for row in rows]
        fault = reading.choices_fault(found, reading.MOST_ROWS, 24, 200)
    if fault:
        raise wrong(fault)
    label = reading.text_in(action, "list", "label")
    return words, {"choices": found}, {"choices": found, "label": label}, None


READERS: Mapping[str, Callable[[Box, str, Body], Read]] = {
    "text": _text,
    **dict.fromkeys(MEDIA, _media),
    "location": _location,
    "contact": _contact,
    "contact_list": _contact,
    "poll": _poll,
    "interactive": _interactive,
}


def react(box: Box, request: Request, parts: Sequence[str]) -> Draft:
    """PUT /messages/<id>/reaction"""
    linked(box, request)
    emoji = request.fields.get("emoji")
    if not isinstance(emoji, str):
        raise wrong("body.emoji should be string")
    return _change(box, parts[0], "reaction", emoji, request.body)


def delete(box: Box, request: Request, parts: Sequence[str]) -> Draft:
    """DELETE /messages/<id>"""
    linked(box, request)
    return _change(box, parts[0], "delete", "", None)


def _change(box: Box, target: str, kind: str, text: str, body: object) -> Draft:
    person = _whose(box, target)
    good = Reply(200, {"success": True})
    content = {"emoji": text} if kind == "reaction" else {}
    return Draft("whapi", person, address(person), kind, lambda taken: good, text, content | {"target": target},
                 target=target, body=body)  # fmt: skip


def _whose(box: Box, message_id: str) -> Person:
    person = box.phones.person_of(message_id)
    if person is None:
        raise Refusal(refusal(404))
    return person


def read(box: Box, request: Request, parts: Sequence[str]) -> Reply:
    """PUT /messages/<id>: read up to here."""
    linked(box, request)
    box.phones.signal("whapi", _whose(box, parts[0]), "read", id=parts[0])
    return Reply(200, {"success": True})


def presence(box: Box, request: Request, parts: Sequence[str]) -> Reply:
    """PUT /presences/<chat>: typing, recording or a pause."""
    linked(box, request)
    word, person = request.fields.get("presence"), box.phones.find(parts[0])
    if word not in ("typing", "recording", "pause") or person is None:
        raise wrong("body.presence should be equal to one of the allowed values")
    box.phones.signal("whapi", person, "paused" if word == "pause" else "typing")
    contact = {"input": parts[0].partition("@")[0], "status": "valid", "wa_id": person.number}
    return Reply(200, {"contacts": [contact]})


ROUTES = (
    Route("POST", r"/messages/([a-z_]+)", send, "send"),
    Route("PUT", r"/messages/([^/]+)/reaction", react, "send"),
    Route("PUT", r"/messages/([^/]+)", read),
    Route("DELETE", r"/messages/([^/]+)", delete, "send"),
    Route("PUT", r"/presences/([^/]+)", presence),
)
