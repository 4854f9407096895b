"""Meta's account itself: files up and down, templates page by page, the number, who is subscribed."""

from __future__ import annotations

import hashlib
import secrets
import urllib.parse
from collections.abc import Sequence
from email import message_from_bytes
from email.policy import HTTP
from typing import TYPE_CHECKING, Any

from roms.channels.fake import reading
from roms.channels.fake.courier import is_here
from roms.channels.fake.fetching import fetch
from roms.channels.fake.meta.links import is_good, link
from roms.channels.fake.meta.outgoing import TYPES, allowed
from roms.channels.fake.meta.words import refusal, wrong
from roms.channels.fake.model import BUSINESS, BUSINESS_NAME, File, Refusal, Reply, Request, Route
from roms.channels.fake.secrets_of import BUSINESS_ID, PHONE_NUMBER_ID
from roms.channels.fake.templates import PAGE, Template

if TYPE_CHECKING:
    from roms.channels.fake.box import Box

Parts = Sequence[str]


def upload(box: Box, request: Request, parts: Parts) -> Reply:
    """POST /<number>/media as multipart/form-data."""
    allowed(box, request)
    fields = _multipart(request)
    file = fields.get("file")
    if parts[0] != PHONE_NUMBER_ID or file is None or fields.get("messaging_product") is None:
        raise wrong(100, "messaging_product, type and file are wanted")
    if fields["messaging_product"].data != b"whatsapp" or not TYPES.fullmatch(reading.base_type(file.type)):
        raise wrong(100, f"Param file must be a file with one of the known types, not {file.type}")
    if len(file.data) > 100 << 20:
        raise wrong(131053, "the file is too large")
    media_id = str(10**15 + secrets.randbelow(10**15))
    box.phones.keep(f"up-{media_id}", file)
    return Reply(200, {"id": media_id})


def _multipart(request: Request) -> dict[str, File]:
    head = f"Content-Type: {request.headers.get('content-type', '')}\r\n\r\n".encode("latin-1", "replace")
    message = message_from_bytes(head + request.raw, policy=HTTP)
    fields = {}
    for part in message.iter_parts() if message.is_multipart() else ():
        name = part.get_param("name", header="content-disposition")
        data = part.get_payload(decode=True)
        if isinstance(name, str) and isinstance(data, bytes):
            fields[name] = File(part.get_content_type(), data, part.get_filename() or "")
    return fields


def media(box: Box, request: Request, parts: Parts) -> Reply:
    """GET /<media id>: where the file is; also the number itself, and who we are."""
    allowed(box, request)
    if parts[0] == PHONE_NUMBER_ID:
        return Reply(200, _number())
    if parts[0] == BUSINESS_ID:
        return Reply(200, {"id": BUSINESS_ID, "name": BUSINESS_NAME})
    file = _file(box, parts[0])
    digest = hashlib.sha256(file.data).hexdigest()
    body = {"messaging_product": "whatsapp", "url": link(box, parts[0]), "mime_type": file.type, "sha256": digest}
    return Reply(200, body | {"file_size": str(len(file.data)), "id": parts[0]})


def _file(box: Box, media_id: str) -> File:
    file = box.phones.file_of(media_id) or box.phones.file_of(f"up-{media_id}")
    if file is None:
        raise Refusal(refusal(400, 100, f"Object with ID '{media_id}' does not exist"))
    return file


def attachment(box: Box, request: Request, parts: Parts) -> Reply:
    """The address that GET /<media id> gave: the same token again, and five minutes only."""
    allowed(box, request)
    media_id = request.query.get("mid", "")
    if not is_good(box, media_id, request.query.get("ext", ""), request.query.get("hash", "")):
        return Reply(404, b"URL signature expired", "text/plain")
    file = _file(box, media_id)
    return Reply(200, file.data, file.type)


def forget(box: Box, request: Request, parts: Parts) -> Reply:
    """DELETE /<media id>"""
    allowed(box, request)
    _file(box, parts[0])
    return Reply(200, {"success": True})


def _number() -> dict[str, Any]:
    return {
        "id": PHONE_NUMBER_ID,
        "verified_name": BUSINESS_NAME,
        "display_phone_number": f"+{BUSINESS}",
        "code_verification_status": "VERIFIED",
        "quality_rating": "GREEN",
        "platform_type": "CLOUD_API",
        "throughput": {"level": "STANDARD"},
        "status": "CONNECTED",
    }


