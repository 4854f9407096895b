"""WAHA's session itself: begin, end, the code to scan, files, and who is behind a LID."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from roms.channels.fake import faces, qr, reading
from roms.channels.fake.courier import is_here
from roms.channels.fake.model import Refusal, Reply, Request, Route
from roms.channels.fake.waha.incoming import STATES
from roms.channels.fake.waha.outgoing import allowed, session
from roms.channels.fake.waha.words import ENVIRONMENT, ME, SESSION, refusal, wrong

if TYPE_CHECKING:
    from roms.channels.fake.box import Box

Parts = Sequence[str]


def _shown(box: Box, full: bool = True) -> dict[str, Any]:
    gateway = box.gateways["waha"]
    body = {"name": SESSION, "status": STATES[gateway.state], "config": gateway.config}
    if not full:
        return body
    at = int(gateway.past[-1][1] * 1000) if gateway.past else None
    return body | {"me": ME if gateway.works else None, "timestamps": {"activity": at}}


def create(box: Box, request: Request, parts: Parts) -> Reply:
    """POST /api/sessions"""
    allowed(box, request)
    gateway, body = box.gateways["waha"], request.fields
    if body.get("name", SESSION) != SESSION:
        raise wrong(f"this server holds one session, {SESSION!r}")
    if gateway.exists:
        raise Refusal(refusal(422, 0, f"Session '{SESSION}' already exists. Use PUT to update it."))
    gateway.exists = True
    _configure(box, body)
    if body.get("start", True):
        gateway.start()
    else:
        gateway.stop()
    return Reply(201, _shown(box, False))


def _configure(box: Box, body: dict[str, Any]) -> None:
    """Only addresses on this machine are called: nothing of the box goes anywhere else."""
    config = reading.object_in(body, "config")
    box.gateways["waha"].config = dict(config)
    for hook in reading.objects_in(config.get("webhooks")):
        url, key = hook.get("url"), reading.text_in(hook, "hmac", "key")
        if not isinstance(url, str):
            raise wrong("config.webhooks[0].url must be a string")
        if is_here(url):
            box.couriers["waha"].webhook = url
            box.secrets.waha_hmac_key = key or box.secrets.waha_hmac_key


def listed(box: Box, request: Request, parts: Parts) -> Reply:
    """GET /api/sessions"""
    allowed(box, request)
    return Reply(200, [_shown(box)] if box.gateways["waha"].exists else [])


def one(box: Box, request: Request, parts: Parts) -> Reply:
    """GET, PUT and DELETE /api/sessions/<name>"""
    session(box, request, parts[0], working=False)
    gateway = box.gateways["waha"]
    if request.method == "DELETE":
        gateway.stop()
        gateway.exists, gateway.past = False, []
    elif request.method == "PUT":
        _configure(box, request.fields)
        if gateway.works:
            gateway.restart()
    return Reply(200, _shown(box))


def act(box: Box, request: Request, parts: Parts) -> Reply:
    """POST /api/sessions/<name>/start, stop, restart, logout"""
    session(box, request, parts[0], working=False)
    gateway = box.gateways["waha"]
    {"start": gateway.start, "stop": gateway.stop, "restart": gateway.restart, "logout": gateway.logout}[parts[1]]()
    return Reply(201, _shown(box, False))


def code(box: Box, request: Request, parts: Parts) -> Reply:
    """GET /api/<session>/auth/qr: a picture, JSON or raw."""
    session(box, request, parts[0], working=False)
    gateway = box.gateways["waha"]
    if not gateway.code:
        said = "Can get QR code only in SCAN_QR_CODE status"
        raise Refusal(Reply(422, {"error": said, "session": SESSION, "status": STATES[gateway.state],
                                  "expected": ["SCAN_QR_CODE"]}))  # fmt: skip
    if request.query.get("format") == "raw":
        return Reply(200, {"value": gateway.code})
    picture = qr.picture(gateway.code)
    if "json" in request.headers.get("accept", ""):
        return Reply(200, {"mimetype": "image/png", "data": base64.b64encode(picture).decode()})
    return Reply(200, picture, "image/png")


def pair(box: Box, request: Request, parts: Parts) -> Reply:
    """POST /api/<session>/auth/request-code"""
    session(box, request, parts[0], working=False)
    if box.gateways["waha"].state != "scan" or not str(request.fields.get("phoneNumber", "")).isdigit():
        raise Refusal(refusal(422, 0, "A phone number is wanted, and a session that waits for a scan"))
    return Reply(201, {"code": box.gateways["waha"].pair()})


def file(box: Box, request: Request, parts: Parts) -> Reply:
    """GET /api/files/<session>/<name>"""
    session(box, request, parts[0], working=False)
    found = box.phones.file_of(f"waha-{unquote(parts[1])}")
    return Reply(200, found.data, found.type) if found else refusal(404)


def lid(box: Box, request: Request, parts: Parts) -> Reply:
    """GET /api/<session>/lids/<lid>: the number behind it, null while it is hidden."""
    session(box, request, parts[0])
    name = unquote(parts[1])
    name = name if name.endswith("@lid") else f"{name}@lid"
    person = box.phones.find(name)
    number = person.shown_number if person else ""
    return Reply(200, {"lid": name, "pn": f"{number}@c.us" if number else None})


def contact(box: Box, request: Request, parts: Parts) -> Reply:
    """GET /api/contacts/check-exists, /api/contacts and /api/contacts/profile-picture"""
    query = request.query
    session(box, request, query.get("session", SESSION))
    person = box.phones.find(query.get("phone") or query.get("contactId") or "")
    if parts[0] == "check-exists":
        known = {"chatId": f"{person.number}@c.us"} if person else {}
        return Reply(200, {"numberExists": person is not None, **known})
    if person is None:
        raise Refusal(refusal(404))
    if parts[0] == "profile-picture":
        return Reply(200, {"profilePictureURL": faces.url(person, request.base) or None})
    return Reply(200, {"id": query.get("contactId"), "name": person.name, "pushname": person.name})


def server(box: Box, request: Request, parts: Parts) -> Reply:
    """GET /ping, /health, /api/server/version"""
    return Reply(200, {"/ping": {"message": "pong"}, "/health": {"status": "ok"}}.get(request.path, ENVIRONMENT))


ROUTES = (
    Route("POST", r"/api/sessions", create),
    Route("GET", r"/api/sessions", listed),
    *(Route(method, r"/api/sessions/([\w-]+)", one) for method in ("GET", "PUT", "DELETE")),
    Route("POST", r"/api/sessions/([\w-]+)/(start|stop|restart|logout)", act),
    Route("GET", r"/api/([\w-]+)/auth/qr", code),
    Route("POST", r"/api/([\w-]+)/auth/request-code", pair),
    Route("GET", r"/api/files/([\w-]+)/([^/]+)", file, "media"),
    Route("GET", r"/api/([\w-]+)/lids/([^/]+)", lid),
    Route("GET", r"/api/contacts(?:/(check-exists|profile-picture))?", contact),
    Route("GET", r"/ping|/health|/api/server/version", server),
)
