"""What WAHA takes: messages of every kind, and marks."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from roms.channels.fake import reading
from roms.channels.fake.model import Draft, File, Person, Refusal, Reply, Request, Route, Taken
from roms.channels.fake.secrets_of import same
from roms.channels.fake.waha.incoming import STATES
from roms.channels.fake.waha.words import SESSION, US, address, refusal, wrong

if TYPE_CHECKING:
    from roms.channels.fake.box import Box

CHAT = re.compile(r"\d{5,20}@c\.us|\d{5,20}@lid|[\d-]{5,40}@g\.us")
Body = Mapping[str, Any]
Read = tuple[str, str, dict[str, Any], dict[str, Any], File | None]  # kind, words, content, for the page, the file


def allowed(box: Box, request: Request) -> None:
    """The key. Raises Refusal."""
    if not same(request.headers.get("x-api-key", ""), box.secrets.waha_api_key):
        raise Refusal(Reply(401, {"message": "Unauthorized", "statusCode": 401}))


def session(box: Box, request: Request, name: object, working: bool = True) -> None:
    """The key, a session of this name, and that it works. Raises Refusal."""
    allowed(box, request)
    gateway = box.gateways["waha"]
    if name != SESSION or not gateway.exists:
        raise Refusal(Reply(404, {"message": "Session not found", "error": "Not Found", "statusCode": 404}))
    if working and not gateway.works:
        said = "Session status is not as expected. Try again later or restart the session"
        body = {"error": said, "session": SESSION, "status": STATES[gateway.state], "expected": ["WORKING"]}
        raise Refusal(Reply(422, body))


def chat(box: Box, body: Body) -> Person:
    """The person of chatId. Raises Refusal."""
    name = body.get("chatId")
    person = box.phones.find(name) if isinstance(name, str) and CHAT.fullmatch(name) else None
    if person is None:
        raise wrong("chatId must be <digits>@c.us, <id>@lid or <id>@g.us")
    return person


def send(box: Box, request: Request, parts: Sequence[str]) -> Draft:
    """POST /api/send<Kind>"""
    body = request.fields
    session(box, request, body.get("session"))
    if parts[0] not in READERS:
        raise Refusal(refusal(422, 0, "The method is not implemented by the engine"))
    person = chat(box, body)
    kind, words, content, shown, file = READERS[parts[0]](body)
    quotes = str(body.get("reply_to") or "")
    return Draft("waha", person, str(body["chatId"]), kind, _sent, words, content, shown, file, quotes, body=body)


def _sent(taken: Taken) -> Reply:
    body = {"id": taken.id, "timestamp": int(taken.at), "from": US, "fromMe": True, "source": "api"}
    body |= {"to": taken.draft.to, "body": taken.draft.text, "hasMedia": taken.draft.file is not None, "media": None}
    return Reply(201, body | {"ack": 0, "ackName": "PENDING", "replyTo": None, "_data": {}})


def _text(body: Body) -> Read:
    if not reading.is_text(body.get("text"), 65536):
        raise wrong("text must be a string that is not empty")
    return "text", body["text"], {}, {}, None


def _media(kind: str) -> Callable[[Body], Read]:
    def read(body: Body) -> Read:
        given, caption = reading.object_in(body, "file"), str(body.get("caption") or "")
        mime, name = reading.text_in(given, "mimetype"), reading.text_in(given, "filename")
        content: dict[str, Any] = {"caption": caption, "name": name, "mime": mime}
        if not mime:
            raise wrong("file.mimetype must be a string")
        if reading.is_address(given.get("url")):
            link = str(given["url"])
            shown = {"link": link, "name": name or reading.name_in(link)}
            return kind, caption, content | {"link": link}, shown, None
        file = reading.decoded(given.get("data"), mime, name) if given.get("data") else None
        if file is None:
            raise wrong("file.url or file.data is wanted")
        content["size"] = len(file.data)
        return kind, caption, content, {"name": name or kind, "type": reading.base_type(mime)}, file

    return read


def _location(body: Body) -> Read:
    if not all(reading.is_number(body.get(key)) for key in ("latitude", "longitude")):
        raise wrong("latitude and longitude must be numbers")
    place = {key: body[key] for key in ("latitude", "longitude")}
    title = str(body.get("title") or "")
    return "location", title, place | {"name": title}, place, None


def _cards(body: Body) -> Read:
    known = []
    for card in reading.objects_in(body.get("contacts")):
        vcard = reading.text_in(card, "vcard")
        name = reading.text_in(card, "fullName") or "".join(re.findall(r"^FN:(.+)$", vcard, re.MULTILINE)[:1])
        known.append({"name": name, "phone": reading.text_in(card, "phoneNumber") or reading.card_words(vcard)})
    if not known or not all(one["name"] and one["phone"] for one in known):
        raise wrong("contacts need fullName and phoneNumber, or a vcard")
    return "contact", "\n".join(f"{one['name']}\n{one['phone']}" for one in known), {"contacts": known}, {}, None


def _poll(body: Body) -> Read:
    poll = reading.object_in(body, "poll")
    options = poll.get("options")
    if not reading.is_text(poll.get("name"), 255) or not isinstance(options, list) or len(options) < 2:
        raise wrong("poll.name and poll.options are wanted")
    return "text", "\n".join((poll["name"], *(f"▸ {one}" for one in options))), {"options": options}, {}, None


READERS: Mapping[str, Callable[[Body], Read]] = {
    "Text": _text,
    "Image": _media("image"),
    "Video": _media("video"),
    "Voice": _media("voice"),
    "File": _media("document"),
    "Location": _location,
    "ContactVcard": _cards,
    "Poll": _poll,
}


def _whose(box: Box, message_id: object) -> tuple[Person, str]:
    found = str(message_id)
    person = box.phones.person_of(found)
    if person is None:
        raise Refusal(refusal(404, 0, "Message not found"))
    return person, found


def react(box: Box, request: Request, parts: Sequence[str]) -> Draft:
    """PUT /api/reaction"""
    body = request.fields
    session(box, request, body.get("session"))
    person, target = _whose(box, body.get("messageId"))
    emoji = body.get("reaction")
    if not isinstance(emoji, str):
        raise wrong("reaction must be a string")
    content = {"target": target, "emoji": emoji}
    return Draft("waha", person, address(person), "reaction", _sent, emoji, content, target=target, body=body)


def change(box: Box, request: Request, parts: Sequence[str]) -> Draft:
    """PUT and DELETE /api/<session>/chats/<chat>/messages/<id>: an edit, a deletion."""
    session(box, request, parts[0])
    person, target = _whose(box, unquote(parts[1]))
    editing = request.method == "PUT"
    text = str(request.fields.get("text") or "")
    if editing and not text:
        raise wrong("text must be a string that is not empty")
    kind = "edit" if editing else "delete"
    return Draft("waha", person, address(person), kind, _sent, text, {"target": target}, target=target,
                 body=request.body)  # fmt: skip


def signal(box: Box, request: Request, parts: Sequence[str]) -> Reply:
    """POST /api/sendSeen, startTyping, stopTyping"""
    body = request.fields
    session(box, request, body.get("session"))
    person = chat(box, body)
    word = {"sendSeen": "read", "startTyping": "typing", "stopTyping": "paused"}[parts[0]]
    box.phones.signal("waha", person, word)
    return Reply(201, {})


ROUTES = (
    Route("POST", r"/api/(sendSeen|startTyping|stopTyping)", signal),
    Route("POST", r"/api/send(\w+)", send, "send"),
    Route("PUT", r"/api/reaction", react, "send"),
    Route("PUT", r"/api/(\w+)/chats/[^/]+/messages/([^/]+)", change, "send"),
    Route("DELETE", r"/api/(\w+)/chats/[^/]+/messages/([^/]+)", change, "send"),
)
