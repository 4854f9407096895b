"""The phone behind a Whapi channel: how it is, linking and unlinking it; and telling Whapi where our webhook is."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping
from typing import Any

import httpx

from roms.channels.base import Account, Code
from roms.channels.failures import ChannelBroken, Permanent, Transient
from roms.channels.items import AccountState
from roms.channels.reading import each, number_of, object_of, text_of
from roms.channels.whapi import news
from roms.channels.whapi.calls import ask

PNG = b"\x89PNG\r\n\x1a\n"
EVENTS = (
    *(("messages", "post"), ("messages", "patch"), ("messages", "delete"), ("statuses", "post")),
    *(("channel", "post"), ("channel", "patch"), ("users", "post"), ("users", "delete")),
    *(("chats", "post"), ("contacts", "patch")),
)
KEPT_AT_WHAPI = ["image", "audio", "voice", "video", "document", "sticker"]


def state(account: Account, client: httpx.Client) -> AccountState:
    """How it is now; asking wakes it where it sleeps."""
    found = news.health(ask(account, client, "GET", "/health?wakeup=true"))
    if not isinstance(found, AccountState):
        raise Transient("Whapi did not say how the channel is.")
    return found


def qr(account: Account, client: httpx.Client) -> Code:
    """The code to scan. Permanent (406, 409): there is none, for the phone is linked. Transient: not yet."""
    told = ask(account, client, "GET", "/users/login")
    seconds = number_of(told.get("expire"), 600.0) or 0.0
    expires = float(seconds) if seconds > 0 else 20.0
    if text_of(told.get("status")) in ("", "OK"):
        drawn, text = _png(text_of(told.get("base64"))), text_of(told.get("rowdata"), 2000)
        if drawn or text:
            return Code(drawn, text, expires)
    raise Transient("Whapi has no QR code yet; it is made within a minute.", text_of(told.get("status"), 40))


def pairing_code(account: Account, client: httpx.Client, phone: str) -> str:
    """What the person types on the phone with this number, in place of scanning."""
    code = text_of(ask(account, client, "GET", f"/users/login/{re.sub(r'[^0-9]', '', phone)}").get("code"), 40)
    if not code:
        raise Transient("Whapi gave no pairing code; try again in a minute.")
    return code


def restart(account: Account, client: httpx.Client) -> None:
    """Whapi starts a channel that is down when it is asked how it is; there is no other way."""
    state(account, client)


def logout(account: Account, client: httpx.Client) -> None:
    """Unlink the phone; one that is not linked is fine."""
    try:
        ask(account, client, "POST", "/users/logout")
    except Permanent as refused:
        if refused.code != "409":
            raise


def setup(account: Account, client: httpx.Client) -> None:
    """Have Whapi call our webhook with its secret, and keep files for us; other webhooks there stay as they are."""
    if not account.webhook:
        raise ChannelBroken("The public address of this installation is not configured, so Whapi cannot call it.")
    ours: dict[str, Any] = {
        "url": account.webhook,
        "mode": "body",
        "events": [{"type": kind, "method": method} for kind, method in EVENTS],
        "headers": {"X-Webhook-Secret": account["secret"]} if account["secret"] else {},
    }
    known = [object_of(hook) for hook in each(ask(account, client, "GET", "/settings").get("webhooks"))]
    others = [dict(hook) for hook in known if text_of(hook.get("url")) not in ("", account.webhook)]
    ask(account, client, "PATCH", "/settings", _settings([*others, ours]))


def _settings(webhooks: list[dict[str, Any]]) -> Mapping[str, Any]:
    return {
        "webhooks": webhooks,
        "media": {"auto_download": KEPT_AT_WHAPI},
        "callback_persist": True,  # repeat until we have answered
        "callback_backoff_delay_ms": 3000,
        "max_callback_backoff_delay_ms": 900_000,
    }


def _png(data: str) -> bytes:
    """The picture in `data:image/png;base64,…`, b"" where it is none."""
    try:
        picture = base64.b64decode(data.rpartition(",")[2], validate=True)
    except (binascii.Error, ValueError):
        return b""
    return picture if picture.startswith(PNG) else b""
