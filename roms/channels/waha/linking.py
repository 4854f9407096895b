"""The session behind a WAHA channel: making it, how it is, linking and unlinking the phone."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping
from typing import Any

import httpx

from roms.channels.base import Account, Code
from roms.channels.calling import answer_of
from roms.channels.failures import ChannelBroken, SendFailed, Transient
from roms.channels.items import AccountState
from roms.channels.reading import each, object_of, text_of
from roms.channels.waha.calls import asked
from roms.channels.waha.inbound import state_of

EVENTS = (
    *("session.status", "message.any", "message.ack", "message.reaction", "message.edited", "message.revoked"),
    *("poll.vote", "call.received"),
)
PNG = b"\x89PNG\r\n\x1a\n"
MISSING = "404_session"


def state(account: Account, client: httpx.Client) -> AccountState:
    """How it is now; a session that was never made is stopped."""
    session = _session(account, client)
    if session is None:
        return AccountState("stopped", MISSING, "WAHA has no session of this name yet.", account=account["session"])
    found = state_of(session)
    if not isinstance(found, AccountState):
        raise Transient("WAHA did not say how the session is.")
    return found


def qr(account: Account, client: httpx.Client) -> Code:
    """The code to scan at this moment; ChannelBroken (422_session) while the session waits for none."""
    answer = asked(account, client, "GET", f"/api/{account['session']}/auth/qr?format=image")
    told = answer_of(answer)
    picture = answer.content if answer.content.startswith(PNG) else _decoded(text_of(told.get("data")))
    text = text_of(told.get("value"), 2000)
    if not picture and not text:
        raise Transient("WAHA has no QR code yet.")
    return Code(picture, text)


def pairing_code(account: Account, client: httpx.Client, phone: str) -> str:
    """What the person types on the phone with this number, in place of scanning."""
    body = {"phoneNumber": re.sub(r"[^0-9]", "", phone)}
    answer = asked(account, client, "POST", f"/api/{account['session']}/auth/request-code", body)
    code = text_of(answer_of(answer).get("code"), 40)
    if not code:
        raise Transient("WAHA gave no pairing code; try again in a minute.")
    return code


def restart(account: Account, client: httpx.Client) -> None:
    asked(account, client, "POST", f"{_path(account)}/restart")


def logout(account: Account, client: httpx.Client) -> None:
    """Unlink the phone. WAHA keeps the session and starts it again, waiting for a scan."""
    asked(account, client, "POST", f"{_path(account)}/logout")


def setup(account: Account, client: httpx.Client) -> None:
    """Have a session that runs and calls our webhook, signed.

    A change makes WAHA start the session anew, so one that is right already is left alone.
    """
    if not account.webhook:
        raise ChannelBroken("The public address of this installation is not configured, so WAHA cannot call it.")
    session = _session(account, client)
    if session is None:
        body = {"name": account["session"], "start": True, "config": _config(account, {})}
        asked(account, client, "POST", "/api/sessions", body)
        return
    config = object_of(session.get("config"))
    if not _is_right(account, config):
        asked(account, client, "PUT", _path(account), {"config": _config(account, config)})
    elif session.get("status") == "STOPPED":
        asked(account, client, "POST", f"{_path(account)}/start")


def _path(account: Account) -> str:
    return f"/api/sessions/{account['session']}"


def _session(account: Account, client: httpx.Client) -> Mapping[str, Any] | None:
    try:
        return answer_of(asked(account, client, "GET", _path(account)))
    except SendFailed as failure:
        if failure.code in (MISSING, "404"):
            return None
        raise


def _config(account: Account, known: Mapping[str, Any]) -> dict[str, Any]:
    """What is configured already stays, but for what we need."""
    ours = {
        "url": account.webhook,
        "events": list(EVENTS),
        "hmac": {"key": account["hmac_key"]},
        "retries": {"policy": "exponential", "delaySeconds": 2, "attempts": 8},
    }
    others = [dict(hook) for hook in _webhooks(known) if hook.get("url") != account.webhook]
    return {
        **known,
        "ignore": {**object_of(known.get("ignore")), "status": True, "channels": True, "broadcast": True},
        "webjs": {**object_of(known.get("webjs")), "tagsEventsOn": True},  # or it tells of no receipts
        "webhooks": [*others, ours],
    }


def _is_right(account: Account, config: Mapping[str, Any]) -> bool:
    """A key that WAHA does not show (stars, or nothing between the quotes) is taken for ours."""
    ours = next((hook for hook in _webhooks(config) if hook.get("url") == account.webhook), {})
    key, events = object_of(ours.get("hmac")).get("key"), set(map(text_of, each(ours.get("events"))))
    known = key == account["hmac_key"] or (isinstance(key, str) and not key.strip("*"))
    return known and events >= set(EVENTS) and object_of(config.get("webjs")).get("tagsEventsOn") is True


def _webhooks(config: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [object_of(hook) for hook in each(config.get("webhooks")) if object_of(hook)]


def _decoded(data: str) -> bytes:
    try:
        picture = base64.b64decode(data.rpartition(",")[2], validate=True)
    except (binascii.Error, ValueError):
        return b""
    return picture if picture.startswith(PNG) else b""
