"""Addresses of files that open them for a while without a sign-in: for providers that fetch, and for visitors."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from urllib.parse import quote

from flask import current_app
from itsdangerous import BadSignature, URLSafeSerializer

from roms import clock
from roms.config import Config
from roms.engine.types import JSON
from roms.errors import NotFound

HALF = 1800  # seconds; an address lives for one to two of these, and for as long stays the same


@dataclass(frozen=True, slots=True)
class Pass:
    """What such an address opens: a file (or its small picture) of this conversation."""

    public_id: str
    conversation_id: int
    is_thumb: bool = False


def signed(opens: Pass, name: str) -> str:
    """The path of an address that works for at most an hour."""
    until = (math.floor(clock.now().timestamp()) // HALF + 2) * HALF
    token = _signer().dumps([opens.public_id, opens.conversation_id, int(opens.is_thumb), until])
    return f"/files/out/{token if isinstance(token, str) else token.decode()}/{quote(name, safe='')}"


def for_visitor(content: JSON | None, conversation_id: int) -> JSON | None:
    """The same with addresses that need no sign-in, for the one whose conversation this is."""
    if not content or not content.get("file") or content.get("state") != "ready":
        return content
    opens = Pass(str(content["file"]), conversation_id)
    urls = {"url": signed(opens, str(content.get("name") or "file"))}
    if content.get("thumb"):
        urls["thumb"] = signed(replace(opens, is_thumb=True), "thumb.webp")
    return content | urls


def opened(token: str) -> Pass:
    """Raises NotFound for one that is not ours or is over."""
    try:
        public_id, conversation_id, is_thumb, until = _signer().loads(token)
    except (BadSignature, ValueError, TypeError) as error:
        raise NotFound from error
    if clock.now().timestamp() >= until:
        raise NotFound
    return Pass(public_id, conversation_id, bool(is_thumb))


def _signer() -> URLSafeSerializer:
    config: Config = current_app.extensions["roms.config"]
    return URLSafeSerializer(config.secret_key, salt="roms.files")
