"""The addresses WhatsApp itself gives to people and groups, as the gateways that are linked like a phone show them.

A person is `<digits>@s.whatsapp.net` or, for the web client, `<digits>@c.us`; somebody whose number is hidden is
`<id>@lid`, a group `<id>@g.us`; a device (`:9`) may stand in between.
"""

from __future__ import annotations

import re

from roms.channels.items import Identity
from roms.channels.reading import text_of

MOBILE, WEB, GROUP, HIDDEN = "s.whatsapp.net", "c.us", "g.us", "lid"
NOT_A_CHAT = ("broadcast", "newsletter")  # somebody's status for all, a channel's news
_ADDRESS = re.compile(r"\+?([\w.-]{1,64})(?::\d{1,3})?(?:@([a-z.]{1,30}))?", re.ASCII)


def address_of(value: object, person: str) -> str:
    """An address in one form, "" if it is none; `person` is the ending that people have at this gateway."""
    match = _ADDRESS.fullmatch(text_of(value))
    if not match:
        return ""
    name, domain = match[1], match[2] or person
    if domain in (MOBILE, WEB):
        return f"{name}@{person}" if name.isdigit() and len(name) <= 15 else ""
    return f"{name}@{domain}"


def phone_of(address: str) -> str | None:
    """The number behind a person's address, with plus; a group or a hidden identity has none."""
    name, _, domain = address.partition("@")
    return f"+{name}" if domain in (MOBILE, WEB) and len(name) >= 7 and name[0] != "0" else None


def is_group(address: str) -> bool:
    return address.endswith("@" + GROUP)


def identities_of(address: str, otherwise: str) -> tuple[Identity, ...]:
    """Who is meant: a number, a group, a hidden identity, or an `otherwise` of the gateway's own."""
    phone = phone_of(address)
    if phone:
        return (Identity("phone", phone),)
    kind = {GROUP: "group", HIDDEN: "lid"}.get(address.rpartition("@")[2], otherwise)
    return (Identity(kind, address),) if address else ()