def numbers(box: Box, request: Request, parts: Parts) -> Reply:
    """GET /<business>/phone_numbers"""
    _ours(box, request, parts[0])
    return Reply(200, {"data": [_number()]})


def templates(box: Box, request: Request, parts: Parts) -> Reply:
    """GET /<business>/message_templates, five to a page whatever `limit` says."""
    _ours(box, request, parts[0])
    wanted = request.query.get("name", "")
    every = [one for one in box.templates.templates.values() if wanted in one.name]
    after = request.query.get("after", "0")
    start = int(after) if after.isdigit() else 0
    limit = request.query.get("limit", "")
    size = max(1, min(PAGE, int(limit))) if limit.isdigit() else PAGE
    end = start + size
    body: dict[str, Any] = {"data": [_template(box, one) for one in every[start:end]]}
    if every:
        body["paging"] = {"cursors": {"before": str(start), "after": str(end)}}
    if end < len(every):
        query = urllib.parse.urlencode({**request.query, "after": str(end)})
        body["paging"]["next"] = f"{box.base_url}/meta{request.path}?{query}"
    return Reply(200, body)


def _ours(box: Box, request: Request, business: str) -> None:
    allowed(box, request)
    if business != BUSINESS_ID:
        raise Refusal(refusal(400, 33))


def _template(box: Box, one: Template) -> dict[str, Any]:
    components: list[dict[str, Any]] = []
    if one.header in ("IMAGE", "DOCUMENT"):
        handle = {"header_handle": ["https://contoh.example/promo.jpg"]}
        components.append({"type": "HEADER", "format": one.header, "example": handle})
    elif one.header:
        components.append({"type": "HEADER", "format": "TEXT", "text": one.header})
    example: dict[str, Any] = {}
    if one.examples:
        named = [{"param_name": hole, "example": value} for hole, value in zip(one.holes, one.examples, strict=True)]
        example = {"body_text_named_params": named} if one.named else {"body_text": [list(one.examples)]}
    components.append({"type": "BODY", "text": one.body} | ({"example": example} if example else {}))
    components += [{"type": "FOOTER", "text": one.footer}] if one.footer else []
    components += [{"type": "BUTTONS", "buttons": [dict(button) for button in one.buttons]}] if one.buttons else []
    return {
        "name": one.name,
        "parameter_format": "NAMED" if one.named else "POSITIONAL",
        "components": components,
        "language": one.language,
        "status": one.status,
        "category": one.category,
        "rejected_reason": one.reason,
        "quality_score": {"score": one.quality, "date": 1795226400},
        "id": box.templates.id_of(one),
    }


def subscribe(box: Box, request: Request, parts: Parts) -> Reply:
    """POST and GET /<business>/subscribed_apps; another webhook is called first, as Meta proves it."""
    _ours(box, request, parts[0])
    given = {**request.query, **request.form, **{k: str(v) for k, v in request.fields.items()}}
    url, token = given.get("override_callback_uri", ""), given.get("verify_token", "")
    if request.method == "GET":
        app = {"id": "100000000000501", "name": "ROMS", "link": "https://contoh.example/"}
        hook = {"override_callback_uri": box.couriers["meta"].webhook}
        return Reply(200, {"data": [{"whatsapp_business_api_data": app, **hook}]})
    if request.method == "POST" and url and is_here(url):
        challenge = str(secrets.randbelow(10**10))
        query = {"hub.mode": "subscribe", "hub.challenge": challenge, "hub.verify_token": token}
        answer = fetch(f"{url}{'&' if '?' in url else '?'}{urllib.parse.urlencode(query)}")
        if answer is None or answer.data.decode("utf-8", "replace") != challenge:
            raise wrong(100, "The callback could not be verified: it did not answer with the challenge")
        box.couriers["meta"].webhook = url
    return Reply(200, {"success": True})


V = r"/v\d+\.\d+"
ROUTES = (
    Route("POST", rf"{V}/(\d+)/media", upload, "upload"),
    Route("GET", rf"{V}/(\d+)/message_templates", templates),
    Route("GET", rf"{V}/(\d+)/phone_numbers", numbers),
    *(Route(method, rf"{V}/(\d+)/subscribed_apps", subscribe) for method in ("GET", "POST", "DELETE")),
    Route("GET", rf"{V}/(\d+)", media),
    Route("DELETE", rf"{V}/(\d+)", forget),
    Route("GET", r"/_attachments/", attachment, "media"),
)
