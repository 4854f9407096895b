"""Whapi's channel itself: how it is, linking it, its settings, files."""

from __future__ import annotations

import base64
import secrets
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from roms.channels.fake import faces, qr, reading
from roms.channels.fake.courier import is_here
from roms.channels.fake.model import BUSINESS, File, Refusal, Reply, Request, Route
from roms.channels.fake.people import is_group
from roms.channels.fake.whapi.incoming import health
from roms.channels.fake.whapi.outgoing import allowed, linked
from roms.channels.fake.whapi.words import refusal, wrong

if TYPE_CHECKING:
    from roms.channels.fake.box import Box


def how(box: Box, request: Request, parts: Sequence[str]) -> Reply:
    """GET /health; anybody may ask for it in the box."""
    gateway = box.gateways["whapi"]
    if request.query.get("wakeup") == "true":
        gateway.start()
    return Reply(200, health(gateway))


def login(box: Box, request: Request, parts: Sequence[str]) -> Reply:
    """GET /users/login: the code to scan, as data, as a picture or raw; or a code to type for a phone."""
    allowed(box, request)
    gateway, form = box.gateways["whapi"], parts[0]
    if gateway.works:
        raise Refusal(refusal(409))
    if request.query.get("wakeup") == "true":
        gateway.start()
    if form.isdigit():
        return Reply(200, {"code": gateway.pair()})
    if not gateway.code:
        return Reply(200, {"status": "TIMEOUT" if gateway.state in ("failed", "stopped") else "WAITING"})
    picture, left = qr.picture(gateway.code), gateway.shown()["left"]
    if form == "image":
        return Reply(200, picture, "image/png")
    if form == "rowdata":
        return Reply(200, {"status": "OK", "rowdata": gateway.code, "expire": left})
    data = f"data:image/png;base64,{base64.b64encode(picture).decode()}"
    return Reply(200, {"status": "OK", "base64": data, "expire": left})


def logout(box: Box, request: Request, parts: Sequence[str]) -> Reply:
    """POST /users/logout"""
    allowed(box, request)
    if not box.gateways["whapi"].works:
        raise Refusal(refusal(409))
    box.gateways["whapi"].logout()
    return Reply(200, {"success": True})


def settings(box: Box, request: Request, parts: Sequence[str]) -> Reply:
    """GET and PATCH /settings: the webhook with its header, and which files come with a link."""
    allowed(box, request)
    config = box.gateways["whapi"].config
    if request.method == "PATCH":
        body = request.body
        if not isinstance(body, dict):
            raise wrong("body should be object")
        _webhook(box, body)
        config.update(body)
    return Reply(200, {"callback_persist": False, "webhooks": [], "media": {"auto_download": []}} | config)


def _webhook(box: Box, body: dict[str, Any]) -> None:
    """Only addresses on this machine are called: nothing of the box goes anywhere else."""
    for hook in reading.objects_in(body.get("webhooks")):
        url, headers = hook.get("url"), hook.get("headers") or {}
        if not isinstance(url, str) or not isinstance(headers, dict) or len(headers) > 5:
            raise wrong("body.webhooks[0].url should be string, headers an object of at most 5")
        if is_here(url):
            box.couriers["whapi"].webhook = url
            box.secrets.whapi_headers = {str(name): str(value) for name, value in headers.items()}


def limits(box: Box, request: Request, parts: Sequence[str]) -> Reply:
    """GET /limits"""
    allowed(box, request)
    return Reply(200, {"messages": 1000, "chats": 100, "used_messages": len(box.accepted)})


def upload(box: Box, request: Request, parts: Sequence[str]) -> Reply:
    """POST /media: a file to send later by its id."""
    linked(box, request)
    type_ = request.headers.get("content-type", "application/octet-stream")
    file: File | None = File(type_, request.raw)
    if reading.base_type(type_) == "application/json":
        file = reading.file_in(request.fields.get("media"))
    if file is None or not file.data:
        raise wrong("body should be a file")
    file_id = f"{reading.base_type(file.type).rpartition('/')[2]}-{secrets.token_hex(16)}"
    box.phones.keep(file_id, file)
    return Reply(200, {"media": [{"id": file_id}]})


def media(box: Box, request: Request, parts: Sequence[str]) -> Reply:
    """GET /media/<id>"""
    allowed(box, request)
    file = box.phones.file_of(parts[0])
    if file is None:
        raise Refusal(refusal(404))
    return Reply(200, file.data, file.type)


def link(box: Box, request: Request, parts: Sequence[str]) -> Reply:
    """GET /_files/<id>: where a `link` leads; nobody is asked who he is."""
    file = box.phones.file_of(parts[0])
    return Reply(200, file.data, file.type) if file else refusal(404)


def contact(box: Box, request: Request, parts: Sequence[str]) -> Reply:
    """GET /contacts/<id>/profile: name and picture of a person; GET /contacts/lids/<lid>: the number behind it."""
    allowed(box, request)
    person = box.phones.find(parts[0])
    if person is None or is_group(person):
        raise Refusal(refusal(404))
    shown = {"id": person.number, "name": person.name, "pushname": person.name}
    return Reply(200, shown | {"icon": faces.url(person, request.base)})


def face(box: Box, request: Request, parts: Sequence[str]) -> Reply:
    """GET /_faces/<who>: a person's picture; like WhatsApp's own, for whoever has its address."""
    person = box.phones.find(parts[0])
    return Reply(200, faces.drawn(person), "image/png") if person else refusal(404)


def chat_messages(box: Box, request: Request, parts: Sequence[str]) -> Reply:
    """GET /messages/list/<chat>?time_from=&from_me=: what was said lately, newest first."""
    allowed(box, request)
    person = box.phones.find(parts[0])
    if person is None:
        raise Refusal(refusal(404))
    since, ours = int(request.query.get("time_from", "0")), request.query.get("from_me")
    lines = [
        line
        for line in box.phones.said(person, "whapi")
        if int(line["at"]) >= since and ours in (None, str(not line["mine"]).lower())
    ]
    messages = [_listed(line, parts[0]) for line in lines[: int(request.query.get("count", "100"))]]
    return Reply(200, {"messages": messages, "count": len(messages), "total": len(lines)})


def _listed(line: dict[str, Any], chat: str) -> dict[str, Any]:
    kind, shown = line["kind"], line["shown"]
    place = {key: shown[key] for key in ("latitude", "longitude") if key in shown}
    content: dict[str, Any] = {"body": line["text"]} if kind == "text" else {"caption": line["text"], **place}
    source = "mobile" if line["mine"] or line["by"] == "phone" else "api"
    ends = {"chat_id": chat, "from": chat if line["mine"] else BUSINESS, "from_me": not line["mine"]}
    return {"id": line["id"], "type": kind, "timestamp": int(line["at"]), "source": source, kind: content, **ends}


ROUTES = (
    Route("GET", r"/health", how),
    Route("GET", r"/users/login(?:/([a-z]+|\d+))?", login),
    Route("POST", r"/users/logout", logout),
    Route("GET", r"/settings", settings),
    Route("PATCH", r"/settings", settings),
    Route("GET", r"/limits", limits),
    Route("POST", r"/media", upload, "upload"),
    Route("GET", r"/media/([^/]+)", media, "media"),
    Route("GET", r"/_files/([^/]+)", link, "media"),
    Route("GET", r"/contacts/([^/]+)/profile", contact),
    Route("GET", r"/_faces/([^/]+)", face, "media"),
    Route("GET", r"/messages/list/([^/]+)", chat_messages),
)
