"""The paths of the page, of tests and of the sample shop: `/_…`, JSON, for this machine only."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from roms.channels.fake import deeds
from roms.channels.fake.model import KINDS

if TYPE_CHECKING:
    from roms.channels.fake.box import Box

Fields = dict[str, Any]


def _say(box: Box, body: Fields) -> object:
    text, number = body["text"], str(body["from"])
    if not isinstance(text, str) or not text.strip():
        raise ValueError("text must not be empty")
    return {"id": box.say(number, text, str(body.get("name", "")), str(body.get("account") or "whapi"))}


def _send(box: Box, body: Fields) -> object:
    """Everything a person can do: {person, account, kind, …} with what the kind needs."""
    details = {key: value for key, value in body.items() if key not in ("person", "account", "kind", "file", "at")}
    kind, account = str(body.get("kind") or "text"), str(body.get("account") or "whapi")
    return {"id": deeds.do(box, str(body["person"]), kind, account, details)}


def _add_phone(box: Box, body: Fields) -> object:
    number = "".join(sign for sign in str(body.get("number", "")) if sign.isdigit())
    if number and not 5 <= len(number) <= 20:
        raise ValueError("that is no phone number")
    person = box.phones.add(str(body.get("name", ""))[:60], number, bool(body.get("hidden")))
    return {"key": person.key, "address": f"{person.number}@s.whatsapp.net"}


def _look(box: Box, body: Fields) -> object:
    """What the page asks twice a second: everything, unless it has it already."""
    box.look(str(body.get("open", "")), str(body.get("account") or ""))
    shown = box.phones.shown()
    state = {
        "gateways": {kind: gateway.shown() for kind, gateway in box.gateways.items()},
        "faults": len(box.faults.waiting),
        "limits": box.limits.enforced,
    }
    return (shown if body.get("since") != shown["version"] else {"version": shown["version"]}) | state


def _dial(box: Box, body: Fields) -> object:
    box.faults.dial(**body)
    return {"success": True}


def _calm(box: Box, body: Fields) -> object:
    box.faults.clear()
    return {"success": True}


def _reset(box: Box, body: Fields) -> object:
    box.reset()
    return {"success": True}


def _gateway(box: Box, body: Fields) -> object:
    """A gateway's state by dial; "working" is the phone that scans the code."""
    box.gateways[str(body["account"])].be(str(body["state"]))
    return {"success": True}


def _window(box: Box, body: Fields) -> object:
    """Close somebody's 24-hour window, or switch all limits on and off."""
    if "enforced" in body:
        box.limits.enforced = bool(body["enforced"])
    if body.get("person"):
        box.close_window(str(body["person"]), str(body.get("account") or "meta"))
    return {"success": True}


POSTS: dict[str, Callable[[Box, Fields], object]] = {
    "/_say": _say,
    "/_send": _send,
    "/_look": _look,
    "/_phones": _add_phone,
    "/_faults": _dial,
    "/_calm": _calm,
    "/_reset": _reset,
    "/_gateway": _gateway,
    "/_window": _window,
}
GETS: dict[str, Callable[[Box], object]] = {
    "/_accepted": lambda box: {"accepted": box.accepted},
    "/_signals": lambda box: {"signals": box.signals},
    "/_faults": lambda box: {"faults": [asdict(fault) for fault in box.faults.waiting]},
    "/_accounts": lambda box: {"accounts": list(KINDS)},
}
