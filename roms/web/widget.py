"""What the web chat's visitors ask for: a bearer token instead of cookies, so that it works inside foreign pages."""

from __future__ import annotations

import hashlib
import re
import secrets

from flask import Blueprint, current_app, request
from flask.typing import ResponseReturnValue

from roms.errors import NotSignedIn
from roms.services import tickets, webchat
from roms.web.bodies import VisitorBegins, VisitorMessage, VisitorSeen, VisitorTyping, body, number
from roms.web.pace import Pace
from roms.web.rights import ANYONE, VISITOR, may

bp = Blueprint("widget", __name__, url_prefix="/widget/api")

TOKEN = re.compile(r"Bearer ((id|en)-[A-Za-z0-9_-]{43})")
MESSAGES_PER_HOST = (60, 10.0)  # a visitor who takes a new token for every message still has one address


def visitor() -> tuple[str, str]:
    """Address and language of whoever holds the token; the token itself goes no further than this."""
    match = TOKEN.fullmatch(request.headers.get("Authorization", ""))
    if match is None:
        raise NotSignedIn
    return hashlib.sha256(match[1].encode()).hexdigest()[:40], match[2]


@bp.post("/session")
@may(ANYONE)
def begin() -> ResponseReturnValue:
    """A token of 256 random bits that also remembers the language; nothing is written before the first message."""
    return {"token": f"{body(VisitorBegins).language}-{secrets.token_urlsafe(32)}"}


@bp.get("/messages")
@may(VISITOR)
def history() -> ResponseReturnValue:
    address, _language = visitor()
    return webchat.history(address, number("after", 0))


@bp.post("/messages")
@may(VISITOR)
def say() -> ResponseReturnValue:
    address, language = visitor()
    said = body(VisitorMessage)
    pace: Pace = current_app.extensions.setdefault("roms.visitors_pace", Pace(*MESSAGES_PER_HOST))
    pace.step(request.remote_addr or "")
    told, is_new = webchat.say(address, said.client_id, said.text, said.payload, language)
    return told, 201 if is_new else 200


@bp.post("/seen")
@may(VISITOR)
def seen() -> ResponseReturnValue:
    address, _language = visitor()
    up_to = body(VisitorSeen)
    webchat.seen(address, up_to.delivered, up_to.read)
    return "", 204


@bp.post("/typing")
@may(VISITOR)
def typing() -> ResponseReturnValue:
    address, _language = visitor()
    webchat.typing(address, body(VisitorTyping).on)
    return "", 204


@bp.post("/ticket")
@may(VISITOR)
def ticket() -> ResponseReturnValue:
    address, _language = visitor()
    return {"ticket": tickets.issue(f"visitor:{address}")}
