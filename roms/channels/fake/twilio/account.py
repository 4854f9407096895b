"""Twilio's account itself: who we are, what was sent, and files of people, which lie at another address."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from roms.channels.fake.model import BUSINESS_NAME, Refusal, Reply, Request, Route, Taken
from roms.channels.fake.secrets_of import ACCOUNT_SID
from roms.channels.fake.twilio.outgoing import ACCOUNT, allowed, resource
from roms.channels.fake.twilio.words import FAILED, refusal, wrong

if TYPE_CHECKING:
    from roms.channels.fake.box import Box

Parts = Sequence[str]


def account(box: Box, request: Request, parts: Parts) -> Reply:
    """GET /2010-04-01/Accounts/<sid>.json"""
    allowed(box, request, parts[0])
    body = {"sid": ACCOUNT_SID, "friendly_name": BUSINESS_NAME, "status": "active", "type": "Full"}
    return Reply(200, body)


def message(box: Box, request: Request, parts: Parts) -> Reply:
    """GET …/Messages/<sid>.json"""
    allowed(box, request, parts[0])
    taken = box.phones.taken(parts[1])
    if taken is None or taken.draft.account != "twilio":
        raise wrong(20404)
    return Reply(200, now_of(box, taken))


def now_of(box: Box, taken: Taken) -> dict[str, Any]:
    """A message of ours as it stands now."""
    line = box.phones.line(taken.id)
    status = line.status if line else "sent"
    if status == "failed":
        failed = taken.draft.refused in FAILED
        return resource(taken, "failed" if failed else "undelivered", taken.draft.refused)
    return resource(taken, status, 0)


def media(box: Box, request: Request, parts: Parts) -> Reply:
    """GET …/Media/<sid>: leads on to where the file lies, for a short time and for whoever knows the address."""
    allowed(box, request, parts[0])
    file = box.phones.file_of(parts[2])
    if file is None:
        raise wrong(20404)
    key = secrets.token_urlsafe(24)
    box.phones.keep(f"store-{key}", file)
    return Reply(307, b"", "text/plain", {"Location": f"{box.base_url}/twilio/_storage/{key}"})


def stored(box: Box, request: Request, parts: Parts) -> Reply:
    """The storage behind it, which asks nobody who he is."""
    file = box.phones.file_of(f"store-{parts[0]}")
    if file is None:
        raise Refusal(refusal(404))
    return Reply(200, file.data, file.type)


def forget(box: Box, request: Request, parts: Parts) -> Reply:
    """DELETE of a file or a message."""
    allowed(box, request, parts[0])
    return Reply(204, b"")


ROUTES = (
    Route("GET", rf"{ACCOUNT}\.json", account),
    Route("GET", rf"{ACCOUNT}/Messages/(\w+)\.json", message),
    Route("GET", rf"{ACCOUNT}/Messages/(\w+)/Media/(ME\w+)", media, "media"),
    Route("DELETE", rf"{ACCOUNT}/Messages/(\w+)(?:/Media/(ME\w+))?\.json", forget),
    Route("GET", r"/_storage/([\w-]+)", stored, "media"),
)
