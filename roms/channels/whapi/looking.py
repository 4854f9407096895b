"""What Whapi shows when it is asked whether it has a message."""

from __future__ import annotations

from datetime import datetime
from urllib.parse import urlencode

import httpx

from roms.channels.alike import alike
from roms.channels.base import Account, Evidence, Parcel
from roms.channels.failures import Permanent
from roms.channels.reading import each, object_of
from roms.channels.whapi import inbound
from roms.channels.whapi.calls import ask


def evidence(account: Account, client: httpx.Client, parcel: Parcel, since: datetime) -> Evidence:
    """Our own newest messages in this chat, sent through the interface. Whapi reads them from a phone that may be
    behind, so what is not there is no proof."""
    chat = inbound.address_of(parcel.address)
    if not chat:
        raise Permanent("The address is not one that Whapi knows.")
    asked = {"count": 100, "time_from": int(since.timestamp()), "from_me": "true", "sort": "desc"}
    answer = ask(account, client, "GET", f"/messages/list/{chat}?{urlencode(asked)}")
    sent = [object_of(raw) for raw in each(answer.get("messages"))]
    found = [inbound.echo(raw) for raw in sent if raw.get("from_me") is True and raw.get("source") in ("api", None, "")]
    fits = [one for one in found if one and alike(parcel, one.kind, one.text, one.caption)]
    recent = [(one.at, one.provider_id) for one in fits if one.at and one.at >= since]
    return Evidence(tuple(provider_id for _, provider_id in sorted(recent)))
