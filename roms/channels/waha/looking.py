"""What WAHA shows when it is asked whether it has a message."""

from __future__ import annotations

from datetime import datetime
from urllib.parse import quote, urlencode

import httpx

from roms.channels.alike import alike
from roms.channels.base import Account, Evidence, Parcel
from roms.channels.calling import objects_of
from roms.channels.failures import Permanent
from roms.channels.waha import messages
from roms.channels.waha.calls import asked
from roms.channels.waha.ids import address_of


def evidence(account: Account, client: httpx.Client, parcel: Parcel, since: datetime) -> Evidence:
    """Our own newest messages in this chat, sent through the interface. An engine's memory may be behind the phone, so
    what is not there is no proof."""
    chat = address_of(parcel.address)
    if not chat:
        raise Permanent("The address is not one that WAHA knows.")
    wanted = {"limit": 100, "downloadMedia": "false", "filter.timestamp.gte": int(since.timestamp())}
    query = urlencode(wanted | {"filter.fromMe": "true"})
    path = f"/api/{quote(account['session'], safe='')}/chats/{quote(chat, safe='')}/messages?{query}"
    listed = objects_of(asked(account, client, "GET", path))
    found = [messages.echo(raw, None) for raw in listed if raw.get("fromMe") is True and raw.get("source") != "app"]
    fits = [one for one in found if one and alike(parcel, one.kind, one.text, one.caption)]
    recent = [(one.at, one.provider_id) for one in fits if one.at and one.at >= since]
    return Evidence(tuple(provider_id for _, provider_id in sorted(recent)))
